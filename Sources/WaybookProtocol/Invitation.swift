import WaybookModel

/// `POST /v1/invitations`: an administrator adds a person, or asks for a new code for one who is there.
public struct InvitationRequest: Sendable, Equatable {
    /// The most bytes of the body.
    public static let maximumBytes = 4 * 1_024

    /// The e-mail address as typed.
    public var email: String
    /// The person's name; nil where nobody is to be added.
    public var name: String?
    /// The name of a ``Role``; nil for a sales rep.
    public var role: String?
    /// `en` or `zh-Hans`; nil for English.
    public var language: String?
    /// The person's time zone, as the IANA database names it; nil where it is not told.
    public var zone: String?

    /// Makes a request.
    public init(
        email: String, name: String? = nil, role: String? = nil, language: String? = nil, zone: String? = nil
    ) {
        self.email = email
        self.name = name
        self.role = role
        self.language = language
        self.zone = zone
    }

    /// Reads a body. Unknown members are left aside.
    ///
    /// - Returns: nil when it is malformed or the e-mail address is missing.
    public init?(json: [UInt8]) {
        guard let object = (try? JSONParser.parse(json))?.entries, let email = object["email"]?.text else { return nil }
        for name in ["name", "role", "language", "zone"] {
            if let member = object[name], member.text == nil { return nil }
        }
        self.init(
            email: email, name: object["name"]?.text, role: object["role"]?.text, language: object["language"]?.text,
            zone: object["zone"]?.text)
    }

    /// The body.
    public var json: [UInt8] {
        var object: [String: Value] = ["email": .string(email)]
        object["name"] = name.map { .string($0) }
        object["role"] = role.map { .string($0) }
        object["language"] = language.map { .string($0) }
        object["zone"] = zone.map { .string($0) }
        return CanonicalJSON.bytes(.map(object))
    }
}

/// The answer: the person, and the code that is shown this once.
public struct InvitationResponse: Sendable, Equatable {
    /// Whether the person was added by this request.
    public var isAdded: Bool
    /// The code, to be handed to the person by the administrator.
    public var code: String
    /// The normalised e-mail address.
    public var email: String
    /// When the code ends, milliseconds since 1970 by the server's clock.
    public var expires: Int64
    /// What the person is called, and is: as asked only where they were added.
    public var name: String
    /// The name of the person's ``Role``.
    public var role: String
    /// The person's id, lower-case UUID.
    public var user: String

    /// Makes an answer.
    public init(
        isAdded: Bool, code: String, email: String, expires: Int64, name: String, role: String, user: String
    ) {
        self.isAdded = isAdded
        self.code = code
        self.email = email
        self.expires = expires
        self.name = name
        self.role = role
        self.user = user
    }

    /// Reads a body, nil when it is malformed. Unknown members are left aside.
    public init?(json: [UInt8]) {
        guard let object = (try? JSONParser.parse(json))?.entries, let isAdded = object["added"]?.boolean,
            let code = object["code"]?.text, let email = object["email"]?.text,
            let expires = object["expires"]?.integer, let name = object["name"]?.text,
            let role = object["role"]?.text, let user = object["user"]?.text
        else { return nil }
        self.init(
            isAdded: isAdded, code: code, email: email, expires: expires, name: name, role: role, user: user)
    }

    /// The body.
    public var json: [UInt8] {
        CanonicalJSON.bytes([
            "added": .bool(isAdded), "code": .string(code), "email": .string(email), "expires": .int(expires),
            "name": .string(name), "role": .string(role), "user": .string(user),
        ])
    }
}

/// `POST /v1/invitations/accept`: who has a code chooses a password and signs in; answered as a sign-in is.
public struct InvitationAcceptance: Sendable, Equatable {
    /// The most bytes of the body.
    public static let maximumBytes = SignInRequest.maximumBytes
    /// The fewest characters of a new password (NIST SP 800-63B §3.1.1.2 asks for 8 at least).
    public static let minimumPasswordCharacters = 8

    /// The code as typed; never logged.
    public var code: String
    /// Who signs in with which new password, and on which device.
    public var signIn: SignInRequest

    /// Makes a request.
    public init(code: String, signIn: SignInRequest) {
        self.code = code
        self.signIn = signIn
    }

    /// Reads a body. Unknown members are left aside.
    ///
    /// - Returns: nil when it is malformed or a member is missing.
    public init?(json: [UInt8]) {
        guard let signIn = SignInRequest(json: json),
            let code = (try? JSONParser.parse(json))?.entries?["code"]?.text
        else { return nil }
        self.init(code: code, signIn: signIn)
    }

    /// The body: that of a sign-in, and `code`.
    public var json: [UInt8] {
        CanonicalJSON.bytes(.map(signIn.entries.merging(["code": .string(code)]) { $1 }))
    }
}
