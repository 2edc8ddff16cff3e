import WaybookModel

/// Who is signed in where: what `session.json` in the store's folder holds. The token in it opens the server.
public struct Session: Hashable, Sendable {
    public var server: ServerAddress
    /// The device's token.
    public var token: String
    /// When the token was given, by this device's wall clock, milliseconds since 1970; nil where nobody noted it.
    public var tokenSince: Int64?
    /// The e-mail address that was signed in with.
    public var email: String
    /// The user's identity; the namespace of identities that follow from imported rows.
    public var user: RecordID
    /// The user's name, for display.
    public var name: String
    /// The device's name, as others see it.
    public var device: String
    public var replica: ReplicaID
    /// Whether the server's certificate is checked against `ca.pem` in the folder as well.
    public var hasOwnAuthority: Bool

    public init(
        server: ServerAddress, token: String, email: String, user: RecordID, name: String, device: String,
        replica: ReplicaID, hasOwnAuthority: Bool = false, tokenSince: Int64? = nil
    ) {
        self.server = server
        self.token = token
        self.tokenSince = tokenSince
        self.email = email
        self.user = user
        self.name = name
        self.device = device
        self.replica = replica
        self.hasOwnAuthority = hasOwnAuthority
    }

    /// The file's bytes.
    var json: [UInt8] {
        CanonicalJSON.bytes([
            "authority": .bool(hasOwnAuthority), "device": .string(device), "email": .string(email),
            "insecure": .bool(server.isPlainAllowed), "name": .string(name), "replica": .int(Int64(replica.number)),
            "server": .string(server.text), "token": .string(token),
            "tokenSince": tokenSince.map { .int($0) } ?? .null, "user": user.value,
        ])
    }

    /// Reads the file's bytes; nil where they are damaged.
    init?(json: [UInt8]) {
        guard let entries = (try? JSONParser.parse(json))?.entries,
            let address = entries["server"]?.text,
            let server = try? ServerAddress(address, allowsPlain: entries["insecure"]?.boolean ?? false),
            let token = entries["token"]?.text, let email = entries["email"]?.text,
            let user = entries["user"]?.text.flatMap({ RecordID($0) }), let name = entries["name"]?.text,
            let device = entries["device"]?.text,
            let replica = entries["replica"]?.integer.flatMap({ UInt32(exactly: $0) })
        else { return nil }
        self.init(
            server: server, token: token, email: email, user: user, name: name, device: device,
            replica: ReplicaID(replica), hasOwnAuthority: entries["authority"]?.boolean ?? false,
            tokenSince: entries["tokenSince"]?.integer)
    }
}

extension RecordID {
    fileprivate var value: Value { .string(description) }
}
