import NIOCore
import Synchronization
import WaybookProtocol
import WaybookSync

/// The body of an exchange's request: pulled from the session a chunk at a time, packed on the way.
///
/// What the session throws is kept, for the HTTP client wraps what a body throws.
final class ExchangeBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private let session: ExchangeSession
    private let coding: ContentCoding
    private let kept = Mutex<(any Error)?>(nil)

    init(_ session: ExchangeSession, coding: ContentCoding) {
        self.session = session
        self.coding = coding
    }

    /// What the session threw, if it did.
    var failure: (any Error)? { kept.withLock { $0 } }

    func makeAsyncIterator() -> Iterator { Iterator(self) }

    private func keep(_ error: any Error) { kept.withLock { $0 = error } }

    /// A class to own the compressor, which cannot be copied.
    final class Iterator: AsyncIteratorProtocol {
        private let body: ExchangeBody
        private var compressor: Compressor?
        private var isStarted = false

        init(_ body: ExchangeBody) { self.body = body }

        func next() async throws -> ByteBuffer? {
            do {
                return try nextBytes().map { ByteBuffer(bytes: $0) }
            } catch {
                body.keep(error)
                throw error
            }
        }

        private func nextBytes() throws -> [UInt8]? {
            if !isStarted {
                isStarted = true
                compressor = try Compressor(body.coding)
            }
            while compressor != nil {
                guard let chunk = try body.session.nextRequestChunk() else {
                    let rest = try compressor?.finish() ?? []
                    compressor = nil
                    return rest.isEmpty ? nil : rest
                }
                let packed = try compressor?.compress(chunk) ?? []
                if !packed.isEmpty { return packed }
            }
            return nil
        }
    }
}
