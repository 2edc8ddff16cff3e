import Foundation
import NIOPosix

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
