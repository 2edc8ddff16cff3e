import WaybookProtocol
import WaybookServerCore

/// What answers `POST /v1/exchange`: the sync engine, seen from HTTP.
public protocol ExchangeHandling: Sendable {
    /// Begins one exchange.
    ///
    /// - Parameter principal: who sends it, authenticated.
    /// - Throws: `Problem`, which becomes the response; any other error becomes `retry`.
    func begin(for principal: Principal) async throws -> any ExchangeConversation
}

/// One exchange. Its functions are called one after another, never at once; each is awaited, which is the back-pressure.
///
/// Order: `receive` any number of times, `endOfRequest` once, `nextChunk` until it returns nil. `cancel` is called at
/// any time, from any thread and perhaps twice, when the exchange does not come to its end: the peer left, the token
/// was revoked, the server stops.
public protocol ExchangeConversation: AnyObject, Sendable {
    /// Takes the next bytes of the request, unpacked, at most 64 KiB, cut at any byte.
    ///
    /// - Throws: `Problem`; the rest of the request is then read and dropped, and the problem is the response.
    func receive(_ bytes: [UInt8]) async throws

    /// Tells that the request was whole. Nothing is sent before.
    ///
    /// - Throws: `Problem`, which becomes the response.
    func endOfRequest() async throws

    /// Returns the next bytes of the response (some tens of KiB are best), or nil after the last.
    ///
    /// - Throws: `Problem`; the first time it becomes the response, later an `{"error":…}` line that ends the body.
    func nextChunk() async throws -> [UInt8]?

    /// Ends the exchange early. Must return at once.
    func cancel()
}
