import WaybookModel

/// `POST /v1/sign-in`: who signs in, and on which device.
public struct SignInRequest: Sendable, Equatable {
    /// The most bytes of the body.
    public static let maximumBytes = 4 * 1_024

    /// The e-mail address as typed.
    public var email: String
    /// The password as typed; never logged.
    public var password: String
    /// The name of the device, for the list of devices.
    public var device: String
    /// The last token that this store had from this server: it keeps the replica number that came with it. Nil for a
    /// store that never had one.
    public var former: String?

    /// Makes a request.
    public init(email: String, password: String, device: String, former: String? = nil) {
        self.email = email
        self.password = password
        self.device = device
        self.former = former
    }

    /// Reads a body. Unknown members are left aside.
    ///
    /// - Returns: nil when it is malformed or a member is missing.
    public init?(json: [UInt8]) {
        guard let object = (try? JSONParser.parse(json))?.entries, let email = object["email"]?.text,
            let password = object["password"]?.text, let device = object["device"]?.text
        else { return nil }
        if let former = object["former"], former.text == nil { return nil }
        self.init(email: email, password: password, device: device, former: object["former"]?.text)
    }

    /// The body.
    public var json: [UInt8] { CanonicalJSON.bytes(.map(entries)) }

    var entries: [String: Value] {
        var object: [String: Value] = [:]
        object["email"] = .string(email)
        object["password"] = .string(password)
        object["device"] = .string(device)
        if let former { object["former"] = .string(former) }
        return object
    }
}

/// The answer to a sign-in.
public struct SignInResponse: Sendable, Equatable {
    /// The device's token, shown this once.
    public var token: String
    /// The replica number that the server gave to the device (`protocol/1-model.md`).
    public var replica: UInt32
    /// The user's id, lower-case UUID.
    public var user: String
    /// The user's name, for display.
    public var name: String

    /// Makes an answer.
    public init(token: String, replica: UInt32, user: String, name: String) {
        self.token = token
        self.replica = replica
        self.user = user
        self.name = name
    }

    /// Reads a body. Unknown members are left aside.
    ///
    /// - Returns: nil when it is malformed, a member is missing, or the replica number is not one.
    public init?(json: [UInt8]) {
        guard let object = (try? JSONParser.parse(json))?.entries, let token = object["token"]?.text,
            let replica = object["replica"]?.integer.flatMap({ UInt32(exactly: $0) }),
            let user = object["user"]?.text, let name = object["name"]?.text
        else { return nil }
        self.init(token: token, replica: replica, user: user, name: name)
    }

    /// The body.
    public var json: [UInt8] {
        var object: [String: Value] = [:]
        object["token"] = .string(token)
        object["replica"] = .int(Int64(replica))
        object["user"] = .string(user)
        object["name"] = .string(name)
        return CanonicalJSON.bytes(.map(object))
    }
}
