import WaybookModel
import WaybookProtocol
import WaybookStore

/// When and how somebody lost a unit that they held.
struct Loss: Hashable, Sendable {
    /// The commit, and its time in milliseconds of the server's clock; zero where nobody can say: nothing is earlier.
    var at: Int64
    var milliseconds: Int64
    /// What had bound them to the unit; nil where nobody can say: they might do nothing.
    var standing: Standing?
}

/// What the right of a set's author comes to.
enum Admission: Hashable, Sendable {
    /// They see all that the set is about, and may do it.
    case admitted
    /// They held these units once, and no longer do.
    case lost([RecordID: Loss])
    /// They may only deliver.
    case deliveryOnly
}

/// What binds the author to a unit.
private enum Bond {
    case seen(Standing)
    case lost(Loss)
    case none
}

/// Judges whether the author may do what the set does, before anything that depends on what the records hold
/// (`protocol/8-access.md#pushes`).
extension SetJudge {
    /// How long after losing a unit an edit may still count as made before.
    static let graceMilliseconds: Int64 = 30 * 86_400_000

    /// - Throws: a refusal: `unknown` for what the author never saw, exactly as for what does not exist; then `access`
    ///   for what they see but may not do.
    mutating func admission() throws -> Admission {
        guard case .viewer(let viewer) = exchanger else {
            if exchanger == .uploader { return .deliveryOnly }
            throw refusal(.unknown, set.changes.first?.id ?? set.resolves.first ?? RecordID(high: 0, low: 0), nil)
        }
        drafts = try newRoots(viewer)
        var lost: [RecordID: Loss] = [:]
        var denied: Refused?
        for change in set.changes {
            let units = try units(of: change)
            for unit in units {
                switch try bond(unit, change, viewer) {
                case .seen(let standing):
                    if denied == nil { denied = try denial(of: change, standing, viewer) }
                    if denied == nil { denied = try denialOfLeaving(unit, change, standing, viewer) }
                case .lost(let loss):
                    if change.isErasure { throw refusal(.access, change.id, .erased) }
                    lost[unit] = loss
                // By the name that the author gave: of a record that they do not see, not even its unit is told.
                case .none: throw try unknown(names(unit, change) ? unit : change.id)
                }
            }
            try refuseErased(change, in: units)
        }
        try admitResolutions(viewer, &denied)
        if let denied { throw denied }
        return lost.isEmpty ? .admitted : .lost(lost)
    }

    // MARK: Units

    /// The roots that the set makes, as they will stand.
    private mutating func newRoots(_ viewer: Viewer) throws -> [RecordID: VersionedRecord] {
        var roots: [RecordID: VersionedRecord] = [:]
        for change in set.changes where try work.row(change.id) == nil && change.isCreating {
            var record = VersionedRecord(id: change.id, collection: change.collection)
            for write in change.writes { record.atoms[write.path] = Atom(value: write.value, stamp: stamp) }
            guard schema.unit(of: record) == change.id else { continue }
            if let owner = ownerField(of: change.collection), record[owner] ?? .null == .null, isOwnedByMaker(viewer) {
                record.atoms[FieldPath(owner)] = Atom(value: .string(viewer.user.description), stamp: stamp)
            }
            roots[change.id] = record
        }
        return roots
    }

    /// Whether what a person makes without naming an owner is theirs; who looks after the pool leaves it there.
    private func isOwnedByMaker(_ viewer: Viewer) -> Bool { !viewer.seesEverything && !viewer.role.seesPool }

    private func ownerField(of collection: CollectionName) -> FieldName? {
        guard let schema = schema[collection], case .book(let owner, _) = schema.access.audience,
            schema[owner] != nil
        else { return nil }
        return owner
    }

    /// The units that a change is about: where the record is, and where the change puts it.
    mutating func units(of change: Change) throws -> [RecordID] {
        let row = try work.row(change.id)
        var record = row?.record ?? VersionedRecord(id: change.id, collection: change.collection)
        for write in change.writes { record.atoms[write.path] = Atom(value: write.value, stamp: stamp) }
        let target = schema.unit(of: record)
        guard let row else {
            if !change.isCreating { return [try rows.handedCreation(change.id, by: replica) ?? change.id] }
            return target.map { [$0] } ?? []
        }
        return [row.unit] + (target.flatMap { $0 == row.unit ? nil : [$0] } ?? [])
    }

