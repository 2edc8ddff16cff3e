/// The tables of people and devices, frozen: a later change is another migration.
///
/// `directoryState` holds the next replica number, apart from `device`, so that a number is never given twice even if
/// rows go. Times are milliseconds since 1970. `device.token` is SHA-256 of the token, NULL once the device is cut off.
public let directoryMigrationSQL = """
    CREATE TABLE directoryState (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        nextNumber INTEGER NOT NULL
    ) STRICT;
    INSERT INTO directoryState (id, nextNumber) VALUES (1, 1);
    CREATE TABLE user (
        id TEXT PRIMARY KEY NOT NULL,
        email TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        language TEXT NOT NULL,
        password TEXT NOT NULL,
        isAdmin INTEGER NOT NULL DEFAULT 0 CHECK (isAdmin IN (0, 1)),
        disabled INTEGER,
        created INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE device (
        replica INTEGER PRIMARY KEY NOT NULL,
        user TEXT NOT NULL REFERENCES user (id),
        name TEXT NOT NULL,
        token BLOB UNIQUE CHECK (token IS NULL OR length(token) = 32),
        formerToken BLOB,
        created INTEGER NOT NULL,
        lastSeen INTEGER NOT NULL,
        revoked INTEGER,
        wipeOrdered INTEGER
    ) STRICT;
    CREATE INDEX device_user ON device (user);
    CREATE INDEX device_formerToken ON device (formerToken) WHERE formerToken IS NOT NULL;
    """

/// What devices tell of themselves, when their tokens were given (NULL for those before this column: with the device), and
/// the order to delete a copy after a last upload; frozen.
///
/// `told` and `synced` are times of the server's clock: of the last hello, and of the last exchange that came to its end.
/// `oldest` is when the oldest unsent set was made, as far as the device told, by the server's clock; `offset` the
/// server's clock less the device's.
let deviceStateMigrationSQL = """
    ALTER TABLE device ADD COLUMN issued INTEGER;
    ALTER TABLE device ADD COLUMN wipeAfterUpload INTEGER;
    CREATE TABLE device_state (
        replica INTEGER PRIMARY KEY NOT NULL,
        told INTEGER NOT NULL,
        synced INTEGER,
        unsent INTEGER,
        oldest INTEGER,
        conflicts INTEGER,
        client TEXT,
        offset INTEGER NOT NULL,
        purged INTEGER
    ) STRICT;
    """

/// Invitations, one a person: SHA-256 of the code, when it was made and when it ends; frozen.
///
/// From here on `user.password` is empty for whoever has none yet.
let invitationMigrationSQL = """
    CREATE TABLE invitation (
        user TEXT PRIMARY KEY NOT NULL REFERENCES user (id),
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        created INTEGER NOT NULL,
        expires INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

/// The successor of a device's token, and the tokens that are none any more, so that one that comes back is known; frozen.
///
/// `nextToken` is SHA-256 of the successor, given at `nextAsked` and not used yet. `renewed` tells whether a successor took
/// the place, rather than another sign-in or a revocation.
let tokenMigrationSQL = """
    CREATE TABLE former_token (
        hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
        replica INTEGER NOT NULL,
        ended INTEGER NOT NULL,
        renewed INTEGER NOT NULL CHECK (renewed IN (0, 1))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX former_token_replica ON former_token (replica, ended);
    INSERT OR IGNORE INTO former_token (hash, replica, ended, renewed)
        SELECT formerToken, replica, coalesce(revoked, issued, created), 0 FROM device WHERE length(formerToken) = 32;
    DROP INDEX device_formerToken;
    ALTER TABLE device DROP COLUMN formerToken;
    ALTER TABLE device ADD COLUMN nextToken BLOB CHECK (nextToken IS NULL OR length(nextToken) = 32);
    ALTER TABLE device ADD COLUMN nextAsked INTEGER;
    CREATE UNIQUE INDEX device_nextToken ON device (nextToken) WHERE nextToken IS NOT NULL;
    """
