import GRDB
import WaybookModel
import WaybookStore

/// Brings a file of a version that showed everything to everybody to this one: each person gets a record in the directory,
/// each root a place in the scopes that follow from it. Done once, in one transaction.
enum AccessUpgrade {
    /// Where the file says that it was done.
    static let key = "access"

    static func perform(_ db: Database, schema: Schema, now: Int64) throws {
        let rows = ServerRows(db)
        guard try rows.number(key) == nil else { return }
        if try db.tableExists("user") { try writePeople(db, now: now) }
        var sequence: Int64 = 0
        while true {
            let (feed, isLast) = try rows.feed(after: sequence, atLeast: 1_000)
            for row in feed where row.unit == row.id { try place(try rows.record(row), rows, schema) }
            if isLast { break }
            sequence = feed.last?.sequence ?? sequence
        }
        try rows.set(key, 1)
    }

    private static func writePeople(_ db: Database, now: Int64) throws {
        typealias Field = DirectoryRecord.Field
        // Who has a record is told of by it: the columns know less.
        for user in try Directory().users(db) where try ServerRows(db).unit(of: user.id.record) == nil {
            try DirectoryWriter(db, now: now).write(
                [
                    Field.name: .string(user.name), Field.email: .string(user.email),
                    Field.role: .string((user.isAdmin ? Role.admin : .rep).rawValue),
                    Field.status: .string(user.disabled == nil ? DirectoryRecord.active : DirectoryRecord.disabled),
                    Field.language: .string(user.language),
                ], of: user.id.record, in: DirectoryRecord.user)
        }
    }

    private static func place(_ root: VersionedRecord, _ rows: ServerRows, _ schema: Schema) throws {
        guard try rows.members(of: root.id).isEmpty else { return }
        let sequence = try rows.lastSequence()
        for (scope, grade) in schema.scopes(of: root) { try rows.join(root.id, scope, grade, at: sequence) }
    }
}
