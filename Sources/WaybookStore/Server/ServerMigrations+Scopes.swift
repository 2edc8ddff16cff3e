extension ServerMigrations {
    /// Scopes by number, and fewer bytes for who sees what.
    ///
    /// `scope.moved` is the last commit by which a unit came into the scope or left it. `member.since` is NULL where it is
    /// `touched`; `grade` is 0 to view and 1 to edit. A unit without a row in `unit_size` whose root is there has one
    /// readable record: the root.
    public static let scopes = StoreMigration(
        number: 8, name: "scopes",
        sql: """
            CREATE TABLE scope (
                number INTEGER PRIMARY KEY,
                text TEXT NOT NULL UNIQUE,
                moved INTEGER NOT NULL
            );
            INSERT INTO scope (text, moved)
                SELECT scope, max(moved) FROM (
                    SELECT scope, since AS moved FROM member UNION ALL SELECT scope, at FROM departure)
                GROUP BY scope ORDER BY scope;
            DROP INDEX member_since;
            DROP INDEX member_touched;
            DROP INDEX member_unit;
            ALTER TABLE member RENAME TO member_by_text;
            CREATE TABLE member (
                unit BLOB NOT NULL,
                scope INTEGER NOT NULL,
                touched INTEGER NOT NULL,
                since INTEGER,
                grade INTEGER NOT NULL,
                PRIMARY KEY (unit, scope)
            ) WITHOUT ROWID;
            INSERT INTO member (unit, scope, touched, since, grade)
                SELECT unit, scope.number, touched, nullif(since, touched), grade = 'edit'
                FROM member_by_text JOIN scope ON scope.text = member_by_text.scope ORDER BY unit, scope.number;
            DROP TABLE member_by_text;
            CREATE INDEX member_touched ON member (scope, touched);
            DROP INDEX departure_at;
            ALTER TABLE departure RENAME TO departure_by_text;
            CREATE TABLE departure (
                unit BLOB NOT NULL,
                scope INTEGER NOT NULL,
                since INTEGER NOT NULL,
                at INTEGER NOT NULL,
                time INTEGER NOT NULL,
                reason TEXT NOT NULL,
                by BLOB,
                note TEXT,
                PRIMARY KEY (unit, scope)
            ) WITHOUT ROWID;
            INSERT INTO departure (unit, scope, since, at, time, reason, by, note)
                SELECT unit, scope.number, since, at, time, reason, by, note
                FROM departure_by_text JOIN scope ON scope.text = departure_by_text.scope ORDER BY unit, scope.number;
            DROP TABLE departure_by_text;
            DELETE FROM unit_size;
            INSERT INTO unit_size (unit, readable)
                SELECT whole, readable FROM (
                    SELECT ifnull(unit, id) AS whole, max(unit IS NULL) AS has_root,
                        sum(deleted = 0 AND collection NOT IN ('conflict', 'user', 'team', 'membership')) AS readable
                    FROM record GROUP BY 1)
                WHERE readable <> 1 OR has_root = 0 ORDER BY whole;
            """)
}
