import HTTPTypes
import Hummingbird
import NIOCore

/// What a route knows of a request besides the request.
struct ServerRequestContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection, to cut it when the device is revoked.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// Finds out where a request comes from.
struct PeerAddress: Sendable {
    let isBehindProxy: Bool

    /// Returns the peer's address: the connection's, or behind a proxy the one that the proxy added last.
    func of(_ request: Request, _ context: ServerRequestContext) -> String {
        if isBehindProxy, let last = forwarded(request) { return last }
        return context.channel.remoteAddress?.ipAddress ?? "unknown"
    }

    /// Whether the request comes from this machine, and not through a proxy on it.
    func isLoopback(_ request: Request, _ context: ServerRequestContext) -> Bool {
        guard Self.values(of: "x-forwarded-for", request).isEmpty, Self.values(of: "forwarded", request).isEmpty,
            let address = context.channel.remoteAddress?.ipAddress
        else { return false }
        return address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }

    private static func values(of name: String, _ request: Request) -> [String] {
        request.headers.filter { $0.name.canonicalName == name }.map(\.value)
    }

    private func forwarded(_ request: Request) -> String? {
        guard let last = Self.values(of: "x-forwarded-for", request).last?.split(separator: ",").last else {
            return nil
        }
        let text = String(last.drop { $0 == " " })
        // Only what parses as an address: a throttle must not be fed with invented names.
        return (try? SocketAddress(ipAddress: text, port: 0))?.ipAddress
    }
}
