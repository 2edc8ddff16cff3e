import GRDB

/// Brings a file's tables up to the list of migrations, each step in a transaction of its own.
struct StoreMigrator {
    let migrations: [StoreMigration]
    let role: StoreRole
    let context: String

    /// Checks the steps that the file has, then applies those that it lacks. Call under the writer lock.
    func run(_ db: Database) throws {
        precondition(zip(migrations, 1...).allSatisfy { $0.number == $1 }, "migrations are numbered from 1")
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        if version > 0 { try verify(db, upTo: version) }
        for migration in migrations.dropFirst(version) {
            try db.inTransaction(.immediate) {
                try apply(migration, db)
                return .commit
            }
        }
    }

    /// Checks that the steps that the file has read as they did when they were applied.
    func verify(_ db: Database, upTo version: Int) throws {
        let known = try Row.fetchAll(db, sql: "SELECT number, checksum FROM waybook_migration ORDER BY number")
            .map { (number: $0[0] as Int, checksum: $0[1] as String) }
        for migration in migrations.prefix(version) {
            let found = known.first { $0.number == migration.number }
            guard found?.checksum == migration.checksum else {
                throw StoreFileError(.alteredMigration(number: migration.number), context: context)
            }
        }
    }

    private func apply(_ migration: StoreMigration, _ db: Database) throws {
        if migration.number == 1 {
            try db.execute(
                sql: """
                    PRAGMA application_id = \(role.applicationID);
                    CREATE TABLE waybook_migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL) STRICT;
                    """)
        }
        try db.execute(sql: migration.sql)
        try db.execute(
            sql: "INSERT INTO waybook_migration (number, name, checksum) VALUES (?, ?, ?)",
            arguments: [migration.number, migration.name, migration.checksum])
        try db.execute(sql: "PRAGMA user_version = \(migration.number)")
    }
}
