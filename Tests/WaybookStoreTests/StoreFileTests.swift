import Foundation
import GRDB
import Testing

@testable import WaybookStore

@Suite struct StoreFileTests {
    @Test func aNewStoreBelongsToItsOwnerOnly() throws {
        let folder = try TestFolder()
        let path = folder.path + "/new/deeper/store.db"
        let store = try openNotes(path)
        try store.addNote(1)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        for suffix in ["", "-wal", "-shm", ".lock", ".open"] {
            let found = try mode(path + suffix)
            #expect(found == 0o600, "\(suffix)")
        }
        let folderMode = try mode(folder.path + "/new/deeper")
        #expect(folderMode == 0o700)
        try store.close()
    }

    @Test func theWriterHasTheSettingsThatDurabilityNeeds() throws {
        let folder = try TestFolder()
        let store = try openNotes(folder.store)
        let settings = try store.write { db in
            try [
                "synchronous", "foreign_keys", "trusted_schema", "mmap_size", "cell_size_check", "wal_autocheckpoint",
                "temp_store", "busy_timeout",
            ].map { try Int.fetchOne(db, sql: "PRAGMA \($0)") ?? 0 }
        }
        #expect(settings == [2, 1, 0, 0, 1, 0, 2, 5000])
    }

    @Test func whatWasWrittenIsThereAfterReopening() throws {
        let folder = try TestFolder()
        let store = try openNotes(folder.store)
        try store.addNote(1)
        try store.close()
        #expect(StorePlace(path: folder.store).logSize == 0)
        #expect(storeErrorCode { try store.addNote(2) } == .closed)
        #expect(storeErrorCode { _ = try store.noteNumbers() } == .closed)
        let again = try openNotes(folder.store)
        let found = try again.noteNumbers()
        #expect(found == [1])
    }

