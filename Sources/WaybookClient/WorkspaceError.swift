import WaybookProtocol

/// Why a workspace on this device cannot do what it was asked.
public struct WorkspaceError: Error, Hashable, Sendable {
    public enum Code: Hashable, Sendable {
        case notSignedIn
        /// The session's file does not read back.
        case sessionDamaged(path: String)
        case folderUnusable(path: String)
        case fileExists(path: String)
        case fileUnwritable(path: String, reason: String)
        /// The certificate authority's file cannot be read, or holds no certificate.
        case authorityUnusable(path: String)
        /// Unsent sets stand against signing out, or against signing in as somebody else.
        case unsent(sets: Int, owner: String?)
        case syncRunning
        /// The server was not heard for so many days: records are not shown before the next sync.
        case leaseEnded(days: Int)
        /// The server was not reached.
        case unreachable(ConnectionFailure)
        /// The server refused.
        case refused(Problem)
        /// What answered is no Waybook server.
        case notAServer(status: Int)
    }

    public let code: Code

    public init(_ code: Code) { self.code = code }
}
