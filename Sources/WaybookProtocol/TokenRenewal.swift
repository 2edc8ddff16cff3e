import WaybookModel

/// The answer to `POST /v1/token`: the successor of the token that asked (`protocol/6-http.md`).
public struct TokenResponse: Sendable, Equatable {
    /// The new token, shown this once.
    public var token: String

    /// Makes an answer.
    public init(token: String) { self.token = token }

    /// Reads a body, nil when it is malformed. Unknown members are left aside.
    public init?(json: [UInt8]) {
        guard let token = (try? JSONParser.parse(json))?.entries?["token"]?.text else { return nil }
        self.init(token: token)
    }

    /// The body.
    public var json: [UInt8] { CanonicalJSON.bytes(["token": .string(token)]) }
}
