import WaybookModel
import WaybookProtocol
import WaybookStore

/// What came of lines that a device told.
struct WitnessTaken: Hashable {
    /// How many values were not told before, by anybody or by this device.
    var listed = 0
    /// How many were not kept, for it had told enough.
    var refused = 0
}

/// Takes what one replica tells of others' lost writes, inside a transaction (`protocol/4-exchange.md#witness`): keeps what
/// the server does not have, for an administrator, and applies nothing.
struct WitnessIntake {
    /// How far a write may be after the moment when the server was put back.
    static let tolerance: Int64 = 120_000

    let schema: Schema
    let rows: ServerRows
    let table: WitnessTable
    let viewer: Viewer
    let teller: WitnessTable.Teller
    let timeline: Timeline
    let lineage: Lineage
    let isAboutNobodyErased: (Change, RecordID) throws -> Bool
    /// Milliseconds since 1970.
    let now: Int64
    /// What lies in the handover box, by what it is about: read once a batch.
    private var boxes: [RecordID: Set<KeptWrite>] = [:]
    private var taken = WitnessTaken()

    init(
        schema: Schema, rows: ServerRows, table: WitnessTable, viewer: Viewer, teller: WitnessTable.Teller,
        timeline: Timeline, lineage: Lineage, now: Int64,
        isAboutNobodyErased: @escaping (Change, RecordID) throws -> Bool
    ) {
        (self.schema, self.rows, self.table, self.viewer, self.teller) = (schema, rows, table, viewer, teller)
        (self.timeline, self.lineage, self.now) = (timeline, lineage, now)
        self.isAboutNobodyErased = isAboutNobodyErased
    }

    /// Takes the lines, as far as the device's bounds go.
    mutating func take(_ lines: [WitnessLine]) throws -> WitnessTaken {
        var told = try table.told(by: teller.device, on: timeline.number)
        let before = told
        for line in lines {
            switch line.content {
            case .beyond(let count): told.beyond = max(told.beyond, count)
            case .atoms(let feed): try take(feed, &told, isAgain: line.number <= before.through)
            }
            told.through = max(told.through, line.number)
        }
        told.refused = min(told.refused, WitnessLine.mostBeyond)
        if told != before { try table.setTold(told, by: teller.device, on: timeline.number) }
        taken.refused = Int(told.refused - before.refused)
        return taken
    }

    /// - Parameter isAgain: whether the line came before: what is not kept of it was counted then.
    private mutating func take(_ feed: FeedRecord, _ told: inout WitnessTold, isAgain: Bool) throws {
        // Who has told enough costs nothing.
        guard !told.isFull else {
            if !isAgain { told.refused += Int64(feed.record.atoms.count) }
            return
        }
        for (path, atom) in try missing(of: feed) {
            guard !told.isFull else {
                if !isAgain { told.refused += 1 }
                continue
            }
            switch try table.note(atom, at: path, of: feed, by: teller, now: now) {
            case .news(let bytes):
                taken.listed += 1
                told.atoms += 1
                told.bytes += bytes
            case .known: break
            case .tooMany: if !isAgain { told.refused += 1 }
            }
        }
    }

    /// What of a record the server lacks, and the replica may know.
    private mutating func missing(of feed: FeedRecord) throws -> [(FieldPath, Atom)] {
        let (id, collection) = (feed.record.id, feed.record.collection)
        guard !ServerRecords.collections.contains(collection), !ServerMadeID.isServerMade(id) else { return [] }
        let row = try rows.row(id)
        guard row.map({ $0.record.collection == collection }) ?? true, try maySee(feed.unit),
            try row.map({ try maySee($0.unit) }) ?? true
        else { return [] }
        let atoms = try feed.record.atoms.filter { path, atom in
            guard path != .erased, path.isNormalised, max(atom.origin.milliseconds, atom.stamp.milliseconds) <= latest,
                atom.commit == 0 || !lineage.holds(atom.commit), schema[collection]?[path.field]?.access != .server,
                row == nil || !schema.decidesAccess(path, in: collection)
            else { return false }
            return try !isKnown(atom, at: path, row, id)
        }
        let writes = atoms.map { Write(path: $0.key, value: $0.value.value) }
        guard !writes.isEmpty,
            try isAboutNobodyErased(Change(id: id, collection: collection, writes: writes), feed.unit)
        else { return [] }
        let box = try box(of: [id, feed.unit, row?.unit ?? feed.unit])
        return atoms.sorted { $0.key < $1.key }.filter { !box.contains(KeptWrite(id, $0.key, $0.value)) }
            .map { ($0.key, $0.value) }
    }

    private var latest: UInt64 { UInt64(clamping: timeline.restored + Self.tolerance) }

    /// Whether the replica's person sees a unit, or there is none of that identity.
    private func maySee(_ unit: RecordID) throws -> Bool {
        guard !viewer.seesEverything, try rows.unit(of: unit) != nil else { return true }
        return try rows.isMember(unit, ofAny: viewer.scopes)
    }

