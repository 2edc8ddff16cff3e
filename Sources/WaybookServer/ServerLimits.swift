/// Every bound of the HTTP server, by name and unit (`protocol/6-limits.md`, ADR-0007).
public struct ServerLimits: Sendable, Equatable {
    /// Bytes of all header fields, and of one.
    public var headerBytes = 16 * 1_024
    /// Header fields of a request.
    public var headerFields = 100
    /// Bytes of the request target.
    public var targetBytes = 8 * 1_024
    /// Parameters in the target.
    public var targetParameters = 50
    /// Bytes of a body as it travels.
    public var bodyBytes = 8 * 1_024 * 1_024
    /// Bytes of a body unpacked.
    public var unpackedBodyBytes = 8 * 1_024 * 1_024
    /// Bytes out for each byte in while unpacking.
    public var unpackingRatio = 200
    /// Bytes of chunk framing that carry no body.
    public var framingBytes = 128 * 1_024
    /// Milliseconds from the first byte of a head to its end, and for a TLS handshake.
    public var headMilliseconds: Int64 = 10_000
    /// Milliseconds that the server waits for a body, before it asks for the slowest rate.
    public var bodyMilliseconds: Int64 = 30_000
    /// Bytes a second of a body beyond `bodyMilliseconds`: a body that drips slower is cut.
    public var slowestBodyBytesPerSecond: Int64 = 4 * 1_024
    /// Milliseconds that a connection may stay open between requests.
    public var idleMilliseconds: Int64 = 75_000
    /// Milliseconds that a peer may leave a response unread.
    public var writeStallMilliseconds: Int64 = 30_000
    /// Connections in all.
    public var connections = 1_024
    /// Connections from one address (without effect behind a proxy).
    public var connectionsPerAddress = 64
    /// Exchanges at once.
    public var exchanges = 128
    /// The most exchanges of one device at once.
    public var exchangesPerDevice = 4
    /// Wake-up streams at once, and of one device.
    public var eventStreams = 512
    /// Wake-up streams of one device.
    public var eventStreamsPerDevice = 3
    /// Password hashes that wait for one of the two threads.
    public var waitingSignIns = 16
    /// Milliseconds between two signs of life on a wake-up stream.
    public var heartbeatMilliseconds: Int64 = 20_000
    /// Milliseconds over which wake-ups are spread, so that not all clients come at once.
    public var wakeJitterMilliseconds: Int64 = 250
    /// Seconds that requests in hand have when the server stops.
    public var stopSeconds: Int64 = 20

    /// Makes the limits of the product.
    public init() {}
}
