import HTTPTypes
import WaybookProtocol

/// What a request's head must be like, beyond what the decoder checks.
struct HeadRules {
    let limits: ServerLimits

    /// Returns why a head is refused; nil when it is not.
    func problem(of head: HTTPRequest) -> Problem? {
        guard let authority = head.authority, Self.isHost(authority),
            !head.headerFields.contains(where: { $0.name.canonicalName == "host" })
        else {
            return Problem(.missingHost)
        }
        guard head.method != .connect else { return Problem(.methodNotAllowed) }
        guard let target = head.path, target.utf8.first == UInt8(ascii: "/") else { return Problem(.badRequest) }
        guard target.utf8.count <= limits.targetBytes else {
            return Problem(.targetTooLong, maximum: Int64(limits.targetBytes))
        }
        guard target.utf8.count(where: { $0 == UInt8(ascii: "&") }) < limits.targetParameters else {
            return Problem(.targetTooLong, maximum: Int64(limits.targetParameters))
        }
        return lengthProblem(of: head.headerFields)
    }

    /// Refuses an announced length before a byte of it is read.
    private func lengthProblem(of fields: HTTPFields) -> Problem? {
        guard let field = fields[.contentLength] else { return nil }
        guard field.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !field.isEmpty else {
            return Problem(.badRequest)
        }
        guard let length = Int(field), length <= limits.bodyBytes else {
            return Problem(.bodyTooLarge, maximum: Int64(limits.bodyBytes))
        }
        return nil
    }

    /// A host and an optional port, of the characters that they may have (RFC 3986 §3.2.2).
    private static func isHost(_ authority: String) -> Bool {
        (1...262).contains(authority.utf8.count)
            && authority.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"),
                    UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "%"), UInt8(ascii: "~"):
                    true
                default: false
                }
            }
    }
}
