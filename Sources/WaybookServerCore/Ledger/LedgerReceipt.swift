import GRDB
import Synchronization
import WaybookStore

/// Remembers what one transaction appended to the ledger, to take it back should the transaction fail after it.
///
/// A class, for the transaction and whoever waits for it share it.
public final class LedgerReceipt: Sendable {
    private let ledger: SecurityLedger?
    private let now: Int64
    private let numbers = Mutex<ClosedRange<Int64>?>(nil)
    private let mark = Mutex<ReachedFile.Mark?>(nil)

    /// - Parameter now: milliseconds since 1970.
    public init(_ ledger: SecurityLedger?, now: Int64) {
        self.ledger = ledger
        self.now = now
    }

    /// Runs the body inside a transaction, then appends its facts and marks in the file how far it has them.
    public func recording<Result>(
        _ db: Database, _ body: () throws -> (Result, [SecurityFact])
    ) throws -> Result {
        let (result, facts) = try body()
        if ledger?.reached != nil {
            let reached = try ReachedFile.Mark(db)
            mark.withLock { $0 = reached }
        }
        guard let ledger, let appended = try ledger.append(facts, at: now) else { return result }
        numbers.withLock { $0 = appended }
        try ServerRows(db).set(SecurityLedger.markKey, ledger.mark)
        return result
    }

    /// Notes how far the database has come; call it once the transaction is on the disk.
    public func noteCommit() {
        guard let mark = mark.withLock({ $0 }) else { return }
        ledger?.reached?.note(mark)
    }

    /// Takes the facts back, unless the transaction may still turn out to have happened.
    public func takeBack(after error: any Error) {
        if let error = error as? StoreFileError, error.code == .unconfirmedWrite { return }
        ledger?.takeBack(numbers.withLock { $0 }, at: now)
    }
}
