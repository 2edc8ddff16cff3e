import WaybookModel
import WaybookProtocol
import WaybookStore

/// Takes what one replica tells of others' lost writes, inside a transaction (`protocol/4-exchange.md#witness`): keeps what
/// the server does not have, for an administrator, and applies nothing.
struct WitnessIntake {
    /// How far a write may be after the moment when the server was put back.
    static let tolerance: Int64 = 120_000

    let schema: Schema
    let rows: ServerRows
    let table: WitnessTable
    let viewer: Viewer
    let replica: ReplicaID
    let timeline: Timeline
    let lineage: Lineage
    let isAboutNobodyErased: (Change) throws -> Bool
    /// Milliseconds since 1970.
    let now: Int64

    /// Takes the lines, as far as the replica's bounds go.
    func take(_ lines: [WitnessLine]) throws {
        var told = try table.told(by: replica, on: timeline.number)
        for line in lines {
            switch line.content {
            case .beyond(let count): told.beyond = max(told.beyond, count)
            case .atoms(let feed):
                let bytes = Int64(WitnessLine.bytes(of: line.content).count)
                let atoms = try missing(of: feed)
                guard told.atoms + Int64(atoms.count) <= WitnessLine.mostAtoms,
                    told.bytes + bytes <= WitnessLine.mostBytes
                else {
                    told.beyond = min(told.beyond + Int64(atoms.count), WitnessLine.mostBeyond)
                    continue
                }
                var news: Int64 = 0
                for (path, atom) in atoms where try table.note(atom, at: path, of: feed, by: replica, now: now) {
                    news += 1
                }
                told.atoms += news
                if news > 0 { told.bytes += bytes }
            }
        }
        try table.setTold(told, by: replica, on: timeline.number)
    }

    /// What of a record the server lacks, and the replica may know.
    private func missing(of feed: FeedRecord) throws -> [(FieldPath, Atom)] {
        let (id, collection) = (feed.record.id, feed.record.collection)
        guard !ServerRecords.collections.contains(collection), !ServerMadeID.isServerMade(id) else { return [] }
        let row = try rows.row(id)
        guard row.map({ $0.record.collection == collection }) ?? true, try maySee(feed.unit),
            try row.map({ try maySee($0.unit) }) ?? true
        else { return [] }
        let atoms = try feed.record.atoms.filter { path, atom in
            guard path != .erased, path.isNormalised, max(atom.origin.milliseconds, atom.stamp.milliseconds) <= latest,
                atom.commit == 0 || !lineage.holds(atom.commit), schema[collection]?[path.field]?.access != .server,
                row == nil || !isOfAccess(path, collection)
            else { return false }
            return try !isKnown(atom, at: path, row, id)
        }
        let writes = atoms.map { Write(path: $0.key, value: $0.value.value) }
        guard !writes.isEmpty, try rows.erasure(of: feed.unit) == nil,
            try rows.row(feed.unit)?.record.isErased != true,
            try isAboutNobodyErased(Change(id: id, collection: collection, writes: writes))
        else { return [] }
        return try atoms.sorted { $0.key < $1.key }.filter { try !isKept($0.value, at: $0.key, id, feed.unit) }
    }

    private var latest: UInt64 { UInt64(clamping: timeline.restored + Self.tolerance) }

    /// Whether the replica's person sees a unit, or there is none of that identity.
    private func maySee(_ unit: RecordID) throws -> Bool {
        guard !viewer.seesEverything, try rows.unit(of: unit) != nil else { return true }
        return try rows.isMember(unit, ofAny: viewer.scopes)
    }

    /// Who sees a unit that is there, the security ledger and those who answer for it say.
    private func isOfAccess(_ path: FieldPath, _ collection: CollectionName) -> Bool {
        guard case .book(let owner, let members)? = schema[collection]?.access.audience else { return false }
        return path.field == owner || path.field == members
    }

