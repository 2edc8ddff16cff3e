/// The frozen tables of a server's file. A change is another migration, never an edit.
public enum ServerMigrations {
    /// Records, what the exchange remembers of replicas, and history.
    ///
    /// `record` is the feed: its rows stand in the order of their last commit, position = sequence × 4096 + index.
    /// `unit` is NULL where the record is its own root. `author` and `authored` are replica and commit of the last
    /// accepted set that did more than delete, `others` the latest commit by any other replica: what a delete must have
    /// seen. `bin` holds the body of a deleted record. Stamps stand as their 16 characters.
    public static let records = StoreMigration(
        number: 1, name: "records",
        sql: """
            CREATE TABLE server (
                key TEXT PRIMARY KEY NOT NULL,
                value NOT NULL
            ) WITHOUT ROWID;
            CREATE TABLE record (
                position INTEGER PRIMARY KEY,
                id BLOB NOT NULL,
                collection TEXT NOT NULL,
                unit BLOB,
                fields TEXT NOT NULL,
                stamps TEXT NOT NULL,
                author INTEGER NOT NULL,
                authored INTEGER NOT NULL,
                others INTEGER NOT NULL,
                deleted INTEGER NOT NULL DEFAULT 0
            );
            CREATE UNIQUE INDEX record_id ON record (id);
            CREATE INDEX record_unit ON record (unit) WHERE unit IS NOT NULL;
            CREATE TABLE bin (
                id BLOB PRIMARY KEY NOT NULL,
                fields TEXT NOT NULL,
                stamps TEXT NOT NULL
            ) WITHOUT ROWID;
            CREATE TABLE member (
                scope TEXT NOT NULL,
                unit BLOB NOT NULL,
                since INTEGER NOT NULL,
                touched INTEGER NOT NULL,
                PRIMARY KEY (scope, unit)
            ) WITHOUT ROWID;
            CREATE TABLE open_conflict (
                record BLOB NOT NULL,
                path TEXT NOT NULL,
                conflict BLOB NOT NULL,
                PRIMARY KEY (record, path, conflict)
            ) WITHOUT ROWID;
            CREATE TABLE history (
                record BLOB NOT NULL,
                path TEXT NOT NULL,
                origin TEXT NOT NULL,
                stamp TEXT NOT NULL,
                value TEXT,
                retired INTEGER NOT NULL,
                PRIMARY KEY (record, path, origin, stamp)
            ) WITHOUT ROWID;
            CREATE TABLE resolution (
                record BLOB NOT NULL,
                path TEXT NOT NULL,
                origin TEXT NOT NULL,
                base TEXT,
                conflicts TEXT NOT NULL,
                PRIMARY KEY (record, path, origin)
            ) WITHOUT ROWID;
            CREATE TABLE replica (
                number INTEGER PRIMARY KEY,
                last INTEGER NOT NULL,
                answered INTEGER NOT NULL,
                vetted TEXT,
                fork_of INTEGER
            );
            CREATE TABLE accepted_set (
                replica INTEGER NOT NULL,
                number INTEGER NOT NULL,
                hash BLOB NOT NULL,
                verdict TEXT,
                PRIMARY KEY (replica, number)
            ) WITHOUT ROWID;
            CREATE TABLE refused_base (
                stamp TEXT NOT NULL,
                record BLOB NOT NULL,
                path TEXT NOT NULL,
                base TEXT,
                PRIMARY KEY (stamp, record, path)
            ) WITHOUT ROWID;
            CREATE TABLE refused_creation (
                record BLOB NOT NULL,
                replica INTEGER NOT NULL,
                PRIMARY KEY (record, replica)
            ) WITHOUT ROWID;
            CREATE TABLE given_stamp (
                raw TEXT PRIMARY KEY NOT NULL,
                given TEXT NOT NULL
            ) WITHOUT ROWID;
            """)

    /// Who sees what. All of it follows from roots and from what was told: `member` and `departure` are an index over the
    /// roots' fields, `held` is what each replica's store holds, `reader` how far it was told.
    ///
    /// `since`, `touched` and `at` are commit sequences, `time` is the server's clock in milliseconds. `touched` is the
    /// last commit that changed any record of the unit. `moved` tells which records left a unit for another. `handover_item`
    /// finds what was handed over about a unit, `unit_size` how many of its records count as readable. `held.state`
    /// is one of `HeldState`. `reader.head` is the sequence at which the plan `pull` was made, from the state that the
    /// pull `base` had left.
    public static let access = StoreMigration(
        number: 3, name: "access",
        sql: """
            DROP TABLE member;
            CREATE TABLE member (
                scope TEXT NOT NULL,
                unit BLOB NOT NULL,
                grade TEXT NOT NULL,
                since INTEGER NOT NULL,
                touched INTEGER NOT NULL,
                PRIMARY KEY (scope, unit)
            ) WITHOUT ROWID;
            CREATE INDEX member_since ON member (scope, since);
            CREATE INDEX member_touched ON member (scope, touched);
            CREATE INDEX member_unit ON member (unit);
            CREATE TABLE departure (
                unit BLOB NOT NULL,
                scope TEXT NOT NULL,
                since INTEGER NOT NULL,
                at INTEGER NOT NULL,
                time INTEGER NOT NULL,
                reason TEXT NOT NULL,
                by BLOB,
                note TEXT,
                PRIMARY KEY (unit, scope)
            ) WITHOUT ROWID;
            CREATE INDEX departure_at ON departure (scope, at);
            CREATE TABLE moved (
                unit BLOB NOT NULL,
                record BLOB NOT NULL,
                at INTEGER NOT NULL,
                time INTEGER NOT NULL,
                by BLOB,
                PRIMARY KEY (unit, record)
            ) WITHOUT ROWID;
            CREATE INDEX moved_record ON moved (record);
            CREATE INDEX moved_at ON moved (at);
            CREATE TABLE held (
                replica INTEGER NOT NULL,
                unit BLOB NOT NULL,
                state INTEGER NOT NULL,
                PRIMARY KEY (replica, unit)
            ) WITHOUT ROWID;
            CREATE INDEX held_open ON held (replica, state, unit) WHERE state IN (1, 2);
            CREATE INDEX held_unit ON held (unit);
            CREATE TABLE reader (
                replica INTEGER PRIMARY KEY,
                pull INTEGER NOT NULL,
                base INTEGER NOT NULL,
                head INTEGER NOT NULL,
                prior INTEGER NOT NULL,
                scopes TEXT NOT NULL,
                presented BLOB
            );
            CREATE TABLE directory_change (
                sequence INTEGER PRIMARY KEY,
                time INTEGER NOT NULL
            );
            CREATE TABLE handed_creation (
                record BLOB NOT NULL,
                replica INTEGER NOT NULL,
                unit BLOB NOT NULL,
                PRIMARY KEY (record, replica)
            ) WITHOUT ROWID;
            CREATE TABLE handover_item (
                unit BLOB NOT NULL,
                item BLOB NOT NULL,
                PRIMARY KEY (unit, item)
            ) WITHOUT ROWID;
            CREATE TABLE unit_size (
                unit BLOB PRIMARY KEY NOT NULL,
                readable INTEGER NOT NULL
            ) WITHOUT ROWID;
            INSERT INTO unit_size
                SELECT ifnull(unit, id), count(*) FROM record WHERE deleted = 0 AND collection <> 'conflict' GROUP BY 1;
            CREATE INDEX record_directory ON record (collection) WHERE collection IN ('user', 'team', 'membership');
            """)
}
