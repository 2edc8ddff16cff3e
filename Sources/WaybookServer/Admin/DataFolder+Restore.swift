import Foundation
import WaybookCRM
import WaybookServerCore
import WaybookStore

extension DataFolder {
    /// Puts a backup back, or takes the database as it lies there for one that was; makes the folder (0700) where there is
    /// none. Nobody else may work on the folder meanwhile.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - after: called after each step.
    /// - Throws: `AdminFailure`, and what `ServerRestore` throws.
    public func restore(
        from backup: String?, now: Int64, after: @escaping (ServerRestore.Step) throws -> Void = { _ in }
    ) throws -> ServerRestore.Report {
        if backup != nil, !FileManager.default.fileExists(atPath: path) {
            do {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw AdminFailure(.failed, path)
            }
        }
        guard let lock = try DataFolderLock(self) else { throw AdminFailure(.serverRunning, path) }
        let restore = ServerRestore(
            folder: path, database: Self.databaseName, schema: Catalogue.schema, now: now, after: after)
        var random = SystemRandomNumberGenerator()
        return try withExtendedLifetime(lock) { try restore.perform(from: backup, random: &random) }
    }
}