    /// Whether the author named the unit, rather than a record in it.
    private func names(_ unit: RecordID, _ change: Change) -> Bool {
        guard let root = schema[change.collection]?.rootField else { return unit == change.id }
        return change.writes.contains { $0.path == FieldPath(root) && $0.value?.text == unit.description }
    }

    private mutating func bond(_ unit: RecordID, _ change: Change, _ viewer: Viewer) throws -> Bond {
        if let draft = drafts[unit] {
            return try standing(of: draft, viewer).map { .seen($0) } ?? .seen(.reader)
        }
        guard let root = try work.row(unit) else {
            if try rows.handedCreation(unit, by: replica) != nil { return .lost(Loss(at: 0, milliseconds: 0)) }
            if mayMeetErased, try rows.wasErased(unit) { return .lost(Loss(at: 0, milliseconds: 0)) }
            // Nobody knows it: whoever sees everything learns so too.
            return .none
        }
        if let standing = try standing(of: root.record, viewer) { return .seen(standing) }
        guard try hasHeld(unit, record: change.id) else { return .none }
        if root.record.collection == CardRecord.collection {
            let path = FieldPath(CardRecord.Field.claimedBy)
            throw refusal(.served, change.id, path, present: root.record.atoms[path]?.value)
        }
        return .lost(try loss(of: root.record, viewer))
    }

    mutating func standing(of root: VersionedRecord, _ viewer: Viewer) throws -> Standing? {
        if viewer.seesEverything { return .administrator }
        var scopes = schema.scopes(of: root)
        if schema[root.collection] == nil {
            scopes = try rows.members(of: root.id).mapValues(\.grade)
            if scopes.isEmpty, drafts[root.id] != nil { scopes = [.book(viewer.user): .edit] }
        } else if case .follows(let about, let person)? = schema[root.collection]?.access.audience {
            let unit = try root[about]?.text.flatMap { RecordID($0) }.flatMap { try work.root($0)?.record }
            let author = root[person]?.text.flatMap { RecordID($0) }
            scopes = schema.scopes(of: root, about: unit)
            if unit == nil, let author { scopes = try self.scopes(ofItemAboutNothingBy: author) }
        }
        return viewer.standing(in: scopes, root: root.id)
    }

    // MARK: Permission

    mutating func denial(of change: Change, _ standing: Standing, _ viewer: Viewer) throws -> Refused? {
        let isNew = try work.row(change.id) == nil
        let role = viewer.role
        if isNew, !schema.permits(.create, in: change.collection, role: role, standing: standing) {
            return refusal(.access, change.id, nil)
        }
        for write in change.writes {
            if write.path == .erased {
                let isPermitted = schema.permits(.erase, in: change.collection, role: role, standing: standing)
                if !isPermitted { return refusal(.access, change.id, write.path) }
                continue
            }
            if write.path == .life {
                if !isNew, !schema.permits(.delete, in: change.collection, role: role, standing: standing) {
                    return refusal(.access, change.id, write.path)
                }
                continue
            }
            let access = schema[change.collection]?[write.path.field]?.access
            let isOwn = access == .holders || access == .author
            let mayWrite = schema.permits(
                .edit(write.path.field), in: change.collection, role: role, standing: standing)
            if !mayWrite, !(isNew && isOwn) { return refusal(.access, change.id, write.path) }
            if let refused = try wrongPerson(write, change, viewer) { return refused }
        }
        return nil
    }

    /// What hangs on a unit is carried off only by who answers for the unit: with whom it is shared, the owner would lose it
    /// unasked.
    private mutating func denialOfLeaving(
        _ unit: RecordID, _ change: Change, _ standing: Standing, _ viewer: Viewer
    ) throws -> Refused? {
        guard let row = try work.row(change.id), row.unit == unit, unit != change.id,
            try units(of: change).contains(where: { $0 != unit }),
            !Allowance.responsible.covers(viewer.role, standing)
        else { return nil }
        return refusal(.access, change.id, (schema[change.collection]?.rootField).map { FieldPath($0) })
    }

