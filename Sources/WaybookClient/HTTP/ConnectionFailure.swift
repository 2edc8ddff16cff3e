import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

/// Why a server was not reached: a closed list, so that people read the same words for the same cause.
public enum ConnectionFailure: Error, Hashable, Sendable {
    /// No machine has that name, or there is no network to ask on.
    case nameUnknown
    /// Nothing listens there.
    case refused
    case timedOut
    /// The certificate is not one that this device trusts.
    case certificate
    /// The certificate is another host's.
    case hostName
    /// The connection broke.
    case broken

    /// Reads what client and network threw.
    init(_ error: any Error) {
        switch error {
        case let error as HTTPClientError:
            self = Self.isTimeout(error) ? .timedOut : .broken
        case let error as NIOConnectionError:
            self = Self(connection: error)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname: self = .hostName
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: self = .certificate
        case let error as ChannelError:
            if case .connectTimeout = error { self = .timedOut } else { self = .broken }
        case let error as IOError: self = error.errnoCode == ECONNREFUSED ? .refused : .broken
        default: self = .broken
        }
    }

    private init(connection error: NIOConnectionError) {
        if error.connectionErrors.isEmpty {
            self = .nameUnknown
        } else if error.connectionErrors.contains(where: { ($0.error as? IOError)?.errnoCode == ECONNREFUSED }) {
            self = .refused
        } else {
            self = error.connectionErrors.first.map { Self($0.error) } ?? .broken
        }
    }

    private static func isTimeout(_ error: HTTPClientError) -> Bool {
        [.connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .tlsHandshakeTimeout].contains(error)
    }
}
