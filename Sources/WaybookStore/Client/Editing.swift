import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// Turns one user action into a stored change set, inside one transaction.
struct Editing {
    let tables: ClientTables
    let now: ClientTime
    /// Who does it; nil where the server alone decides what they may.
    let permitting: Permitting?

    /// - Parameter user: the signed-in person.
    init(tables: ClientTables, now: ClientTime, user: RecordID?) throws {
        self.tables = tables
        self.now = now
        permitting = try user.flatMap { try Permitting(tables, for: $0, at: now) }
    }

    /// A record that the action writes to, with the change as it will be sent.
    private struct Target {
        var row: StoredRow
        var shown: VersionedRecord
        var change: Change

        /// What will be shown.
        var after: VersionedRecord {
            var after = shown
            for write in change.writes { after.atoms[write.path] = Atom(value: write.value, stamp: Editing.noStamp) }
            return after
        }
    }

    func perform(_ action: UserAction) throws -> EditOutcome {
        var targets: [Target] = []
        for draft in Self.merged(action.changes) {
            var target = try target(of: draft)
            if let outcome = try obstacle(to: target, in: action) { return outcome }
            target.change.writes = based(target.change.writes, on: target.shown, keepsAll: !action.resolves.isEmpty)
            if !target.change.writes.isEmpty { targets.append(target) }
        }
        if let denial = try denial(of: targets) { return .denied(denial) }
        if targets.isEmpty, action.resolves.isEmpty { return .unchanged }
        return try store(targets, of: action)
    }

    /// One change a record: a change set names each record once. The later write to a path counts.
    private static func merged(_ changes: [Change]) -> [Change] {
        var merged: [Change] = []
        for change in changes {
            guard let index = merged.firstIndex(where: { $0.id == change.id }) else {
                merged.append(change)
                continue
            }
            let kept = merged[index].writes.filter { write in !change.writes.contains { $0.path == write.path } }
            merged[index] = Change(
                id: change.id, collection: change.collection,
                isCreating: merged[index].isCreating || change.isCreating, writes: kept + change.writes)
        }
        return merged
    }

    private func target(of draft: Change) throws -> Target {
        let stored = try tables.load(draft.id)
        let row =
            stored ?? StoredRow(id: draft.id, collection: draft.collection, row: nil, before: nil, server: nil)
        var target = Target(row: row, shown: row.shown, change: draft)
        if stored != nil { target.change.isCreating = false }
        if target.change.isCreating, let ownership = permitting?.ownership(of: target.after) {
            target.change.writes = (target.change.writes + [ownership]).sorted { $0.path < $1.path }
        }
        return target
    }

    private func denial(of targets: [Target]) throws -> Denial? {
        guard let permitting else { return nil }
        let created = targets.filter(\.change.isCreating).map { ($0.change.id, $0.after) }
        for target in targets {
            let denial = try permitting.denial(
                of: target.change, shown: target.change.isCreating ? nil : target.shown, after: target.after,
                created: Dictionary(created, uniquingKeysWith: { first, _ in first }))
            if let denial { return denial }
        }
        return permitting.denial(
            of: targets.filter { $0.change.collection == DirectoryRecord.user }.map(\.after))
    }

    /// Why the change cannot be made here; nil if it can.
    private func obstacle(to target: Target, in action: UserAction) throws -> EditOutcome? {
        let change = target.change
        if change.collection != target.row.collection || (target.row.row == nil && !change.isCreating) {
            return .refused(Violation(rule: .unknown, path: nil), record: change.id)
        }
        if try isLeaving(target) { return .leaving(change.id) }
        if let erased = try tables.erased(in: change) ?? (target.row.isErased ? change.id : nil) {
            return .erased(erased)
        }
        if let violation = tables.schema.violation(in: change, strictness: .entry) ?? frozen(target) {
            return .refused(violation, record: change.id)
        }
        if let deleted = try deletedAncestor(of: target, in: action) { return .deleted(deleted) }
        return nil
    }

    private func isLeaving(_ target: Target) throws -> Bool {
        if target.row.leaving != nil { return true }
        return try tables.schema.unit(of: target.after).map { try tables.isLeaving($0) } ?? false
    }

    /// What the server would refuse for certain: another value for a field that keeps its first.
    private func frozen(_ target: Target) -> Violation? {
        let collection = tables.schema[target.change.collection]
        if collection?.isAppendOnly == true, target.row.row != nil { return Violation(rule: .access, path: nil) }
        let write = target.change.writes.first { write in
            guard collection?.rule(for: write.path) == .immutable, let present = target.shown.atoms[write.path]?.value
            else { return false }
            return present != .null && present != write.value
        }
        return write.map { Violation(rule: .immutable, path: $0.path) }
    }

    private func deletedAncestor(of target: Target, in action: UserAction) throws -> RecordID? {
        // A deleted record is erased as any other.
        if target.change.isErasure { return nil }
        if target.shown.isDeleted, !Self.writesLife(of: target.change.id, action) { return target.change.id }
        guard let unit = tables.schema.unit(of: target.after), unit != target.change.id,
            !Self.writesLife(of: unit, action)
        else { return nil }
        let statement = try tables.db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM record WHERE id = ? AND deleted = 1)")
        return try Bool.fetchOne(statement, arguments: [unit.blob]) == true ? unit : nil
    }

    private static let noStamp = Stamp(milliseconds: 0, counter: 0, replica: ReplicaID(0))

    private static func writesLife(of id: RecordID, _ action: UserAction) -> Bool {
        action.changes.contains { $0.id == id && $0.writes.contains { $0.path == .life } }
    }

    /// The writes that change something, each with the origin of the value that it was made on.
    private func based(_ writes: [Write], on shown: VersionedRecord, keepsAll: Bool) -> [Write] {
        writes.compactMap { write in
            let present = shown.atoms[write.path]
            guard keepsAll || (present?.value ?? .null) != (write.value ?? .null) else { return nil }
            return Write(path: write.path, value: write.value, base: present?.origin)
        }
    }

    private func store(_ targets: [Target], of action: UserAction) throws -> EditOutcome {
        let number = (try tables.integer(.lastSet) ?? 0) + 1
        let set = ChangeSet(
            number: number, stamp: try tables.tick(now), readThrough: try tables.integer(.readThrough) ?? 0,
            wallMilliseconds: now.wallMilliseconds, changes: targets.map(\.change), resolves: action.resolves,
            note: action.note)
        let line = ChangeSetLine.bytes(set)
        guard set.writeCount + action.resolves.count <= ChangeSet.maximumWrites, line.count <= ChangeSet.maximumBytes
        else {
            let record = targets.first?.change.id ?? action.resolves[0]
            return .refused(Violation(rule: .limit, path: nil), record: record)
        }
        try tables.append(set, line: line)
        try tables.set(.lastSet, number)
        for target in targets {
            var row = target.row
            row.unsent.append(StoredRow.Unsent(change: target.change, stamp: set.stamp))
            try tables.save(row)
            try tables.noteOwn(target.change, stamp: set.stamp, at: now)
        }
        return .saved(set: number)
    }
}
