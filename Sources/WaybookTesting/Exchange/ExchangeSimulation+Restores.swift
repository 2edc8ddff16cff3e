import Foundation
import GRDB
import WaybookModel
import WaybookServerCore
import WaybookStore

/// What is known of backups and of who wrote what, to hold against what putting the server back leaves.
struct RestoreWorld {
    /// The names of the backups.
    var backups: [String] = []
    /// Who wrote each text.
    var authors: [String: String] = [:]
}

/// A server that is put back to any earlier backup while laptops go on: what was acknowledged comes back from their journals.
/// The last laptop is put back itself now and then, and loses its journal: what it wrote may be lost, and must then be lost
/// everywhere.
extension ExchangeSimulation {
    /// Once in a while a backup is made, or one is put back.
    func liveWithRestores() throws {
        guard let server = restorable else { return }
        let (action, left) = world.withLock { ($0.random.below(1_000), plan.restores - $0.report.restores) }
        if action < 12 {
            try backUp(server)
        } else if action < 20, left > 0, !world.withLock({ $0.restoring.backups.isEmpty }) {
            try putBack(server)
        }
    }

    /// Those that have not come by chance.
    func endRestores() async throws {
        guard let server = restorable else { return }
        while world.withLock({ $0.report.restores < plan.restores }) {
            if world.withLock({ $0.restoring.backups.isEmpty }) { try backUp(server) }
            try putBack(server)
            for laptop in laptops where world.withLock({ $0.random.chance(50) }) { _ = try await synchronise(laptop) }
        }
    }

    private func backUp(_ server: RestorableServer) throws {
        let name = world.withLock { world in
            let name = "backup-\(world.report.backups).db"
            world.report.backups += 1
            world.restoring.backups.append(name)
            return name
        }
        try server.backUp(name)
    }

    private func putBack(_ server: RestorableServer) throws {
        let name = world.withLock { world in
            world.report.restores += 1
            return world.random.pick(world.restoring.backups)
        }
        try server.putBack(name)
        // One of them may have nothing left to send again: what it wrote is lost, also to those who have read it.
        guard laptops.count > 3, world.withLock({ $0.random.chance(50) }) else { return }
        try laptops[3].store.file.write { try $0.execute(sql: "DELETE FROM journal") }
        world.withLock { $0.report.lostJournals += 1 }
    }

    func noteAuthor(of action: UserAction, _ laptop: Laptop) {
        guard restorable != nil else { return }
        world.withLock { world in
            for write in action.changes.flatMap(\.writes) {
                if let text = write.value?.text { world.restoring.authors[text] = laptop.name }
            }
        }
    }

    /// Each accepted write of a laptop that was never put back itself is at the server: it stands, or it lost, or it is in
    /// history. And what stands or lost has seen all others: none was overwritten by somebody who had not.
    func checkNothingIsLost() throws {
        let places = world.withLock { $0.oracle.places }
        try service.file.read { db in
            let kept = try Self.kept(db)
            for place in places { try checkNothingIsLost(at: place, kept, db) }
        }
    }

    /// What the server keeps for a record that nobody has any more, or for somebody to decide. For a record that is there
    /// nothing waits.
    private static func kept(_ db: Database) throws -> String {
        let sets = try Row.fetchAll(
            db, sql: "SELECT line, EXISTS (SELECT 1 FROM record WHERE id = awaits) FROM waiting_set")
        if let set = sets.first(where: { $0[1] }) {
            throw SimulationFailure(law: "waits", detail: String(decoding: set[0] as Data, as: UTF8.self))
        }
        return
            (sets.map { String(decoding: $0[0] as Data, as: UTF8.self) } + (try ServerView.items(db, status: "open")))
            .joined(separator: "\n")
    }

    private func checkNothingIsLost(at place: WriteOracle.Place, _ kept: String, _ db: Database) throws {
        let rows = ServerRows(db)
        let present = try rows.row(place.record)?.record.atoms[place.path]?.value?.text
        let open = try rows.openConflicts(of: place.record).filter { $0.loser.path == place.path }
        let heads = Set(open.compactMap { $0.loser.value?.text } + [present].compactMap { $0 })
        let traces = try ServerView.traces(of: place.record, at: place.path, db)
        let (accepted, unseen) = world.withLock { world in
            // What was handed over is there, too.
            let living = { (text: String) in
                world.restoring.authors[text] != "laptop3" && !kept.contains("\"\(text)\"")
            }
            return (
                world.oracle.accepted(at: place).filter(living),
                world.oracle.unseen(by: heads, at: place).filter(living)
            )
        }
        guard accepted.isSubset(of: traces) else {
            throw SimulationFailure(law: "lost", detail: "\(place): \(accepted.subtracting(traces).sorted())")
        }
        guard place.path == Self.mood || unseen.isEmpty else {
            let story = world.withLock { $0.oracle.story(of: unseen.union(heads), at: place) }
            throw SimulationFailure(law: "unasked", detail: "\(place): \(unseen.sorted()), heads \(heads); \(story)")
        }
    }
}
