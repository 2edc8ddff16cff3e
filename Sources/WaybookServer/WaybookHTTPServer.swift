import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOSSL
import ServiceLifecycle
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// The HTTP server: routes over the services that are handed in. A `Service` of swift-service-lifecycle.
public struct WaybookHTTPServer: Service {
    /// What the server serves.
    public struct Services: Sendable {
        /// The server's SQLite file.
        public var database: any DirectoryDatabase
        /// The sync engine.
        public var exchange: any ExchangeHandling
        /// Who waits for wake-ups.
        public var hub: EventHub
        /// The requests in hand by device.
        public var sessions: LiveSessions
        /// The registry behind `/metrics`.
        public var metrics: PrometheusMetrics
        /// Signing in and out.
        public var signIn: SignInService
        /// New numbers for stores that met their copy.
        public var forks: ForkService
        /// Where the end of a device is written down beside the database.
        public var ledger: SecurityLedger?
        /// Milliseconds since 1970.
        public var now: @Sendable () -> Int64
        /// Whether the store is open and not full of trouble.
        public var isReady: @Sendable () async -> Bool
        /// Wakes whom it concerns; called after people were added.
        public var changed: @Sendable () -> Void

        /// Gathers the services.
        public init(
            database: any DirectoryDatabase, exchange: any ExchangeHandling, hub: EventHub, sessions: LiveSessions,
            metrics: PrometheusMetrics, signIn: SignInService, forks: ForkService, ledger: SecurityLedger? = nil,
            now: @escaping @Sendable () -> Int64, isReady: @escaping @Sendable () async -> Bool,
            changed: @escaping @Sendable () -> Void = {}
        ) {
            self.database = database
            self.exchange = exchange
            self.hub = hub
            self.sessions = sessions
            self.metrics = metrics
            self.signIn = signIn
            self.forks = forks
            self.ledger = ledger
            self.now = now
            self.isReady = isReady
            self.changed = changed
        }

        /// Cuts a device's open requests. Call it after its revocation is committed.
        public func cut(_ replica: ReplicaID) {
            hub.close(replica)
            sessions.cut(replica)
        }
    }

    private let options: ServerOptions
    private let services: Services
    private let logger: Logger
    private let onListening: @Sendable (Int) async -> Void

    /// Makes the server; nothing is opened yet.
    ///
    /// - Parameter onListening: called with the port once connections are taken.
    public init(
        options: ServerOptions, services: Services, logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) {
        self.options = options
        self.services = services
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until the graceful shutdown; requests in hand are finished, wake-up streams ended.
    ///
    /// - Throws: errors of the TLS files and of binding the address.
    public func run() async throws {
        let application = Application(
            responder: router().buildResponder(),
            server: try channels(),
            configuration: ApplicationConfiguration(
                address: .hostname(options.host, port: options.port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    options.limits.connections, logger: logger)),
            onServerRunning: { [onListening] channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
        try await withGracefulShutdownHandler {
            try await application.run()
        } onGracefulShutdown: { [hub = services.hub] in
            hub.stop()
        }
    }

    /// Serves beside other services until SIGTERM or SIGINT, and gives requests in hand `stopSeconds`.
    ///
    /// - Parameter others: services that outlive the HTTP server, for instance the store and the admin socket.
    public func runUntilSignal(with others: [any Service] = []) async throws {
        var configuration = ServiceGroupConfiguration(
            services: others + [self], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(options.limits.stopSeconds)
        try await ServiceGroup(configuration: configuration).run()
    }

    func router() -> Router<ServerRequestContext> {
        let router = Router(context: ServerRequestContext.self)
        let tokens = TokenService(
            database: services.database, ledger: services.ledger, now: services.now, cut: services.cut)
        let notes = RefusalNotes(services.database, now: services.now)
        let authenticator = Authenticator(
            database: services.database, tokens: tokens, notes: notes, now: services.now)
        let peer = PeerAddress(isBehindProxy: options.isBehindProxy)
        router.add(middleware: RequestMetricsMiddleware(metrics: services.metrics))
        router.add(middleware: ProblemMiddleware(methods: Self.methods))
        SignInRoutes(
            service: services.signIn, authenticator: authenticator, peer: peer, metrics: services.metrics,
            cut: services.cut
        ).add(to: router)
        DeviceRoutes(
            service: DeviceService(database: services.database, ledger: services.ledger, now: services.now),
            authenticator: authenticator, cut: services.cut
        ).add(to: router)
        InvitationRoutes(
            service: InvitationService(
                database: services.database, ledger: services.ledger, notes: notes, now: services.now,
                changed: services.changed),
            authenticator: authenticator
        ).add(to: router)
        TokenRoute(service: tokens, authenticator: authenticator).add(to: router)
        ReplicaRoute(service: services.forks, authenticator: authenticator).add(to: router)
        EventsRoute(hub: services.hub, authenticator: authenticator, limits: options.limits).add(to: router)
        let slots = ExchangeSlots(
            maximum: options.limits.exchanges, maximumPerDevice: options.limits.exchangesPerDevice)
        ExchangeRoute(
            handler: services.exchange, authenticator: authenticator, sessions: services.sessions, slots: slots,
            limits: options.limits
        ).add(to: router)
        HealthRoutes(
            isReady: services.isReady, metrics: services.metrics, hub: services.hub, slots: slots,
            authenticator: authenticator, peer: peer
        ).add(to: router)
        return router
    }

    /// Every route with its methods.
    static let methods: [String: [HTTPRequest.Method]] = [
        "/v1/sign-in": [.post], "/v1/sign-out": [.post], "/v1/replica": [.post], "/v1/token": [.post],
        "/v1/invitations": [.post], "/v1/invitations/accept": [.post], "/v1/exchange": [.post],
        "/v1/events": [.get], "/v1/devices": [.get], "/v1/devices/{replica}/revoke": [.post],
        "/v1/devices/{replica}/wipe": [.post], "/healthz": [.get], "/readyz": [.get], "/metrics": [.get],
    ]

    private func channels() throws -> HTTPServerBuilder {
        let limits = options.limits
        let census =
            options.isBehindProxy ? nil : ConnectionCensus(maximumPerAddress: limits.connectionsPerAddress)
        let plain = HTTPServerBuilder { responder in
            GuardedHTTPChannel(responder: responder, limits: limits, census: census)
        }
        guard let files = options.tls else { return plain }
        let chain = try NIOSSLCertificate.fromPEMFile(files.certificate).map { NIOSSLCertificateSource.certificate($0) }
        let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
        var tls = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        // Peers that never answer the farewell must not hold up a stop.
        tls.shutdownTimeout = .milliseconds(500)
        return try .tls(plain, tlsConfiguration: tls)
    }
}
