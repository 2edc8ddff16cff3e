import Foundation

/// Where a server is: `https://host[:port][/path]`, or `http://` on this machine.
public struct ServerAddress: Hashable, Sendable {
    /// Why a text is no address.
    public enum Fault: Error, Hashable, Sendable {
        /// Not of the form, or with a user, a query or a fragment in it.
        case malformed
        /// `http://` to another machine would send password and records for all to read.
        case plain
    }

    /// Scheme, host, port and path, without a slash at the end.
    public let text: String
    public let host: String
    /// Whether `http://` to another machine was asked for.
    public let isPlainAllowed: Bool

    /// Reads an address.
    /// - Parameter allowsPlain: whether `http://` to another machine is taken.
    public init(_ text: String, allowsPlain: Bool = false) throws(Fault) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            let host = parts.host, !host.isEmpty, parts.user == nil, parts.password == nil, parts.query == nil,
            parts.fragment == nil, scheme == "http" || scheme == "https"
        else { throw .malformed }
        let name = host.trimmingCharacters(in: ["[", "]"]).lowercased()
        guard scheme == "https" || allowsPlain || Self.isLoopback(name) else { throw .plain }
        let shown = name.contains(":") ? "[\(name)]" : name
        let path = String(parts.path.reversed().drop { $0 == "/" }.reversed())
        self.text = "\(scheme)://\(shown)" + (parts.port.map { ":\($0)" } ?? "") + path
        self.host = name
        isPlainAllowed = allowsPlain
    }

    /// The address of one of the server's resources.
    func url(_ path: String) -> String { text + path }

    /// Whether a host is this machine: `localhost`, 127.0.0.0/8, `::1` (RFC 6761 §6.3, RFC 1122 §3.2.1.3).
    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && parts.allSatisfy { $0 != nil }
    }
}
