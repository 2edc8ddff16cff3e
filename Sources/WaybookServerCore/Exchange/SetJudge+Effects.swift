import WaybookModel
import WaybookProtocol
import WaybookStore

/// What follows from an accepted set: who sees which unit, cards of the pool, the history of owners
/// (`protocol/8-access.md#memberships`).
extension SetJudge {
    /// Draws the consequences of all that the set has touched.
    mutating func drawConsequences() throws {
        try fillOwners()
        try applyClaims()
        for id in work.touched {
            guard let row = work.known(id) else { continue }
            if let old = work.originalUnit(of: id), old != row.unit { try follow(row, from: old) }
            if row.unit == id {
                try placeInScopes(row)
                try bringBackHidden(row)
            }
            if DirectoryRecord.collections.contains(row.record.collection) { work.noteDirectoryChange() }
        }
    }

    /// A root that its maker named no owner for is theirs, unless they look after the pool.
    private mutating func fillOwners() throws {
        for (id, draft) in drafts.sorted(by: { $0.key < $1.key }) {
            guard let row = work.known(id), case .book(let owner, _)? = schema[draft.collection]?.access.audience,
                row.record[owner] ?? .null == .null, let value = draft[owner], value != .null
            else { continue }
            let atom = Atom(value: value, stamp: giveStamp(over: row.record), commit: work.sequence)
            work.set(atom, at: FieldPath(owner), of: id)
            work.outcomes.append(
                OutcomeLine(
                    id: id, collection: draft.collection, path: FieldPath(owner), outcome: .merged,
                    present: atom.committed(0), conflict: nil))
        }
    }

    /// Makes somebody else answer for units whose owner is gone.
    mutating func giveAway(_ units: [RecordID], to person: RecordID?) throws {
        successionCause = person == nil ? "released" : "succeeded"
        for unit in units {
            guard let row = try work.row(unit), let collection = schema[row.record.collection],
                case .book(let owner, _) = collection.access.audience
            else { continue }
            let value = person.map { Value.string($0.description) } ?? .null
            work.write([owner: value], into: row, stamp: giveStamp(over: row.record))
        }
        try drawConsequences()
    }

    /// Makes units answered for and shared as the security ledger says.
    mutating func restore(_ access: UnitAccess, of units: [RecordID]) throws {
        successionCause = access.owner == nil ? "released" : "assigned"
        for unit in units {
            guard let row = try work.row(unit), let collection = schema[row.record.collection],
                case .book(let owner, let members) = collection.access.audience
            else { continue }
            let stamp = giveStamp(over: row.record)
            let value = access.owner.map { Value.string($0.description) } ?? .null
            if row.record[owner] ?? .null != value { work.write([owner: value], into: row, stamp: stamp) }
            guard let members else { continue }
            let present = UnitAccess(schema.scopes(of: row.record))?.shares ?? [:]
            for person in Set(present.keys).union(access.shares.keys).sorted()
            where present[person] != access.shares[person] {
                let path = FieldPath(members, key: person.description)
                if let old = work.known(unit)?.record.atoms[path] { work.retire(old, unit, path) }
                work.set(
                    Atom(
                        value: access.shares[person].map { .string($0.rawValue) }, stamp: stamp, commit: work.sequence),
                    at: path, of: unit)
            }
        }
        try drawConsequences()
    }

    // MARK: Cards

    /// A granted claim makes the claimant the owner.
    private mutating func applyClaims() throws {
        for change in set.changes where change.collection == CardRecord.collection {
            let path = FieldPath(CardRecord.Field.claimedBy)
            guard change.writes.contains(where: { $0.path == path }), let card = work.known(change.id)?.record,
                let claimant = card[CardRecord.Field.claimedBy]?.text,
                let customer = card[CardRecord.Field.customer]?.text.flatMap({ RecordID($0) }),
                let row = try work.row(customer), let owner = CardRecord.ownerField(in: schema, of: row.record)
            else { continue }
            claimed.insert(customer)
            // A person's deed: whoever deletes the customer without having read it is asked.
            var taken = row
            taken.noteAuthor(replica, sequence: work.sequence)
            work.write([owner: .string(claimant)], into: taken, stamp: giveStamp(over: taken.record))
        }
    }

    /// Keeps a customer's card true: open while nobody answers for the customer.
    private mutating func keepCard(of row: ServerRow, isInPool: Bool) throws {
        typealias Field = CardRecord.Field
        let id = ServerMadeID.card(of: row.record.id)
        let present = try work.row(id)
        let isOpen = isInPool && !row.record.isDeleted && !row.record.isErased
        guard isOpen || present?.record[Field.isOpen]?.boolean == true else { return }
        var fields: [FieldName: Value] = [
            Field.customer: .string(row.record.id.description), Field.isOpen: .bool(isOpen),
        ]
        if isOpen {
            for name in CardRecord.copied { fields[name] = row.record[name] ?? .null }
            if present?.record[Field.isOpen]?.boolean != true {
                fields[Field.since] = .string(now)
                fields[Field.claimedBy] = .null
            }
        }
        let card =
            present ?? ServerRow(record: VersionedRecord(id: id, collection: CardRecord.collection), unit: id)
        let changed = fields.filter { name, value in (card.record[name] ?? .null) != value }
        guard !changed.isEmpty else { return }
        work.write(changed, into: card, stamp: giveStamp(over: card.record))
        // It had gone with a customer of that identity.
        let isGone = try card.record.isDeleted || (present == nil && isRemoved(id))
        if isOpen, isGone { try setLife(VersionedRecord.alive, of: [id]) }
        if let card = work.known(id) { try placeInScopes(card) }
    }

