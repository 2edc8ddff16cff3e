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
}
