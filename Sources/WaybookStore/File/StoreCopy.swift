import Foundation
import GRDB

/// A store file that nobody works on, such as a backup: read where it lies, and changed in no byte.
public enum StoreCopy {
    /// Whether a log with something in it lies beside the file: then the file alone is not the whole.
    public static func hasLog(_ path: String) -> Bool {
        ["-wal", "-journal"].contains { StorePlace.size(of: path + $0) > 0 }
    }

    /// Opens the file as a store of this role, checks that its migrations read as they did, and hands it over.
    ///
    /// - Parameters:
    ///   - migrations: all that this program knows.
    ///   - body: is told how many of them the file has.
    /// - Throws: a `StoreFileError`, and whatever the body throws.
    public static func read<T>(
        _ path: String, role: StoreRole, migrations: [StoreMigration], _ body: (Database, _ version: Int) throws -> T
    ) throws -> T {
        let place = StorePlace(path: path)
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreFileError(.inaccessible(errno: ENOENT), context: place.name)
        }
        // A file in WAL mode is given an empty log and an index by whoever opens it: none is left.
        let strangers = ["-wal", "-shm"].map { path + $0 }.filter { !FileManager.default.fileExists(atPath: $0) }
        defer { for stranger in strangers { unlink(stranger) } }
        let inspection = StoreInspection(
            place: place, role: role, supportedVersion: migrations.count, checksContent: false)
        guard case .store(let version) = try inspection.run() else {
            throw StoreFileError(.notAStore, context: place.name)
        }
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            return try queue.read { db in
                try StoreMigrator(migrations: migrations, role: role, context: place.name).verify(db, upTo: version)
                return try body(db, version)
            }
        } catch {
            throw StoreFileError(error, context: place.name) ?? error
        }
    }
}
