import WaybookModel

/// A refusal as RFC 9457 (`application/problem+json`) tells it, made of fixed texts and numbers only.
///
/// There is no place in it for text from a request, a decoder, SQL or a path: what is not there cannot leak (ADR-0007).
public struct Problem: Error, Sendable, Hashable {
    /// The media type of the body.
    public static let mediaType = "application/problem+json"

    /// What the client decides by.
    public let code: ProblemCode
    /// The HTTP status.
    public let status: Int
    /// What plain HTTP refused, when it was plain HTTP.
    public let refusal: HTTPRefusal?
    /// Seconds to wait, also told as `Retry-After`.
    public var retryAfterSeconds: Int?
    /// The next change set that the server expects (`gap`, `timeline`).
    public var expected: Int64?
    /// How a server goes on that was put back (`timeline`); nil where it does not know that it was.
    public var restored: RestoredTimeline?
    /// The limit that was passed, in its own unit (`too-large`).
    public var maximum: Int64?
    /// What of an invitation is refused (`fix-record`).
    public var rule: InvitationRule?

    /// Makes a problem of the closed list.
    ///
    /// - Parameters:
    ///   - code: what is wrong.
    ///   - status: another status than the code's own, for instance 503 for `slow-down` when a queue is full.
    public init(
        _ code: ProblemCode, status: Int? = nil, retryAfterSeconds: Int? = nil, expected: Int64? = nil,
        restored: RestoredTimeline? = nil, maximum: Int64? = nil, rule: InvitationRule? = nil
    ) {
        self.code = code
        self.rule = rule
        self.status = status ?? code.status
        self.refusal = nil
        self.retryAfterSeconds = retryAfterSeconds
        self.expected = expected
        self.restored = restored
        self.maximum = maximum
    }

    /// Makes the problem of a request that plain HTTP refuses.
    public init(_ refusal: HTTPRefusal, retryAfterSeconds: Int? = nil, maximum: Int64? = nil) {
        self.code = refusal.code
        self.status = refusal.status
        self.refusal = refusal
        self.retryAfterSeconds = retryAfterSeconds
        self.expected = nil
        self.maximum = maximum
        self.rule = nil
    }

    /// The identifier of the kind of problem, a URN that nobody needs to fetch.
    public var type: String { "urn:waybook:problem:" + (refusal?.rawValue ?? code.rawValue) }

    /// Returns the sentence that says what is wrong.
    public func title(_ language: ProblemLanguage) -> String {
        refusal?.sentence(language) ?? code.sentence(language)
    }

    /// Returns the body of `application/problem+json`: canonical JSON, so that equal problems are equal bytes.
    ///
    /// - Parameter request: the request's number in the server's log, digits and hexadecimal only.
    public func json(_ language: ProblemLanguage, request: String? = nil) -> [UInt8] {
        var entries = lineEntries
        entries["detail"] = .string(code.nextStep(language))
        entries["instance"] = request.map { .string("urn:waybook:request:" + $0) }
        entries["status"] = .int(Int64(status))
        entries["title"] = .string(title(language))
        entries["type"] = .string(type)
        return CanonicalJSON.bytes(.map(entries))
    }

    /// The problem as the `error` line of an exchange tells it: what a client decides by, no sentences.
    public var lineValue: Value { .map(lineEntries) }

    private var lineEntries: [String: Value] {
        var entries = restored?.entries ?? [:]
        entries["code"] = .string(code.rawValue)
        entries["expected"] = expected.map { .int($0) }
        entries["maximum"] = maximum.map { .int($0) }
        entries["retryAfter"] = retryAfterSeconds.map { .int(Int64($0)) }
        entries["rule"] = rule.map { .string($0.rawValue) }
        return entries
    }

    /// Reads a problem from a body. Unknown members are left aside, an unknown code is not a problem of this version.
    ///
    /// - Returns: nil when the body is none.
    public init?(json: [UInt8]) {
        guard let value = try? JSONParser.parse(json) else { return nil }
        self.init(lineValue: value)
    }

    /// Reads a problem from a body's or an error line's value.
    public init?(lineValue value: Value) {
        guard let entries = value.entries, let code = entries["code"]?.text.flatMap({ ProblemCode(rawValue: $0) })
        else {
            return nil
        }
        let status = entries["status"]?.integer.flatMap { Int(exactly: $0) } ?? code.status
        self.code = code
        self.status = (400...599).contains(status) ? status : code.status
        self.refusal = Self.refusal(ofType: entries["type"]?.text)
        self.retryAfterSeconds = entries["retryAfter"]?.integer.flatMap { Int(exactly: $0) }
        self.expected = entries["expected"]?.integer
        self.restored = RestoredTimeline(entries)
        self.maximum = entries["maximum"]?.integer
        self.rule = entries["rule"]?.text.flatMap { InvitationRule(rawValue: $0) }
    }

    private static func refusal(ofType text: String?) -> HTTPRefusal? {
        let prefix = "urn:waybook:problem:"
        guard let text, text.hasPrefix(prefix) else { return nil }
        return HTTPRefusal(rawValue: String(text.dropFirst(prefix.count)))
    }
}
