import GRDB
import WaybookServerCore
import WaybookStore

extension DirectoryDatabase {
    /// Writes in one transaction what must also outlive the putting back of a backup. The facts go to the ledger last in
    /// the transaction: nobody is answered before both are on the disk, and where the ledger cannot be written nothing is
    /// done.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Throws: `SecurityLedgerError`, and what reading and writing throw.
    func writeSecurity<Result: Sendable>(
        _ ledger: SecurityLedger?, now: Int64,
        _ body: @escaping @Sendable (Database) throws -> (Result, [SecurityFact])
    ) async throws -> Result {
        let receipt = LedgerReceipt(ledger, now: now)
        do {
            let result = try await write { db in try receipt.recording(db) { try body(db) } }
            receipt.noteCommit()
            return result
        } catch {
            receipt.takeBack(after: error)
            throw error
        }
    }
}