    /// Whether the server has the write: present, in history, or as what lost against another.
    private func isKnown(_ atom: Atom, at path: FieldPath, _ row: ServerRow?, _ id: RecordID) throws -> Bool {
        guard let row else { return false }
        if let present = row.record.atoms[path], present.isNamed(by: atom.origin) || present.isNamed(by: atom.stamp) {
            // Another value was accepted for it: one of the two is not what was written.
            return try present.value == atom.value || !table.hasAccepted(id, path, origin: atom.origin)
        }
        if let floor = row.record.erasureFloor, atom.stamp <= floor { return true }
        if try rows.hasRetired(id, path, [atom.origin, atom.stamp]) { return true }
        let loser = OpenLoser(path: path, value: atom.value, stamp: atom.stamp, origin: atom.origin)
        return try rows.unit(of: DeterministicID.conflict(about: id, loser)) != nil
    }

    // MARK: The handover box

    /// A write that its author brought, and about which somebody decides, or has.
    private struct KeptWrite: Hashable {
        var record: RecordID
        var path: FieldPath
        var value: Value?
        var made: Int64

        init(_ record: RecordID, _ path: FieldPath, _ atom: Atom) {
            self.init(record, path, atom.value, made: Int64(clamping: atom.origin.milliseconds))
        }

        init(_ record: RecordID, _ path: FieldPath, _ value: Value?, made: Int64) {
            (self.record, self.path, self.value, self.made) = (record, path, value, made)
        }
    }

    /// What lies in the handover box about any of these.
    private mutating func box(of about: Set<RecordID>) throws -> Set<KeptWrite> {
        var all: Set<KeptWrite> = []
        for id in about {
            let found = try boxes[id] ?? items(about: id)
            boxes[id] = found
            all = all.isEmpty ? found : all.union(found)
        }
        return all
    }

    private func items(about id: RecordID) throws -> Set<KeptWrite> {
        typealias Field = HandoverRecord.Field
        var found: Set<KeptWrite> = []
        for item in try rows.items(about: id) {
            guard let record = try rows.row(item)?.record,
                let made = record[Field.madeAt]?.text.flatMap({ Instant($0) }),
                let value = try record[Field.changes]?.text.flatMap({ try JSONParser.parse($0) }),
                let changes = ChangeSetLine.changes(value)
            else { continue }
            for change in changes {
                for write in change.writes {
                    found.insert(KeptWrite(change.id, write.path, write.value, made: made.milliseconds))
                }
            }
        }
        return found
    }
}

extension Schema {
    /// Whether a path says who answers for a record, or who else sees it: of one that is there the security ledger and those
    /// who answer for it say so.
    func decidesAccess(_ path: FieldPath, in collection: CollectionName) -> Bool {
        guard case .book(let owner, let members)? = self[collection]?.access.audience else { return false }
        return path.field == owner || path.field == members
    }
}

extension Committer {
    /// Takes what a replica tells of others' lost writes. One that does not send again to this server has nothing to tell, nor
    /// has whoever may only deliver.
    mutating func take(
        _ lines: [WitnessLine], of state: ReplicaState, by principal: ExchangePrincipal
    ) throws -> WitnessTaken {
        guard !lines.isEmpty, let timeline = try TimelineTable(db).all().first(where: { $0.number == presentNumber }),
            let device = try deviceSendingAgain(state),
            let viewer = try exchanger(principal, try currentOrganisation()).viewer
        else { return WitnessTaken() }
        let committer = self
        var intake = WitnessIntake(
            schema: schema, rows: rows, table: WitnessTable(db), viewer: viewer,
            teller: WitnessTable.Teller(replica: state.replica, device: device), timeline: timeline,
            lineage: try TimelineTable(db).lineage(), now: Int64(clamping: clock.milliseconds)
        ) { try committer.isAboutNobodyErased($0, in: $1) }
        mayMeetWitness = true
        return try intake.take(lines)
    }

    /// The first number of a replica's device, where that, or one that it had since, has sent again on this timeline.
    private func deviceSendingAgain(_ state: ReplicaState) throws -> ReplicaID? {
        var (state, isSending) = (state, false)
        for _ in 0..<100 {
            isSending = try isSending || HealingTable(db).healing(of: state.replica, on: presentNumber) != nil
            guard let older = try state.forkOf.flatMap({ try rows.replica($0) }) else { break }
            state = older
        }
        return isSending ? state.replica : nil
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
    func forgetErasedInWitness(_ erasure: ErasureWork) throws {
        let ids = erasure.taken.union(erasure.wholeUnits).union([erasure.request.record])
        guard mayMeetWitness,
            try WitnessTable(db).removeErased(
                ids, root: erasure.request.record, leaving: erasure.extent.left)
        else { return }
        // Its bytes are to go, though there may be no record of it.
        try rows.set(ErasureLog.purgeKey, sequence)
    }
}
