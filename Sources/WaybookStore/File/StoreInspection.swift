import Foundation
import GRDB

/// Looks at a file through a read-only connection before anything may write to it.
struct StoreInspection {
    /// What a file that may be opened is.
    enum Finding: Hashable, Sendable {
        /// Empty: a new file, or one whose making was cut off before its first table.
        case fresh
        /// A store with this many migrations applied.
        case store(version: Int)
    }

    private static let mostFaultsCounted = 100

    let place: StorePlace
    let role: StoreRole
    let supportedVersion: Int
    /// Whether to run `PRAGMA quick_check` (cost: reads the whole file).
    let checksContent: Bool

    /// Tells what the file is, or throws why it cannot be opened. Changes no byte of it.
    func run() throws(StoreFileError) -> Finding {
        if place.databaseSize == 0 {
            // SQLite would delete the log of an empty database.
            guard place.logSize == 0 else { throw StoreFileError(.damaged(.logWithoutDatabase), context: place.name) }
            return .fresh
        }
        do {
            try rollBackInterruptedCreation()
            let queue = try DatabaseQueue(path: place.path, configuration: configuration(readonly: true))
            let finding = try queue.read(inspect)
            try queue.close()
            return finding
        } catch let error as StoreFileError {
            throw error
        } catch {
            throw StoreFileError(error, context: place.name)
                ?? StoreFileError(.damaged(.structure), context: place.name)
        }
    }

    private func inspect(_ db: Database) throws -> Finding {
        let applicationID = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        let tableCount = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
        if applicationID == 0, version == 0, tableCount == 0 { return .fresh }
        guard let found = StoreRole(applicationID: applicationID) else {
            throw StoreFileError(.notAStore, context: place.name)
        }
        guard found == role else {
            throw StoreFileError(.wrongRole(found: found, expected: role), context: place.name)
        }
        guard version <= supportedVersion else {
            throw StoreFileError(.newerVersion(found: version, supported: supportedVersion), context: place.name)
        }
        if checksContent { try checkContent(db) }
        return .store(version: version)
    }

    private func checkContent(_ db: Database) throws {
        let lines = try String.fetchAll(db, sql: "PRAGMA quick_check(\(Self.mostFaultsCounted))")
        guard lines == ["ok"] else { throw StoreFileError(.damaged(.faults(lines.count)), context: place.name) }
    }

    /// A journal is only there if the very first write to a new file was cut off; a read-only connection cannot undo it.
    private func rollBackInterruptedCreation() throws {
        guard FileManager.default.fileExists(atPath: place.path + "-journal") else { return }
        let queue = try DatabaseQueue(path: place.path, configuration: configuration(readonly: false))
        _ = try queue.writeWithoutTransaction { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
        try queue.close()
    }

    private func configuration(readonly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.busyMode = .timeout(5)
        return configuration
    }
}