    /// Whether the server has the write: present, in history, or as what lost against another.
    private func isKnown(_ atom: Atom, at path: FieldPath, _ row: ServerRow?, _ id: RecordID) throws -> Bool {
        guard let row else { return false }
        if let present = row.record.atoms[path], present.isNamed(by: atom.origin) || present.isNamed(by: atom.stamp) {
            return true
        }
        if let floor = row.record.erasureFloor, atom.stamp <= floor { return true }
        if try rows.hasRetired(id, path, [atom.origin, atom.stamp]) { return true }
        let loser = OpenLoser(path: path, value: atom.value, stamp: atom.stamp, origin: atom.origin)
        return try rows.unit(of: DeterministicID.conflict(about: id, loser)) != nil
    }

    /// Whether it lies in the handover box: its author brought it, and somebody decides, or has.
    private func isKept(_ atom: Atom, at path: FieldPath, _ id: RecordID, _ unit: RecordID) throws -> Bool {
        typealias Field = HandoverRecord.Field
        let made = Value.string(Instant(milliseconds: Int64(clamping: atom.origin.milliseconds)).description)
        let present = try rows.unit(of: id) ?? unit
        for item in Set(try rows.items(about: unit) + rows.items(about: id) + rows.items(about: present)) {
            guard let record = try rows.row(item)?.record, record[Field.madeAt] == made,
                let text = record[Field.changes]?.text, let value = try? JSONParser.parse(text),
                let changes = ChangeSetLine.changes(value)
            else { continue }
            let writes = changes.first { $0.id == id }?.writes ?? []
            if writes.contains(where: { $0.path == path && $0.value == atom.value }) { return true }
        }
        return false
    }
}

extension Committer {
    /// Takes what a replica tells of others' lost writes. One that does not send again to this server has nothing to tell, nor
    /// has whoever may only deliver.
    /// - Returns: the number of the last line, dealt with in any case; nil where there were none.
    mutating func take(
        _ lines: [WitnessLine], of state: ReplicaState, by principal: ExchangePrincipal
    ) throws -> Int64? {
        guard let last = lines.last?.number else { return nil }
        let timelines = try TimelineTable(db).all()
        guard let timeline = timelines.first(where: { $0.number == presentNumber }), try isSendingAgain(state),
            let viewer = try exchanger(principal, try currentOrganisation()).viewer
        else { return last }
        let committer = self
        try WitnessIntake(
            schema: schema, rows: rows, table: WitnessTable(db), viewer: viewer, replica: state.replica,
            timeline: timeline, lineage: Lineage(present: presentNumber, timelines: timelines),
            isAboutNobodyErased: { try committer.isAboutNobodyErased($0) }, now: Int64(clamping: clock.milliseconds)
        ).take(lines)
        mayMeetWitness = true
        return last
    }

    /// Whether a replica, or the one that it is a copy of, has sent again on this timeline.
    private func isSendingAgain(_ state: ReplicaState) throws -> Bool {
        var state = state
        for _ in 0..<100 {
            if try HealingTable(db).healing(of: state.replica, on: presentNumber) != nil { return true }
            guard let older = try state.forkOf.flatMap({ try rows.replica($0) }) else { return false }
            state = older
        }
        return false
    }

    /// The author's own laptop brought a set: applied or kept for somebody, others need not tell of it.
    func forgetWitness(of set: ChangeSet, given: Stamp?) throws {
        guard mayMeetWitness else { return }
        let table = WitnessTable(db)
        for change in set.changes {
            for write in change.writes {
                for origin in Set([set.stamp] + (given.map { [$0] } ?? [])) {
                    try table.remove(change.id, write.path, origin: origin)
                }
            }
        }
    }

    /// Takes away what laptops told of somebody who was erased.
    func forgetErasedInWitness(_ ids: Set<RecordID>) throws {
        guard mayMeetWitness, try WitnessTable(db).removeErased(ids) else { return }
        // Its bytes are to go, though there may be no record of it.
        try rows.set(ErasureLog.purgeKey, sequence)
    }
}