    @Test func aBodyThatThrowsChangesNothing() throws {
        struct Refusal: Error {}
        let folder = try TestFolder()
        let store = try openNotes(folder.store)
        #expect(throws: Refusal.self) {
            try store.write { db in
                try db.execute(sql: "INSERT INTO note VALUES (1, 1, 'a')")
                throw Refusal()
            }
        }
        let found = try store.noteNumbers()
        #expect(found.isEmpty)
    }

    @Test func aStoreOfANewerVersionIsRefusedUnchanged() throws {
        let folder = try TestFolder()
        let more = noteMigrations + [StoreMigration(number: 2, name: "more", sql: "CREATE TABLE more (x);")]
        try StoreFile(path: folder.store, role: .client, migrations: more).close()
        let before = try folder.bytes()
        #expect(storeErrorCode { _ = try openNotes(folder.store) } == .newerVersion(found: 2, supported: 1))
        #expect(try folder.bytes() == before)
    }

    @Test func aStoreOfAnOlderVersionIsBroughtUpToDate() throws {
        let folder = try TestFolder()
        let old = try openNotes(folder.store)
        try old.addNote(1)
        try old.close()
        let more = noteMigrations + [StoreMigration(number: 2, name: "more", sql: "CREATE TABLE more (x);")]
        let store = try StoreFile(path: folder.store, role: .client, migrations: more)
        let version = try store.read { db in try Int.fetchOne(db, sql: "PRAGMA user_version") }
        #expect(version == 2)
        let found = try store.noteNumbers()
        #expect(found == [1])
    }

    @Test func aMigrationThatFailsLeavesTheStoreAtTheStepBefore() throws {
        let folder = try TestFolder()
        try openNotes(folder.store).close()
        let bad = noteMigrations + [StoreMigration(number: 2, name: "bad", sql: "CREATE TABLE a (x); NONSENSE;")]
        #expect(throws: DatabaseError.self) { try StoreFile(path: folder.store, role: .client, migrations: bad) }
        let store = try openNotes(folder.store)
        let tables = try store.read { db in
            try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE name = 'a'")
        }
        #expect(tables.isEmpty)
    }

    @Test func anAlteredMigrationIsDetected() throws {
        let folder = try TestFolder()
        try openNotes(folder.store).close()
        let altered = [StoreMigration(number: 1, name: "notes", sql: "CREATE TABLE note (writer, number, text);")]
        let code = storeErrorCode { _ = try StoreFile(path: folder.store, role: .client, migrations: altered) }
        #expect(code == .alteredMigration(number: 1))
    }

    @Test func aServersStoreIsNotOpenedAsAClients() throws {
        let folder = try TestFolder()
        try openNotes(folder.store).close()
        let code = storeErrorCode { _ = try StoreFile(path: folder.store, role: .server, migrations: noteMigrations) }
        #expect(code == .wrongRole(found: .client, expected: .server))
    }

    @Test func theDatabaseOfAnotherProgramIsRefusedUnchanged() throws {
        let folder = try TestFolder()
        let queue = try DatabaseQueue(path: folder.store)
        try queue.write { db in try db.execute(sql: "CREATE TABLE theirs (x)") }
        try queue.close()
        let before = try folder.bytes()
        #expect(storeErrorCode { _ = try openNotes(folder.store) } == .notAStore)
        #expect(try folder.bytes() == before)
    }

    @Test func aFileThatIsNoDatabaseIsToldAndKept() throws {
        let folder = try TestFolder()
        let before = Data(repeating: 0x41, count: 5_000)
        try before.write(to: URL(fileURLWithPath: folder.store))
        #expect(storeErrorCode { _ = try openNotes(folder.store) } == .damaged(.notADatabase))
        #expect(try folder.bytes() == before)
    }

    @Test func aTruncatedFileIsToldAndKept() throws {
        let folder = try TestFolder()
        let store = try openNotes(folder.store)
        for number in 1...50 { try store.addNote(number, text: String(repeating: "x", count: 2_000)) }
        try store.close()
        let whole = try folder.bytes()
        let half = whole.prefix(whole.count / 2)
        try half.write(to: URL(fileURLWithPath: folder.store))
        #expect(storeErrorCode { _ = try openNotes(folder.store) } == .damaged(.structure))
        #expect(try folder.bytes() == half)
    }

    @Test func damageInsideIsFoundAfterAnUncleanEnd() throws {
        let folder = try TestFolder()
        let copy = try TestFolder()
        let store = try openNotes(folder.store)
        for number in 1...50 { try store.addNote(number, text: String(repeating: "x", count: 2_000)) }
        try store.checkpoint(.passive)
        // As after `kill -9`: the log is there and nobody has the file open. One page of the table is overwritten.
        var damaged = try folder.bytes()
        damaged.replaceSubrange(8 * 4096..<9 * 4096, with: Data(repeating: 0xEE, count: 4096))
        try damaged.write(to: URL(fileURLWithPath: copy.store))
        let log = try Data(contentsOf: URL(fileURLWithPath: folder.store + "-wal"))
        try log.prefix(32).write(to: URL(fileURLWithPath: copy.store + "-wal"))
        let code = storeErrorCode { _ = try openNotes(copy.store) }
        guard case .damaged = code else {
            Issue.record("not told: \(String(describing: code))")
            return
        }
        #expect(try copy.bytes() == damaged)
        try store.close()
    }

    @Test func aLogWithoutItsDatabaseIsToldAndKept() throws {
        let folder = try TestFolder()
        let log = URL(fileURLWithPath: folder.store + "-wal")
        try Data(repeating: 1, count: 4_000).write(to: log)
        #expect(storeErrorCode { _ = try openNotes(folder.store) } == .damaged(.logWithoutDatabase))
        #expect(try Data(contentsOf: log).count == 4_000)
    }

    @Test func readersSeeOneStateWhileAWriterCommits() throws {
        let folder = try TestFolder()
        let store = try openNotes(folder.store)
        try store.addNote(1)
        let (before, after) = try store.read { db in
            let before = try Int.fetchOne(db, sql: "SELECT count(*) FROM note")
            try openNotes(folder.store).addNote(2)
            return (before, try Int.fetchOne(db, sql: "SELECT count(*) FROM note"))
        }
        #expect(before == 1)
        #expect(after == 1)
    }

    @Test func theLogIsCopiedBackWhenItHasGrown() throws {
        let folder = try TestFolder()
        let store = try openNotes(folder.store, options: .init(checkpointPages: 20))
        for number in 1...500 { try store.addNote(number, text: String(repeating: "x", count: 1_000)) }
        #expect(StorePlace(path: folder.store).logSize < 60 * 4_200)
    }

    @Test func theSentencesNameTheFileAndTheWayOut() {
        let error = StoreFileError(.newerVersion(found: 3, supported: 2), context: "store.db")
        #expect(
            error.description
                == "store.db: the store is of version 3, this program knows versions up to 2. "
                + "Update this program; the file was not changed.")
    }
}
