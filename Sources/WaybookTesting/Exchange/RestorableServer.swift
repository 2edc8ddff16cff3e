import Foundation
import GRDB
import Synchronization
import WaybookModel
import WaybookServerCore
import WaybookStore

/// A production server on a folder of its own that is backed up and put back as the commands do it.
public final class RestorableServer: Sendable {
    // A class: the running service is exchanged under the feet of the transports that refer to it.

    /// Where its files lie; backups too.
    public let folder: URL
    private let open: @Sendable (StoreFile, SecurityLedger) throws -> ExchangeService
    private let clock: WorldClock
    private let schema: Schema
    private let state: Mutex<(service: ExchangeService, ledger: SecurityLedger, random: SeededRandom)>

    private static let database = "server.db"

    /// Makes a workspace in an empty folder.
    /// - Parameters:
    ///   - opening: opens the file.
    ///   - open: makes a service of it.
    public init(
        in folder: URL, schema: Schema, clock: WorldClock, seed: UInt64, opening: StoreOpening = .production,
        open: @escaping @Sendable (StoreFile, SecurityLedger) throws -> ExchangeService
    ) throws {
        (self.folder, self.schema, self.clock, self.open) = (folder, schema, clock, open)
        let file = try opening.server(folder.appending(path: Self.database).path)
        try file.write {
            try ExchangeService.initialise($0, epoch: "simulated", secret: Array(repeating: 7, count: 32))
        }
        let ledger = try SecurityLedger(path: folder.appending(path: SecurityLedger.fileName).path)
        state = Mutex((try open(file, ledger), ledger, SeededRandom(seed: seed)))
    }

    public var service: ExchangeService { state.withLock { $0.service } }
    public var ledger: SecurityLedger { state.withLock { $0.ledger } }

    /// Writes a backup under a name.
    public func backUp(_ name: String) throws {
        _ = try ServerBackup.write(service.file, to: folder.appending(path: name).path, ledger: ledger)
    }

    /// Stops, puts a backup back, and starts.
    /// - Returns: the timeline that was begun.
    @discardableResult
    public func putBack(_ name: String, from opening: StoreOpening = .production) throws -> Timeline {
        try state.withLock { state in
            try state.service.file.close()
            clock.advance(milliseconds: 1)
            let timeline = try Self.putBack(
                folder.appending(path: name), in: folder, schema: schema, now: clock.milliseconds,
                random: &state.random)
            let file = try opening.server(folder.appending(path: Self.database).path)
            state.ledger = try SecurityLedger(path: folder.appending(path: SecurityLedger.fileName).path)
            state.service = try open(file, state.ledger)
            return timeline
        }
    }

    public func close() throws { try service.file.close() }

    /// Puts a backup in the place of the database in a folder, which nobody has open; what that was is not kept.
    static func putBack(
        _ backup: URL, in folder: URL, schema: Schema, now: Int64, random: inout SeededRandom
    ) throws -> Timeline {
        let restore = ServerRestore(folder: folder.path, database: database, schema: schema, now: now)
        let report = try restore.perform(from: backup.path, random: &random)
        if let kept = report.kept {
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(at: folder.appending(path: kept + suffix))
            }
        }
        return report.timeline
    }
}
