/// The frozen tables of a workspace replica (ADR-0008). What follows from the schema (views, their indexes, the search
/// index) is made by ``SchemaObjects`` instead and may change with every version.
enum ClientMigrations {
    static let all = [
        StoreMigration(
            number: 1, name: "client-store",
            sql: """
                CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;

                -- The numbers that stand for the names of collections in this file.
                CREATE TABLE collection (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

                -- fields: as shown, canonical JSON, path -> value. stamps: the stamp groups of the server's row, as
                -- received. unit: NULL for the root of its own. server: NULL where shown and server's row agree; the
                -- fields of the server's row where unsent writes lie over it; '' where the server has none yet.
                CREATE TABLE record (
                    row INTEGER PRIMARY KEY,
                    id BLOB NOT NULL UNIQUE,
                    collection INTEGER NOT NULL,
                    unit BLOB,
                    deleted INTEGER NOT NULL,
                    fields TEXT NOT NULL,
                    stamps TEXT NOT NULL,
                    server TEXT
                ) STRICT;
                CREATE INDEX record_collection ON record (collection) WHERE deleted = 0;
                CREATE INDEX record_unit ON record (unit, collection) WHERE unit IS NOT NULL;
                CREATE INDEX record_deleted ON record (id) WHERE deleted = 1;
                CREATE INDEX record_unsent ON record (collection) WHERE server IS NOT NULL;

                -- The change sets without a verdict: the bytes that are sent.
                CREATE TABLE outbox (number INTEGER PRIMARY KEY, stamp TEXT NOT NULL UNIQUE, line BLOB NOT NULL) STRICT;
                -- Which records they write to, and which conflicts they resolve.
                CREATE TABLE touched (
                    id BLOB NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (id, number)
                ) STRICT, WITHOUT ROWID;
                -- Stamps made before the clock was lowered: never to be made again.
                CREATE TABLE issued (stamp TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
                -- What the server refused or put aside, until a person acts.
                CREATE TABLE rejected (
                    row INTEGER PRIMARY KEY AUTOINCREMENT, number INTEGER NOT NULL, line BLOB NOT NULL,
                    verdict TEXT NOT NULL, at INTEGER NOT NULL
                ) STRICT;

                -- The open conflicts, by the record that they are about.
                CREATE TABLE dispute (id BLOB PRIMARY KEY, about BLOB NOT NULL) STRICT, WITHOUT ROWID;
                CREATE INDEX dispute_about ON dispute (about);

                CREATE TABLE history (
                    row INTEGER PRIMARY KEY, id BLOB NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,
                    stamp TEXT NOT NULL, path TEXT NOT NULL, value TEXT
                ) STRICT;
                CREATE INDEX history_id ON history (id);
                CREATE TABLE synclog (
                    row INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, id BLOB,
                    collection TEXT, number INTEGER, count INTEGER NOT NULL
                ) STRICT;
                """),
        StoreMigration(
            number: 2, name: "fresh-pull",
            sql: """
                -- While a fresh pull is under way: the records that it has told, or that a verdict has shown to be there.
                CREATE TABLE told (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
                """),
        StoreMigration(
            number: 3, name: "departures",
            sql: """
                -- The units that are to leave once what is unsent about them has been answered; the line that said so.
                CREATE TABLE leaving (unit BLOB PRIMARY KEY, departure TEXT NOT NULL) STRICT, WITHOUT ROWID;
                -- The unit that a record leaves with: until then it is hidden.
                ALTER TABLE record ADD COLUMN leaving BLOB;
                CREATE INDEX record_leaving ON record (leaving) WHERE leaving IS NOT NULL;
                -- Of the log's line about a departure: that line as told.
                ALTER TABLE synclog ADD COLUMN departure TEXT;
                -- History is kept of records that are here, and goes with them.
                DELETE FROM history WHERE NOT EXISTS (SELECT 1 FROM record WHERE record.id = history.id);
                """),
        StoreMigration(
            number: 4, name: "erasures",
            sql: """
                -- The records that were erased for good, as far as this replica was told.
                CREATE TABLE erased (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
                """),
        StoreMigration(
            number: 5, name: "journal",
            sql: """
                -- Own change sets that the server has answered: line as sent, or what is left of it (cut). sequence: the
                -- server's latest at the answer. at: the server's clock then. answer: NULL: accepted under its own stamp;
                -- the stamp given instead; else the verdict's name.
                CREATE TABLE journal (
                    row INTEGER PRIMARY KEY, replica INTEGER NOT NULL, number INTEGER NOT NULL, line BLOB NOT NULL,
                    sequence INTEGER NOT NULL, at INTEGER NOT NULL, answer TEXT, cut INTEGER NOT NULL
                ) STRICT;
                """),
        StoreMigration(
            number: 6, name: "rewinding",
            sql: """
                -- past: what became of a set before its server was put back; NULL for one without a verdict. A refused set
                -- and the one that was sent in its place may bear one stamp.
                CREATE TABLE outbox_kept AS SELECT number, stamp, line FROM outbox;
                DROP TABLE outbox;
                CREATE TABLE outbox (
                    number INTEGER PRIMARY KEY, stamp TEXT NOT NULL, line BLOB NOT NULL, past TEXT
                ) STRICT;
                INSERT INTO outbox (number, stamp, line) SELECT number, stamp, line FROM outbox_kept ORDER BY number;
                DROP TABLE outbox_kept;
                CREATE INDEX outbox_stamp ON outbox (stamp);
                """),
        StoreMigration(
            number: 7, name: "witness",
            sql: """
                -- What was here of others' writes when a server that was put back had lost them: until it is sent. line: atoms of
                -- one record; how many more there were where id is NULL. unit: the record's root, perhaps itself.
                CREATE TABLE witness (
                    row INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB, unit BLOB, line BLOB NOT NULL
                ) STRICT;
                CREATE INDEX witness_id ON witness (id);
                CREATE INDEX witness_unit ON witness (unit);
                """),
    ]
}