    // MARK: Memberships

    /// Puts a root's unit into the scopes that follow from it.
    mutating func placeInScopes(_ row: ServerRow) throws {
        let id = row.record.id
        let members = try rows.members(of: id)
        let old = members.mapValues(\.grade)
        let new = try scopes(of: row.record, old)
        if CardRecord.ownerField(in: schema, of: row.record) != nil {
            try keepCard(of: row, isInPool: new[.pool] != nil)
            try noteOwner(of: row, old, new)
        }
        guard old != new else { return }
        work.setScopes(new, of: id, from: members, ends: ends(old, new, of: row.record))
        for item in try rows.items(about: id) {
            guard let item = try work.row(item) else { continue }
            try placeInScopes(item)
        }
    }

    private mutating func scopes(
        of root: VersionedRecord, _ old: [Scope: ShareGrade]
    ) throws -> [Scope: ShareGrade] {
        guard let collection = schema[root.collection] else {
            return old.isEmpty ? schema.scopes(of: root, author: user) : old
        }
        guard case .follows(let about, let person) = collection.access.audience else { return schema.scopes(of: root) }
        let unit = try root[about]?.text.flatMap { RecordID($0) }.flatMap { try work.root($0) }
        if unit == nil, let author = root[person]?.text.flatMap({ RecordID($0) }) {
            return try scopes(ofItemAboutNothingBy: author)
        }
        return schema.scopes(of: root, about: unit?.record)
    }

    /// The scopes of what was handed over about nothing that exists, as of a customer that its author made: whoever answers
    /// for the author's book decides.
    func scopes(ofItemAboutNothingBy author: RecordID) throws -> [Scope: ShareGrade] {
        [.box(author): .view, try organisation().holder(of: author).map { .book($0) } ?? .pool: .edit]
    }

    private func ends(
        _ old: [Scope: ShareGrade], _ new: [Scope: ShareGrade], of root: VersionedRecord
    ) -> [Scope: DepartureReason] {
        var ends: [Scope: DepartureReason] = [:]
        let isClaimed = claimed.contains(root.id) || root.collection == CardRecord.collection
        for scope in old.keys where new[scope] == nil {
            switch scope {
            case .shared: ends[scope] = .unshared
            case .book: ends[scope] = new[.pool] == nil ? .assigned : .pool
            case .pool, .cards:
                let byClaim = isClaimed && root[CardRecord.Field.claimedBy] ?? .null != .null
                ends[scope] = byClaim || claimed.contains(root.id) ? .claimed : .assigned
            case .box, .workspace, .everything: ends[scope] = .closed
            }
        }
        return ends
    }

    /// Adds an entry to the history of owners.
    private mutating func noteOwner(of row: ServerRow, _ old: [Scope: ShareGrade], _ new: [Scope: ShareGrade]) throws {
        typealias Field = AssignmentRecord.Field
        let (from, to) = (Self.owner(old), Self.owner(new))
        // That somebody made a customer of their own, the customer's history tells.
        guard schema[AssignmentRecord.collection] != nil, from != to, !(old.isEmpty && to == user) else { return }
        let stamp = giveStamp()
        let id = ServerMadeID.assignment(of: row.record.id, stamp: stamp)
        let usual = to == nil ? "released" : "assigned"
        let cause = claimed.contains(row.record.id) ? "claimed" : successionCause ?? usual
        var fields: [FieldName: Value] = [
            Field.customer: .string(row.record.id.description), Field.at: .string(now), Field.cause: .string(cause),
        ]
        if let from { fields[Field.from] = .string(from.description) }
        if let to { fields[Field.to] = .string(to.description) }
        if let user, successionCause == nil { fields[Field.by] = .string(user.description) }
        if let note = set.note { fields[Field.reason] = .string(note) }
        let entry = ServerRow(
            record: VersionedRecord(id: id, collection: AssignmentRecord.collection), unit: row.record.id)
        work.write(fields, into: entry, stamp: stamp)
    }

    private static func owner(_ scopes: [Scope: ShareGrade]) -> RecordID? {
        for case .book(let owner) in scopes.keys { return owner }
        return nil
    }

    // MARK: Records that change their unit

    /// What tells of a record goes where the record goes.
    private mutating func follow(_ row: ServerRow, from old: RecordID) throws {
        work.noteMoved(row.record.id, from: old)
        // What was asked about it and settled, too: an erasure of what it hung on must not take that.
        for id in try rows.conflicts(about: [row.record.id], inUnit: old).sorted() {
            guard var conflict = try work.row(id), conflict.unit != row.unit else { continue }
            conflict.unit = row.unit
            let field: [FieldName: Value] = [ConflictRecord.Field.unit: .string(row.unit.description)]
            work.write(field, into: conflict, stamp: giveStamp())
            work.noteMoved(id, from: old)
        }
    }
}

extension CardRecord {
    /// The field that names who answers for a record, if it is of the collection whose unowned records have cards.
    static func ownerField(in schema: Schema, of record: VersionedRecord) -> FieldName? {
        guard record.collection == owned, schema[collection] != nil,
            case .book(let owner, _)? = schema[record.collection]?.access.audience
        else { return nil }
        return owner
    }
}
