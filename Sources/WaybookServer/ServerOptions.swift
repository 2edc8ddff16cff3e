/// Where and how the server listens.
public struct ServerOptions: Sendable {
    /// A certificate chain and its key, as PEM files.
    public struct TLSFiles: Sendable, Equatable {
        /// Path of the certificate chain, the server's own first.
        public var certificate: String
        /// Path of the private key.
        public var key: String

        /// Names the files.
        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// The address to listen on.
    public var host: String
    /// The port; 0 lets the system choose.
    public var port: Int
    /// TLS, when the server speaks it itself; at least TLS 1.2.
    public var tls: TLSFiles?
    /// Whether a reverse proxy is in front, whose last `X-Forwarded-For` entry is the peer's address.
    public var isBehindProxy: Bool
    /// Whether another program copies the log back and keeps a replica of the file (Litestream).
    public var isReplicated: Bool
    /// The bounds.
    public var limits: ServerLimits

    /// Makes options.
    public init(
        host: String = "127.0.0.1", port: Int = 8_080, tls: TLSFiles? = nil, isBehindProxy: Bool = false,
        isReplicated: Bool = false, limits: ServerLimits = ServerLimits()
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.isBehindProxy = isBehindProxy
        self.isReplicated = isReplicated
        self.limits = limits
    }
}
