import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync

/// What must hold at the end.
extension ExchangeSimulation {
    /// Everybody syncs until nothing moves; then a second sync sends nothing and brings nothing.
    func settle() async throws {
        for _ in 0..<2 {
            for laptop in laptops {
                var ending: SyncEnding?
                for _ in 0..<200 where ending != .upToDate { ending = try await synchronise(laptop).ending }
                guard ending == .upToDate else {
                    throw SimulationFailure(
                        law: "liveness", detail: "\(laptop.name) is stuck: \(String(describing: ending))")
                }
            }
        }
        for laptop in laptops {
            laptop.transport.set(InProcessTransport.Weather(tamper: plan.fault.map { Tampering($0, seed: plan.seed) }))
            _ = try await synchronise(laptop)
        }
        for laptop in laptops {
            let report = try await synchronise(laptop)
            guard report.ending == .upToDate, report.sentSets == 0, report.receivedRecords == 0 else {
                throw SimulationFailure(law: "quiet", detail: "a second sync of \(laptop.name) still moved something")
            }
        }
    }

    /// Returns the number of open conflicts.
    @discardableResult
    func checkServer() throws -> Int {
        let places = world.withLock { $0.oracle.places }
        return try service.file.read { db in
            let rows = ServerRows(db)
            var conflicts = 0
            for place in places {
                let (present, open) = world.withLock { ($0.oracle.present(at: place), $0.oracle.open(at: place)) }
                let row = try rows.row(place.record)
                guard row?.record.atoms[place.path]?.value?.text == present else {
                    throw SimulationFailure(law: "I1", detail: "\(place): the server lost the present value")
                }
                let listed = try rows.openConflicts(of: place.record).filter { $0.loser.path == place.path }
                let texts = listed.compactMap { $0.loser.value?.text }
                guard texts.count == Set(texts).count, Set(texts) == open else {
                    let story = world.withLock { $0.oracle.story(of: Set(texts).symmetricDifference(open), at: place) }
                    throw SimulationFailure(
                        law: "I3", detail: "\(place): lists \(texts), heads \(open.sorted()); \(story)")
                }
                conflicts += texts.count
            }
            return conflicts
        }
    }

    func checkReplica(_ laptop: Laptop) throws {
        let status = try laptop.store.status()
        guard status.unsentSets == 0 else {
            throw SimulationFailure(law: "liveness", detail: "\(laptop.name) kept sets")
        }
        let rows = try service.file.read { db in
            let serverRows = ServerRows(db)
            return try serverRows.feed(after: 0, atLeast: .max).rows.map { try serverRows.record($0) }
        }
        for row in rows {
            let shown = try laptop.store.record(row.id)?.record
            guard shown.map(RecordEncoding.canonicalBytes) != RecordEncoding.canonicalBytes(row) else { continue }
            let texts = [shown, row].map { record in
                record.map { String(decoding: RecordEncoding.canonicalBytes($0), as: UTF8.self) } ?? "nothing"
            }
            throw SimulationFailure(law: "I2", detail: "\(laptop.name) has \(texts[0]), the server \(texts[1])")
        }
        guard status.recordCount <= rows.count else {
            throw SimulationFailure(law: "I2", detail: "\(laptop.name) holds more than the server")
        }
        try checkRejected(laptop)
    }

    /// Every refused set is on its author's list, but for what an older copy no longer knows of.
    func checkRejected(_ laptop: Laptop) throws {
        guard let replica = try laptop.store.replica(), laptop.name != "laptop3" else { return }
        let expected = world.withLock { $0.refused[replica] ?? [] }
        var listed: Set<String> = []
        for rejected in try laptop.store.rejected(limit: 1_000_000) {
            for change in rejected.set.changes { listed.formUnion(change.writes.compactMap { $0.value?.text }) }
        }
        guard listed == expected else {
            throw SimulationFailure(
                law: "I9",
                detail: "\(laptop.name): \(listed.subtracting(expected).sorted()) listed, "
                    + "\(expected.subtracting(listed).sorted()) refused")
        }
    }
}
