import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// Erases in a transaction of its caller, without an exchange: for who works on the server's machine, and for the security
/// ledger after a restore. The mechanism is the committer's.
public struct ErasureWriter {
    private let db: Database
    private let rows: ServerRows
    private let schema: Schema
    private let now: Int64

    /// - Parameter now: milliseconds since 1970.
    public init(_ db: Database, schema: Schema, now: Int64) {
        self.db = db
        rows = ServerRows(db)
        self.schema = schema
        self.now = now
    }

    /// What stands in the way of an erasure.
    public enum Obstacle: Error, Hashable, Sendable {
        case unknownRecord
        /// Records of that collection are not erased by themselves.
        case notErasable(CollectionName)
    }

    /// Erases a record and all that it reaches, also one of which nothing is here but what laptops told. One that was erased
    /// already is left as it is.
    /// - Returns: the facts for the ledger, none where there was nothing to do.
    /// - Throws: ``Obstacle``, and what reading and writing throw.
    public func erase(_ request: ErasureRequest) throws -> [SecurityFact] {
        let row = try rows.row(request.record)
        guard let target = try row ?? WitnessTable(db).absent(request.record) else { throw Obstacle.unknownRecord }
        guard schema.isErasable(target.record.collection) else {
            throw Obstacle.notErasable(target.record.collection)
        }
        guard !target.record.isErased else { return [] }
        return try commit { try $0.erase(request, absent: row == nil ? target : nil) }
    }

    /// Does once more what the ledger says was done, unless the file has it. Of what the file does not know the identity is
    /// remembered, and what waits for it or tells of it goes: whoever makes it again is told that it was erased.
    /// - Returns: whether the file did not have it.
    func perform(_ erasure: RepeatedErasure) throws -> Bool {
        if let known = try rows.erasure(of: erasure.request.record), known.stamp >= erasure.stamp { return false }
        _ = try commit { try $0.erase(again: erasure) }
        return true
    }

    private func commit(_ body: (inout Committer) throws -> Void) throws -> [SecurityFact] {
        var committer = try Committer.ofServer(db, schema: schema, now: now)
        try body(&committer)
        try committer.finish()
        return committer.erased
    }
}
