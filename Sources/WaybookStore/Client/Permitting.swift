import GRDB
import WaybookModel

/// Why a person may not do something with a record, and who may.
public struct Denial: Hashable, Sendable {
    public var record: RecordID
    public var collection: CollectionName
    public var action: AccessAction
    /// The person's role.
    public var role: Role
    /// Who answers for the unit, by name, where they may do it and are somebody else.
    public var owner: String?
    /// Whether managers may do it.
    public var isForManagers: Bool
    /// Whether the person's role may do it to no record at all.
    public var isBeyondRole = false
    /// Whether nobody may: it would leave nobody to administer the workspace.
    public var isOfLastAdministrator = false
}

/// Decides what the signed-in person may do, before a set is made of it: by the directory as this replica holds it, and
/// the unit's root as shown, but for what only the server settles: an unsent request for another owner or role takes
/// nothing from anybody yet. The server decides again.
struct Permitting {
    let tables: ClientTables
    let viewer: Viewer
    private let organisation: Organisation

    /// Reads the directory. Nil where it is not here yet, or does not know the person: then only the server decides.
    init?(_ tables: ClientTables, for user: RecordID, at now: ClientTime) throws {
        let organisation = Organisation(try Self.directory(tables))
        let time = try tables.anchor()?.correctedMilliseconds(at: now) ?? UInt64(max(0, now.wallMilliseconds))
        let day = String(Instant(milliseconds: Int64(clamping: time)).description.prefix(10))
        guard let viewer = Viewer(user, in: organisation, on: day) else { return nil }
        self.tables = tables
        self.viewer = viewer
        self.organisation = organisation
    }

    private static func directory(_ tables: ClientTables) throws -> [VersionedRecord] {
        var records: [VersionedRecord] = []
        for collection in DirectoryRecord.collections {
            guard let number = try tables.knownNumber(of: collection) else { continue }
            let statement = try tables.db.cachedStatement(
                sql: """
                    SELECT record.row, record.id, collection.name,
                        iif(ifnull(record.server, '') = '' OR collection.name <> ?1, record.fields, record.server)
                    FROM record
                    JOIN collection ON collection.number = record.collection
                    WHERE record.collection = ?2 AND record.deleted = 0
                    """)
            let rows = try Row.fetchCursor(statement, arguments: [DirectoryRecord.user.text, number])
            while let row = try rows.next() { records.append(try ListedRecord(row: row).record) }
        }
        return records
    }

    /// The write that makes the person the owner of a root that they create and that names none. Leaders' customers go to
    /// the pool instead; a record that only may have a root is somebody's even so.
    func ownership(of record: VersionedRecord) -> Write? {
        guard let collection = tables.schema[record.collection],
            case .book(let owner, _) = collection.access.audience, collection.unit(of: record) == record.id,
            record[owner]?.text == nil
        else { return nil }
        let isLeader = viewer.role == .admin || viewer.role == .manager
        guard !isLeader || collection.rootField != nil else { return nil }
        return Write(path: FieldPath(owner), value: .string(viewer.user.description))
    }

    /// What stands in the way of a change; nil where nothing does, or where the root is not here to be asked.
    /// - Parameters:
    ///   - shown: the record as shown; nil for one that the change creates.
    ///   - after: the record with the change over it.
    ///   - created: the records that the same action creates.
    func denial(
        of change: Change, shown: VersionedRecord?, after: VersionedRecord, created: [RecordID: VersionedRecord]
    ) throws -> Denial? {
        let unit = tables.schema.unit(of: after)
        guard let shown else {
            guard let root = try root(unit, created) else { return nil }
            let guarded = change.writes.map(\.path.field).filter { isGuarded($0, in: change.collection) }
            return try denial(of: change, [.create] + guarded.map { .edit($0) }, under: root)
        }
        let actions = change.writes.map { write -> AccessAction in
            switch write.path {
            case .life: .delete
            case .erased: .erase
            default: .edit(write.path.field)
            }
        }
        let before = tables.schema.unit(of: shown)
        if let root = try root(before, created), let denial = try denial(of: change, actions, under: root) {
            return denial
        }
        guard before != unit, let root = try root(unit, created) else { return nil }
        return try denial(of: change, actions, under: root)
    }

    /// What stands in the way of people's records reading so: somebody must be left to administer the workspace.
    func denial(of records: [VersionedRecord]) -> Denial? {
        guard let person = records.first, !organisation.keepsAdministrator(after: records) else { return nil }
        return Denial(
            record: person.id, collection: person.collection, action: .edit(DirectoryRecord.Field.role),
            role: viewer.role, owner: nil, isForManagers: false, isOfLastAdministrator: true)
    }

    private func root(_ unit: RecordID?, _ created: [RecordID: VersionedRecord]) throws -> VersionedRecord? {
        guard let unit else { return nil }
        return try created[unit] ?? tables.load(unit)?.settled(tables.schema)
    }

    private func isGuarded(_ field: FieldName, in collection: CollectionName) -> Bool {
        if case .only = tables.schema[collection]?[field]?.access { return true }
        return false
    }

    private func denial(of change: Change, _ actions: [AccessAction], under root: VersionedRecord) throws -> Denial? {
        let schema = tables.schema
        let standing = try standing(of: root)
        let denied = actions.first { action in
            guard let standing else { return true }
            return !schema.permits(action, in: change.collection, role: viewer.role, standing: standing)
        }
        guard let denied else { return nil }
        let isForManagers = schema.permits(denied, in: change.collection, role: .manager, standing: .superior)
        return Denial(
            record: change.id, collection: change.collection, action: denied, role: viewer.role,
            owner: owner(of: root, denied, in: change.collection), isForManagers: isForManagers,
            isBeyondRole: !Standing.allCases.contains { standing in
                schema.permits(denied, in: change.collection, role: viewer.role, standing: standing)
            })
    }

    /// What binds the person to a root as the server judges it. What was handed over about something that is not here is,
    /// to anybody but its author, about nothing that exists: it came by the book of the author.
    private func standing(of root: VersionedRecord) throws -> Standing? {
        let about = try followed(by: root)
        if about == nil, case .follows(_, let person) = tables.schema[root.collection]?.access.audience,
            let author = root[person]?.text.flatMap({ RecordID($0) }), author != viewer.user, !viewer.seesEverything
        {
            return organisation.holder(of: author) == viewer.user ? .owner : .superior
        }
        return tables.schema.standing(of: root, about: about, for: viewer)
    }

    /// The root of the unit that another root's audience follows.
    private func followed(by root: VersionedRecord) throws -> VersionedRecord? {
        guard case .follows(let about, _) = tables.schema[root.collection]?.access.audience,
            let id = root[about]?.text.flatMap({ RecordID($0) }),
            let record = try tables.load(id)?.settled(tables.schema),
            let unit = tables.schema.unit(of: record)
        else { return nil }
        return unit == id ? record : try tables.load(unit)?.settled(tables.schema)
    }

    private func owner(of root: VersionedRecord, _ action: AccessAction, in collection: CollectionName) -> String? {
        guard case .book(let field, _) = tables.schema[root.collection]?.access.audience,
            let id = root[field]?.text.flatMap({ RecordID($0) }), id != viewer.user,
            let owner = organisation.people[id], owner.isActive,
            tables.schema.permits(action, in: collection, role: owner.role, standing: .owner)
        else { return nil }
        return owner.name
    }
}
