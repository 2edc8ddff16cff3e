/// How far deleted records are gone (`protocol/4-exchange.md#floor`); frozen.
///
/// `device_state.read` is what a device had wholly read by the token that it presented last. `floor_mark` has a row a day: the
/// last commit of then; `time` is the server's clock in milliseconds and tells only whether a day has passed. `removed` holds
/// the identities of records of which nothing else is left.
let floorMigrationSQL = """
    ALTER TABLE device_state ADD COLUMN read INTEGER;
    CREATE TABLE floor_mark (
        number INTEGER PRIMARY KEY,
        sequence INTEGER NOT NULL,
        time INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE removed (
        id BLOB PRIMARY KEY NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX record_deleted ON record (position) WHERE deleted = 1;
    """
