import Foundation
import GRDB
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookStore

/// The server's side of exchanges over one workspace's file. Free of HTTP: the front feeds it bytes and takes bytes.
///
/// Thread-safe: reads run beside each other and beside a commit; commits follow one another in the file's writer.
public final class ExchangeService: Sendable {
    // A class because it is the one shared owner of the open file and of the last commit's number.

    public let file: StoreFile
    public let schema: Schema
    public let limits: ExchangeLimits
    /// Names the server's data as a whole.
    public let epoch: String
    public let timeline: UInt8
    /// Which sequences are part of the present history.
    let lineage: Lineage
    /// How the present timeline began; nil on the first.
    let present: Timeline?
    let secret: CheckpointToken.Secret
    private let wallMilliseconds: @Sendable () -> UInt64
    private let authorship: @Sendable (Database, ReplicaID) throws -> Authorship?
    /// Where erasures are written down beside the file.
    private let ledger: SecurityLedger?
    /// The most rows that a page of the feed holds, its last sequence completed.
    let pageRows: Int
    let organisations = OrganisationCache()
    let comparisonSlots = ComparisonSlots()

    /// Opens the service on a file that ``initialise(_:epoch:secret:)`` has prepared.
    /// - Parameters:
    ///   - wallMilliseconds: the wall clock, milliseconds since 1970.
    ///   - ledger: where erasures are written down beside the file.
    ///   - authorship: who stands behind a replica, looked up in the same file.
    /// - Throws: ``NotInitialised``, or what reading the file throws.
    public init(
        file: StoreFile, schema: Schema, limits: ExchangeLimits = .standard, pageRows: Int = 1_000,
        ledger: SecurityLedger? = nil, wallMilliseconds: @escaping @Sendable () -> UInt64,
        authorship: @escaping @Sendable (Database, ReplicaID) throws -> Authorship?
    ) throws {
        self.file = file
        self.schema = schema
        self.limits = limits
        self.pageRows = pageRows
        self.ledger = ledger
        self.wallMilliseconds = wallMilliseconds
        self.authorship = authorship
        let identity = try file.read { db in
            let rows = ServerRows(db)
            return (
                epoch: try rows.text("epoch"), secret: try rows.text("secret"),
                timeline: try rows.number("timeline"), isCounted: try rows.number(ServerRows.readableKey) != nil,
                isPlaced: try rows.number(AccessUpgrade.key) != nil, timelines: try TimelineTable(db).all()
            )
        }
        guard let epoch = identity.epoch, let key = identity.secret.flatMap({ Data(base64Encoded: $0) }),
            let timeline = identity.timeline.flatMap({ UInt8(exactly: $0) })
        else { throw NotInitialised() }
        if !identity.isCounted { try file.write { try ServerRows($0).keepReadableCount() } }
        if !identity.isPlaced {
            let now = wallMilliseconds()
            try file.write { try AccessUpgrade.perform($0, schema: schema, now: Int64(clamping: now)) }
        }
        self.epoch = epoch
        self.timeline = timeline
        lineage = Lineage(present: timeline, timelines: identity.timelines)
        present = identity.timelines.first { $0.number == timeline }
        secret = CheckpointToken.Secret(bytes: Array(key), epoch: epoch)
    }

    /// The file holds no workspace yet.
    public struct NotInitialised: Error, Hashable, Sendable {}

    /// Makes a fresh file a workspace of its own.
    /// - Parameters:
    ///   - epoch: a name that no other server has, such as a UUID.
    ///   - secret: 32 bytes of chance.
    public static func initialise(_ db: Database, epoch: String, secret: [UInt8]) throws {
        let rows = ServerRows(db)
        try rows.set("epoch", epoch)
        try rows.set("secret", Data(secret).base64EncodedString())
        try rows.set("timeline", 0)
        try rows.set("sequence", 0)
        try rows.keepReadableCount()
    }

    /// The wall clock, milliseconds since 1970.
    public var now: UInt64 { wallMilliseconds() }

    /// The sequence of the latest commit.
    public func lastSequence() throws -> Int64 { try file.read { try ServerRows($0).lastSequence() } }

    /// Begins an exchange for a device that has been authenticated.
    /// - Parameter reader: whose own writes the feed leaves out; the device's own number unless told otherwise.
    public func open(_ principal: ExchangePrincipal, feedFor reader: ReplicaID? = nil) -> ServerExchange {
        ServerExchange(service: self, principal: principal, reader: reader ?? principal.replica)
    }

    /// Judges and commits batches in one transaction; when it returns, the verdicts are durable, and what the security
    /// ledger must say of them too: one more sync for all batches, where there is anything.
    /// - Throws: what file and ledger throw: then nothing of any batch was committed.
    public func commit(_ batches: [PushBatch], ledger: SecurityLedger? = nil) throws -> [PushResult] {
        try file.writeSecurity(ledger ?? self.ledger, now: Int64(clamping: now)) { db in
            var committer = try committer(db)
            var results = try batches.map { try committer.commit($0) }
            if let woken = try committer.wake(), !results.isEmpty { results[results.count - 1].add(woken) }
            try committer.finish()
            return (results, committer.ledgerFacts)
        }
    }

    /// What judges inside a write transaction of this file.
    func committer(_ db: Database) throws -> Committer {
        try Committer(
            db: db, schema: schema, limits: limits, clock: try clock(ServerRows(db)),
            authorship: { try self.authorship(db, $0) }, exchanger: { self.exchanger($0, $1) },
            onDirectory: { try Directory().project($0, db, now: Int64(clamping: self.now)) },
            onErasure: { try ErasureLog(db).note($0, units: $1, now: Int64(clamping: self.now)) })
    }

    private func clock(_ rows: ServerRows) throws -> ServerClock {
        try ServerClock(rows, milliseconds: now)
    }

    /// Notes that a replica goes on under a new number because another store uses its old one.
    public func noteFork(_ db: Database, of old: ReplicaID, as new: ReplicaID) throws {
        try ReplicaFork.note(db, of: old, as: new)
    }
}
