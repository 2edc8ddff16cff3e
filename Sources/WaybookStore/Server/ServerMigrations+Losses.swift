extension ServerMigrations {
    /// How people lost scopes: by a change of a role or of a team, not of a unit.
    ///
    /// `at` is the commit, `time` the server's clock in milliseconds, `by` who did it; of each scope the last loss.
    public static let losses = StoreMigration(
        number: 9, name: "lost-scopes",
        sql: """
            CREATE TABLE lost_scope (
                user BLOB NOT NULL,
                scope TEXT NOT NULL,
                at INTEGER NOT NULL,
                time INTEGER NOT NULL,
                reason TEXT NOT NULL,
                by BLOB,
                PRIMARY KEY (user, scope)
            ) WITHOUT ROWID;
            """)
}
