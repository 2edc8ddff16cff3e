/// The table of the audit, frozen: a later change is another migration.
///
/// Rows are only added. Nothing alters one; nothing removes one but ``Audit/removeExpired(now:)``, which opens the gate
/// `audit_gate.before` inside its own transaction. The trigger on INSERT stands against `INSERT OR REPLACE`.
let auditMigrationSQL = """
    CREATE TABLE audit (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        who TEXT,
        replica INTEGER,
        what TEXT NOT NULL,
        subject TEXT,
        about TEXT,
        detail TEXT NOT NULL
    ) STRICT;
    CREATE INDEX audit_at ON audit (at);
    CREATE TABLE audit_gate (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        days INTEGER NOT NULL,
        before INTEGER
    ) STRICT;
    INSERT INTO audit_gate (id, days, before) VALUES (1, 730, NULL);
    CREATE TRIGGER audit_is_added_to BEFORE INSERT ON audit
    WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'an entry of the audit cannot be replaced'); END;
    CREATE TRIGGER audit_is_not_altered BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'an entry of the audit cannot be altered'); END;
    CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
    WHEN OLD.at >= coalesce((SELECT before FROM audit_gate), -9223372036854775807)
    BEGIN SELECT RAISE(ABORT, 'an entry of the audit cannot be removed before its time'); END;
    """
