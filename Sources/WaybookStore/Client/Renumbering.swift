import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// Gives the replica a new number after a fork: its unanswered sets are numbered from 1 again, and the stamps and bases
/// that they made are made over. One transaction; one set in memory at a time.
struct Renumbering {
    let tables: ClientTables
    let from: ReplicaID
    let to: ReplicaID

    func perform() throws {
        let numbers = try tables.outboxSize().numbers
        var next: Int64 = 0
        var shown: Set<RecordID> = []
        var number = numbers?.lowerBound ?? 1
        while let last = numbers?.upperBound, number <= last {
            if let (set, _, past) = try tables.takeSet(number), past.map(Self.isKept) ?? true,
                !set.changes.isEmpty || !set.resolves.isEmpty
            {
                next += 1
                let renewed = try renewed(set, number: next)
                try tables.append(renewed, line: ChangeSetLine.bytes(renewed))
                if past?.isShown == false { shown.formUnion(set.changes.map(\.id)) }
            }
            number += 1
        }
        for id in shown.sorted() {
            guard var stored = try tables.load(id) else { continue }
            stored.unsent = try tables.unsent(of: id)
            try tables.save(stored)
        }
        try tables.set(.replica, Int64(to.number))
        try tables.set(.lastSet, next)
        try tables.set(.answered, 0)
        try tables.set(.sentThrough, 0)
        try tables.forgetMeasuredJournal()
        try tables.forgetAgainSets()
        // The server knows nothing of the new number yet: it is told once more.
        try tables.run("DELETE FROM meta WHERE name = ?", [MetaKey.lastTold.rawValue])
    }

    /// What was refused before its server was put back is not sent as new; what was handed over is on no list here, and the
    /// server's item may be lost.
    private static func isKept(_ past: PastAnswer) -> Bool { past.isShown || past.answer == .handedOver }

    private func renewed(_ set: ChangeSet, number: Int64) throws -> ChangeSet {
        var renewed = set
        renewed.number = number
        renewed.stamp = moved(set.stamp)
        for change in renewed.changes.indices {
            for write in renewed.changes[change].writes.indices {
                guard let base = renewed.changes[change].writes[write].base else { continue }
                renewed.changes[change].writes[write].base = try self.base(base)
            }
        }
        return renewed
    }

    /// A base that an unanswered set made moves with it. Any other stays: the server knows it by the old number.
    private func base(_ base: Stamp) throws -> Stamp {
        guard base.replica == from else { return base }
        let statement = try tables.db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM outbox WHERE stamp = ?)")
        let isMoved = try Bool.fetchOne(statement, arguments: [moved(base).description]) ?? false
        return isMoved ? moved(base) : base
    }

    private func moved(_ stamp: Stamp) -> Stamp {
        Stamp(milliseconds: stamp.milliseconds, counter: stamp.counter, replica: to)
    }
}