    /// Who is to answer for a unit must work here; who claims, claims for themselves unless they lead.
    private mutating func wrongPerson(_ write: Write, _ change: Change, _ viewer: Viewer) throws -> Refused? {
        if schema[change.collection]?[write.path.field]?.access == .author, let named = write.value?.text,
            try !mayName(named, viewer)
        {
            return refusal(.access, change.id, write.path)
        }
        let isClaim = change.collection == CardRecord.collection && write.path.field == CardRecord.Field.claimedBy
        // What is no identity at all the schema refuses.
        guard isClaim || write.path.field == ownerField(of: change.collection),
            let person = write.value?.text.flatMap({ RecordID(canonical: $0) })
        else { return nil }
        let path = write.path
        guard try organisation().people[person]?.isActive == true else { return refusal(.unknown, change.id, path) }
        if isClaim, let taken = try claimed(change.id, by: person) { return taken }
        return isClaim && person != viewer.user && viewer.role == .rep ? refusal(.access, change.id, path) : nil
    }

    /// Whether somebody may name a person as the author: themselves, or who wrote what the set takes over.
    private mutating func mayName(_ person: String, _ viewer: Viewer) throws -> Bool {
        if person == viewer.user.description || viewer.role == .admin { return true }
        for change in set.changes where change.collection == HandoverRecord.collection {
            let author = try work.row(change.id)?.record[HandoverRecord.Field.author]
            if author?.text == person { return true }
        }
        return false
    }

    /// A claim of what is no longer in the pool: whoever sees the card all the same does not take the customer from its
    /// owner by it.
    private mutating func claimed(_ card: RecordID, by person: RecordID) throws -> Refused? {
        guard let card = try work.row(card)?.record, card[CardRecord.Field.isOpen]?.boolean != true else { return nil }
        let present = card[CardRecord.Field.claimedBy]
        let isTheirs = present?.text == person.description
        return isTheirs ? nil : refusal(.served, card.id, FieldPath(CardRecord.Field.claimedBy), present: present)
    }

    /// Somebody must be left to administer the workspace, whoever asks, and in whatever order.
    func keepAdministrator() throws {
        let changed = work.directoryRecords
        guard changed.contains(where: { $0.collection == DirectoryRecord.user }),
            try !organisation().keepsAdministrator(after: changed)
        else { return }
        let deciding: Set<FieldName> = [DirectoryRecord.Field.role, DirectoryRecord.Field.status]
        for change in set.changes where change.collection == DirectoryRecord.user {
            guard let write = change.writes.first(where: { deciding.contains($0.path.field) }) else { continue }
            throw refusal(.access, change.id, write.path)
        }
        throw refusal(.access, set.changes.first?.id ?? RecordID(high: 0, low: 0), nil)
    }

    /// Teams form a tree, whoever asks, and in whatever order: two changes that are each fine can close a circle.
    func keepTree() throws {
        let changed = work.directoryRecords
        guard changed.contains(where: { $0.collection == DirectoryRecord.team }),
            let team = try organisation().circle(after: changed)
        else { return }
        throw refusal(.access, team, FieldPath(DirectoryRecord.Field.parent))
    }

    /// Whoever may write the field may resolve; a conflict that they do not see is none.
    private mutating func admitResolutions(_ viewer: Viewer, _ denied: inout Refused?) throws {
        var seen: [RecordID] = []
        for id in set.resolves {
            guard let row = try work.row(id), let conflict = ConflictRecord(row.record) else {
                seen.append(id)
                continue
            }
            guard let root = try work.row(row.unit), let standing = try standing(of: root.record, viewer) else {
                continue
            }
            seen.append(id)
            let path = conflict.loser.path
            let action = path == .life ? AccessAction.delete : .edit(path.field)
            let mayWrite = schema.permits(
                action, in: conflict.aboutCollection, role: viewer.role, standing: standing)
            if !mayWrite, denied == nil { denied = refusal(.access, conflict.about, path) }
        }
        set.resolves = seen
    }
}
