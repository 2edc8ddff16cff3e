import Foundation
import GRDB
import WaybookModel
import WaybookServerCore
import WaybookStore

/// Days and months in which nobody does anything.
extension Simulation {
    /// - Parameter isServed: whether the server runs meanwhile, and does what it does each day.
    func pass(days: Int, isServed: Bool) throws {
        guard isServed else { return clock.advance(milliseconds: Int64(days) * Instant.dayMilliseconds) }
        try catchUp()
        var times: [Int64] = []
        for _ in 0..<days {
            clock.advance(milliseconds: Instant.dayMilliseconds)
            times.append(wall.milliseconds)
        }
        let removal = TombstoneRemoval(service)
        try removal.mark(times)
        var place = try removal.begin()
        while !place.isDone { place = try removal.step(place) }
        coverage.count("record swept", place.deleted)
        try noteRemoved()
    }

    /// Takes note of what the server has only the identity of: nobody can say any more what stood there.
    func noteRemoved() throws {
        let removed = try service.file.read { db in
            Set(try Data.fetchAll(db.cachedStatement(sql: "SELECT id FROM removed")).compactMap { RecordID(bytes: $0) })
        }
        for id in removed.subtracting(model.removed) {
            model.oracle.forget(record: id)
            coverage.count("record removed")
        }
        coverage.count("record made again", model.removed.subtracting(removed).count)
        model.removed = removed
        units.note(removed: removed)
        model.onceRemoved.formUnion(removed)
    }
}
