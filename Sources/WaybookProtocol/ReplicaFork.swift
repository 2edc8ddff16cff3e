import WaybookModel

/// `POST /v1/replica`: a store that met another one under its number asks for a number of its own
/// (`protocol/4-exchange.md#exactly-once`).
public struct ForkRequest: Sendable, Equatable {
    /// The most bytes of the body.
    public static let maximumBytes = 4 * 1_024

    /// The number that both stores have used; must be the one that the token was given with.
    public var forkOf: ReplicaID

    /// Makes a request.
    public init(forkOf: ReplicaID) { self.forkOf = forkOf }

    /// Reads a body, nil when it is malformed. Unknown members are left aside.
    public init?(json: [UInt8]) {
        guard let entries = (try? JSONParser.parse(json))?.entries,
            let number = entries["forkOf"]?.integer.flatMap({ UInt32(exactly: $0) })
        else { return nil }
        self.init(forkOf: ReplicaID(number))
    }

    /// The body.
    public var json: [UInt8] { CanonicalJSON.bytes(["forkOf": .int(Int64(forkOf.number))]) }
}

/// The answer: a number that was never given before, and the token that goes with it.
public struct ForkResponse: Sendable, Equatable {
    /// The new number.
    public var replica: ReplicaID
    /// The new token, shown this once.
    public var token: String

    /// Makes an answer.
    public init(replica: ReplicaID, token: String) {
        self.replica = replica
        self.token = token
    }

    /// Reads a body, nil when it is malformed. Unknown members are left aside.
    public init?(json: [UInt8]) {
        guard let entries = (try? JSONParser.parse(json))?.entries,
            let number = entries["replica"]?.integer.flatMap({ UInt32(exactly: $0) }),
            let token = entries["token"]?.text
        else { return nil }
        self.init(replica: ReplicaID(number), token: token)
    }

    /// The body.
    public var json: [UInt8] {
        CanonicalJSON.bytes(["replica": .int(Int64(replica.number)), "token": .string(token)])
    }
}
