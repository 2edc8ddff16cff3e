import Foundation
import WaybookModel
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

/// A server whose folder is put back to earlier states, with its security ledger and the copies that were made of it.
final class RestoredServer {
    // A class: the running server is exchanged under the test's feet.

    let folder: String
    private let schema: Schema
    private let pageRows: Int
    private(set) var workspace: Workspace
    private(set) var ledger: SecurityLedger
    /// They remove the folder when they go.
    private var former: [Workspace] = []
    private var random: SeededRandom

    init(schema: Schema = TestSchema.schema, pageRows: Int = 1_000, seed: UInt64 = 1) throws {
        (self.schema, self.pageRows, random) = (schema, pageRows, SeededRandom(seed: seed))
        let first = try Workspace(pageRows: pageRows, schema: schema)
        folder = first.folder
        ledger = try SecurityLedger(path: folder + "/" + SecurityLedger.fileName)
        try first.service.file.close()
        workspace = try Workspace(pageRows: pageRows, schema: schema, folder: folder, ledger: ledger)
        former = [first]
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Writes a backup under a name.
    func backUp(_ name: String) throws {
        _ = try ServerBackup.write(workspace.service.file, to: folder + "/" + name, ledger: ledger)
    }

    func remove(_ names: String...) throws {
        for name in names { try FileManager.default.removeItem(atPath: folder + "/" + name) }
    }

    func stop() throws { try workspace.service.file.close() }

    /// Opens the folder again, as a start of the server does.
    func start() throws {
        let now = workspace.clock.now
        former.append(workspace)
        ledger = try SecurityLedger(path: folder + "/" + SecurityLedger.fileName)
        workspace = try Workspace(pageRows: pageRows, schema: schema, folder: folder, ledger: ledger)
        workspace.clock.set(now)
    }

    /// Stops, puts a backup back (or takes the database as it lies there), and starts.
    @discardableResult
    func restore(_ name: String?) throws -> ServerRestore.Report {
        try stop()
        let restore = ServerRestore(
            folder: folder, database: "server.db", schema: schema, now: Int64(clamping: workspace.clock.now))
        let report = try restore.perform(from: name.map { folder + "/" + $0 }, random: &random)
        try start()
        return report
    }

    /// Ends the healing.
    func closeHealing() throws {
        let now = Int64(clamping: workspace.clock.now)
        try workspace.service.file.writeSecurity(ledger, now: now) { db in
            let done = try HealingClosing(db).close(as: .command, schema: schema, now: now)
            return ((), done?.facts ?? [])
        }
    }

    /// A laptop goes on with this server; it knows nothing of what happened to it.
    func follow(_ laptop: Laptop, person: RecordID? = nil) -> Laptop {
        let again = Laptop(workspace, laptop.state.replica.number)
        again.state = laptop.state
        if let person { workspace.sign(laptop.state.replica, in: person) }
        return again
    }

    func lastSequence() throws -> Int64 { try workspace.service.lastSequence() }
}
