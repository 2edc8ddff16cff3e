extension ServerMigrations {
    /// Erasures: what was erased, when and why, and which stores held it.
    ///
    /// `record` is what an administrator named, `sequence` the commit, `time` the server's clock in milliseconds,
    /// `records` how many were shredded with it, `purged` when the server's own files were free of it.
    /// `erased_unit` has the units that went whole: a root's own, its card, what was handed over. Of a store that
    /// held any of it `confirmed` is when it said that its files are free too.
    public static let erasure = StoreMigration(
        number: 6, name: "erasure",
        sql: """
            CREATE TABLE erasure (
                record BLOB PRIMARY KEY NOT NULL,
                unit BLOB NOT NULL,
                collection TEXT NOT NULL,
                stamp TEXT NOT NULL,
                sequence INTEGER NOT NULL,
                time INTEGER NOT NULL,
                reason TEXT NOT NULL,
                by BLOB,
                replica INTEGER,
                records INTEGER NOT NULL,
                purged INTEGER
            ) WITHOUT ROWID;
            CREATE TABLE erased_unit (
                unit BLOB PRIMARY KEY NOT NULL,
                sequence INTEGER NOT NULL
            ) WITHOUT ROWID;
            CREATE INDEX erased_unit_sequence ON erased_unit (sequence);
            CREATE TABLE erasure_holder (
                record BLOB NOT NULL,
                replica INTEGER NOT NULL,
                confirmed INTEGER,
                PRIMARY KEY (record, replica)
            ) WITHOUT ROWID;
            CREATE INDEX erasure_holder_open ON erasure_holder (replica) WHERE confirmed IS NULL;
            CREATE INDEX refused_base_record ON refused_base (record);
            CREATE INDEX accepted_set_told ON accepted_set (replica, number) WHERE verdict IS NOT NULL;
            """)

    /// What erasures reached of which no record is here, most of it where they were done again on an older file: `erasure` is
    /// whom each named. `taken` is 1 for what went with them, and 0 for what had been in their unit and was in another by then.
    public static let erasureReach = StoreMigration(
        number: 19, name: "erasure-reach",
        sql: """
            CREATE TABLE erasure_reach (
                record BLOB NOT NULL CHECK (length(record) = 16),
                erasure BLOB NOT NULL CHECK (length(erasure) = 16),
                taken INTEGER NOT NULL,
                PRIMARY KEY (record, erasure)
            ) STRICT, WITHOUT ROWID;
            """)
}
