import GRDB
import WaybookStore

/// The server's file as the directory uses it: reads on the readers' threads, writes in line with the commits.
public struct StoreDatabase: DirectoryDatabase {
    private let file: StoreFile
    private let threads: ServerThreads

    /// Wraps an open file.
    public init(_ file: StoreFile, threads: ServerThreads) {
        self.file = file
        self.threads = threads
    }

    public func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await threads.readers.runIfActive { [file] in try file.read(body) }
    }

    public func write<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await threads.writer.runIfActive { [file] in try file.write(body) }
    }

    public func writeLater(_ body: @escaping @Sendable (Database) throws -> Void) {
        threads.writer.submit { [file] state in
            guard case .active = state else { return }
            // What is written later is a courtesy by contract: nobody is told when it fails.
            try? file.write(body)
        }
    }
}
