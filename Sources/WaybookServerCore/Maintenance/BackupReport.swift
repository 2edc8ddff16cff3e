import Foundation
import GRDB
import WaybookStore

/// What a backup was found to be when it was opened.
public struct BackupReport: Hashable, Sendable {
    /// Which state of which server's data a file holds.
    public struct State: Hashable, Sendable {
        public var epoch: String
        public var timeline: Int64
        public var sequence: Int64
        /// The highest timeline that it knows of, lost ones too.
        public var highest: UInt8
        /// The highest time that the server had read, milliseconds since 1970.
        public var clock: Int64
        /// How far it has the security ledger.
        var mark: String?

        /// - Throws: ``ServerBackup/Failure/notAWorkspace``
        init(_ db: Database) throws {
            let rows = ServerRows(db)
            guard let epoch = try rows.text("epoch"), let timeline = try rows.number("timeline") else {
                throw ServerBackup.Failure.notAWorkspace
            }
            (self.epoch, self.timeline, sequence) = (epoch, timeline, try rows.lastSequence())
            highest = try TimelineTable(db).highest()
            clock = try rows.number("clock") ?? 0
            mark = try rows.text(SecurityLedger.markKey)
        }
    }

    public var bytes: Int
    /// SHA-256 of the file, in hexadecimal digits.
    public var hash: String
    public var state: State
    /// The records that were looked at, deleted ones included; nil where only the structure was.
    public var records: Int?
    /// What is wrong, the first ``ServerCheck/maximumFaults``.
    public var faults: [ServerCheckReport.Fault]
    /// The lines of the security ledger's copy beside it; nil where there is none.
    public var ledgerLines: Int?
    /// The checksum of the last of them.
    var ledgerMark: String?

    /// Opens a backup as a server's file, wherever it lies, without changing it; reads all of it.
    ///
    /// The records of a file of an older program are not looked at: its tables are brought up to date when it is put back.
    /// - Parameters:
    ///   - isQuick: looks at SQLite's structure, and at no record.
    ///   - hasLedger: whether the security ledger's copy beside it is looked at.
    /// - Throws: ``ServerBackup/Failure``, `StoreFileError`, `SecurityLedgerError`.
    public init(of path: String, isQuick: Bool = false, hasLedger: Bool = true) throws {
        guard !StoreCopy.hasLog(path) else { throw ServerBackup.Failure.hasLog }
        let migrations = ServerSchema.migrations
        let (state, check, isCurrent) = try StoreCopy.read(path, role: .server, migrations: migrations) {
            db, version in
            let isCurrent = version == migrations.count
            let check = try ServerCheck.run(db, ofStructureAlone: isQuick || !isCurrent)
            return (try State(db), check, isCurrent)
        }
        self.state = state
        records = isQuick || !isCurrent ? nil : check.records
        faults = check.faults
        (hash, bytes) = try DurableFile.hash(path)
        let checks = hasLedger ? try Self.ledgerChecks(path + ServerBackup.ledgerSuffix, mark: state.mark) : nil
        (ledgerLines, ledgerMark) = (checks?.count, checks?.last)
    }

    /// - Parameter mark: the last line that the file has.
    /// - Returns: the checksum of each line; nil where there is no copy.
    private static func ledgerChecks(_ path: String, mark: String?) throws -> [String]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        var bytes: [UInt8] = []
        try DurableFile.read(path) { bytes += $0 }
        let ledger = try LedgerLines(bytes)
        // A copy is of whole lines, and made after the file's.
        guard ledger.size == bytes.count else { throw SecurityLedgerError.damaged(line: ledger.lines.count + 1) }
        guard mark.map({ $0.isEmpty || ledger.next(after: $0) != nil }) ?? true else {
            throw ServerBackup.Failure.otherLedger
        }
        return ledger.checks
    }
}
