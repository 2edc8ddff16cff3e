import GRDB

/// The server's SQLite file, as far as the directory needs it. The store's own writer (one a file) conforms to it.
public protocol DirectoryDatabase: Sendable {
    /// Reads from one snapshot.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value
    /// Writes in one transaction, durable when it returns.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value
    /// Writes when the writer has time, for notes that nobody waits for and that may be lost.
    func writeLater(_ body: @escaping @Sendable (Database) throws -> Void)
}

/// Any GRDB queue or pool as a `DirectoryDatabase`.
public struct WriterDirectoryDatabase: DirectoryDatabase {
    private let writer: any DatabaseWriter

    /// Wraps a queue or pool, opened elsewhere with `synchronous=FULL`.
    public init(_ writer: any DatabaseWriter) { self.writer = writer }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await writer.read(body)
    }

    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await writer.write(body)
    }

    public func writeLater(_ body: @escaping @Sendable (Database) throws -> Void) {
        writer.asyncWrite({ try body($0) }, completion: { _, _ in })
    }
}
