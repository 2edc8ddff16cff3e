import Foundation
import GRDB

@testable import WaybookStore
import WaybookTesting

/// A folder of its own for one test, removed at its end, and the tables that the store's tests use.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        let name = "waybook-store-\(UUID().uuidString)"
        path = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().appendingPathComponent(name).path
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var store: String { path + "/store.db" }

    func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: store)) }
}

let noteMigrations = [
    StoreMigration(
        number: 1, name: "notes",
        sql: "CREATE TABLE note (writer INTEGER, number INTEGER, text TEXT, PRIMARY KEY (writer, number));")
]

func openNotes(
    _ path: String, options: StoreFile.Options = .init(), synchronous: StoreOpener.Synchronous = .full
) throws -> StoreFile {
    try StoreFile(path: path, role: .client, migrations: noteMigrations, options: options, synchronous: synchronous)
}

extension StoreFile {
    func addNote(_ number: Int, writer: Int = 1, text: String = "text") throws {
        try write { db in
            try db.execute(sql: "INSERT INTO note VALUES (?, ?, ?)", arguments: [writer, number, text])
        }
    }

    func noteNumbers(writer: Int = 1) throws -> [Int] {
        try read { db in
            try Int.fetchAll(db, sql: "SELECT number FROM note WHERE writer = ? ORDER BY number", arguments: [writer])
        }
    }

    func isIntact() throws -> Bool {
        try read { db in try String.fetchAll(db, sql: "PRAGMA integrity_check") == ["ok"] }
    }
}

/// The code of the store's error that the body throws, nil if it throws none or another.
func storeErrorCode(_ body: () throws -> Void) -> StoreFileError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? StoreFileError)?.code
    }
}
