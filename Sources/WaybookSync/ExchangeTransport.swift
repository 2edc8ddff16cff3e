import WaybookModel
import WaybookProtocol

/// Carries exchanges to a server: over HTTP, or in process under a seed.
public protocol ExchangeTransport: Sendable {
    /// Carries one exchange (`POST /v1/exchange`): sends what ``ExchangeSession/nextRequestChunk()`` gives until it
    /// gives nil, then hands every chunk of the answer to ``ExchangeSession/receive(_:)``, in order. Returns when the
    /// answer has ended, wherever it was cut. An error that the session throws ends the exchange and is thrown on.
    func exchange(_ session: ExchangeSession) async throws

    /// Asks for a new number for this replica (`POST /v1/replica`), after a fork.
    func newReplica() async throws -> ReplicaID
}

/// Why an exchange did not take place.
public enum TransportFailure: Error, Hashable, Sendable {
    /// The server was not reached, or the connection broke before an answer began.
    case unreachable
    /// The server answered with a problem instead of an answer's lines.
    case refused(Problem)
}
