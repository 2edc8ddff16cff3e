import WaybookModel
import WaybookProtocol
import WaybookStore

/// Keeps what may not be applied for somebody to decide: one item for each unit, with that unit's changes only.
extension SetJudge {
    /// What an item tells of itself.
    enum HandoverKind: Hashable {
        /// The unit had moved on; nothing was applied.
        case moved
        /// The author is disabled; nothing was applied.
        case disabled
        /// It was written before the unit moved on: applied, and told to who answers for the unit now.
        case late
        /// It had been acknowledged before the server was put back, and would be refused now; nothing was applied.
        case restored
        /// It was made before the server was put back, about a record that is not back yet; nothing was applied yet.
        case early
        /// Its author had not read what was deleted that long ago, and what it is about is not there; nothing was applied.
        case afterDelete

        fileprivate var reason: String {
            switch self {
            case .moved: "moved"
            case .disabled: "disabled"
            case .late: "late"
            case .restored: "restored"
            case .early: "early"
            case .afterDelete: "afterDelete"
            }
        }

        /// Whether what it is about may be known to nobody, or to others alone.
        fileprivate var isOfMissing: Bool { self == .early || self == .afterDelete }
    }

    /// Whether its author, a person whom the directory knows, was away so long that what was deleted meanwhile may be gone:
    /// what it writes to that is not there may have been (`protocol/4-exchange.md#floor`). A claim of a card is of what was
    /// read a moment ago, and nothing to take over.
    var isAfterLongAbsence: Bool {
        guard readThrough < removalFloor, case .viewer = exchanger else { return false }
        // Who deletes what is gone has what they wanted.
        guard set.changes.contains(where: { $0.writes.contains { $0.path != .life } }) else { return false }
        return !set.changes.contains { ServerRecords.collections.contains($0.collection) }
    }

    /// Makes the items of this set.
    /// - Returns: the first one's identity, which is the verdict.
    mutating func handOver(_ kind: HandoverKind) throws -> RecordID {
        var groups: [(unit: RecordID, changes: [Change])] = []
        for change in set.changes {
            let unit = try kind.isOfMissing ? unit(named: change) : unit(of: change)
            if let index = groups.firstIndex(where: { $0.unit == unit }) {
                groups[index].changes.append(change)
            } else {
                groups.append((unit, [change]))
            }
        }
        var first: RecordID?
        for (unit, changes) in groups {
            let item = try handOver(changes, about: unit, kind)
            first = first ?? item
        }
        // A set that does nothing but resolve has nothing to hand over: the conflict is no longer its author's.
        guard let first else { throw refusal(.unknown, set.resolves.first ?? RecordID(high: 0, low: 0), nil) }
        return first
    }

    private mutating func unit(of change: Change) throws -> RecordID {
        if let row = try work.row(change.id) { return row.unit }
        return try unit(toldBy: change)
    }

    /// Of a record that its author neither sees nor has held not even the unit is told: it is as one that does not exist.
    private mutating func unit(named change: Change) throws -> RecordID {
        if let row = try work.row(change.id), try mayKnow(change.id, in: row.unit) { return row.unit }
        return try unit(toldBy: change)
    }

    private func unit(toldBy change: Change) throws -> RecordID {
        if let unit = try rows.handedCreation(change.id, by: replica) { return unit }
        var record = VersionedRecord(id: change.id, collection: change.collection)
        for write in change.writes { record.atoms[write.path] = Atom(value: write.value, stamp: stamp) }
        return schema.unit(of: record) ?? change.id
    }

    private mutating func handOver(_ changes: [Change], about unit: RecordID, _ kind: HandoverKind) throws -> RecordID {
        typealias Field = HandoverRecord.Field
        let id =
            waitingItems[unit] ?? changes.compactMap({ waitingItems[$0.id] }).first
            ?? ServerMadeID.handover(replica: set.stamp.replica, number: set.number, unit: unit)
        var fields: [FieldName: Value] = [
            Field.about: .string(unit.description), Field.arrivedAt: .string(now),
            Field.madeAt: .string(Instant(milliseconds: Int64(clamping: set.stamp.milliseconds)).description),
            Field.why: .string(kind.reason),
            Field.changes: .string(CanonicalJSON.text(ChangeSetLine.value(of: changes))),
            Field.status: .string(kind == .late ? "accepted" : "open"),
        ]
        if let user { fields[Field.author] = .string(user.description) }
        if let device = try authorship(replica)?.device { fields[Field.device] = .string(device) }
        let row =
            try work.row(id)
            ?? ServerRow(record: VersionedRecord(id: id, collection: HandoverRecord.collection), unit: id)
        work.write(fields, into: row, stamp: giveStamp(over: row.record))
        work.link(item: id, about: unit)
        // Erasing finds it by whatever it is about.
        if kind.isOfMissing { for about in schema.named(by: changes) { work.link(item: id, about: about) } }
        if let item = work.known(id) { try placeInScopes(item) }
        // What comes after a creation that waits, waits for it.
        if kind != .late, kind != .early {
            for change in changes where change.isCreating { work.noteHanded(change.id, unit: unit) }
        }
        return id
    }

    // MARK: What had waited

    /// Closes the items that told of the set while it waited; what was handed over again is in the same ones.
    mutating func closeWaitingItems() throws {
        typealias Field = HandoverRecord.Field
        for id in waitingItems.values.sorted() where !work.touched.contains(id) {
            guard let row = try work.row(id), !row.record.isErased else { continue }
            work.write([Field.status: "accepted"], into: row, stamp: giveStamp(over: row.record))
            if let item = work.known(id) { try placeInScopes(item) }
        }
    }
}
