import Foundation
import NIOPosix
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// The threads on which the file is read and written: never an event loop, and never one of Swift's few own threads.
public struct ServerThreads: Sendable {
    /// Reads of the file at once, and the lines of requests that are parsed at once.
    public static let readerCount = 4

    /// Reads and parses.
    let readers = NIOThreadPool(numberOfThreads: ServerThreads.readerCount)
    /// Writes: one thread, so that nobody waits for the file's writer with a thread in hand.
    let writer = NIOThreadPool(numberOfThreads: 1)

    /// Starts the threads.
    public init() {
        readers.start()
        writer.start()
    }

    /// Stops the threads after the work in hand.
    public func stop() async throws {
        try await readers.shutdownGracefully()
        try await writer.shutdownGracefully()
    }
}

extension Problem {
    /// What a client is told when the file could not be read or written.
    init(storeError error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as StoreFileError:
            switch error.code {
            case .diskFull: self.init(.serverFull)
            case .busy, .closed, .unconfirmedWrite: self.init(.unavailable, retryAfterSeconds: 5)
            default: self.init(.internalError)
            }
        case SecurityLedgerError.notWritten(let errno) where errno == ENOSPC || errno == EDQUOT: self.init(.serverFull)
        case is SecurityLedgerError: self.init(.unavailable, retryAfterSeconds: 60)
        case is CancellationError: self.init(.unavailable, retryAfterSeconds: 5)
        default: self.init(.internalError)
        }
    }
}
