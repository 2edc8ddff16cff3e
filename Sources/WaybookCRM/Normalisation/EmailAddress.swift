/// An e-mail address as typed, and the key by which it is known.
public struct EmailAddress: Hashable, Sendable {
    public let raw: String
    /// In lower case, without a display name or `mailto:`.
    public let key: String
    /// Whether it has the form of an address that mail can be sent to (RFC 5321 §4.5.3.1, without quoted local parts).
    public let isValid: Bool

    /// The most bytes of an address and of the part before the `@`.
    public static let maximumBytes = 254
    public static let maximumLocalBytes = 64

    public init(_ text: String) {
        raw = TypedText.line(text)
        var address = TypedText.plain(raw)
        if let open = address.lastIndex(of: "<"), address.last == ">" {
            address = String(address[address.index(after: open)...].dropLast())
        }
        if address.lowercased().hasPrefix("mailto:") { address = String(address.dropFirst(7)) }
        key = TypedText.trim(address).lowercased()
        isValid = Self.isAddress(key)
    }

    private static func isAddress(_ key: String) -> Bool {
        guard let at = key.lastIndex(of: "@"), key.utf8.count <= maximumBytes else { return false }
        let local = key[..<at]
        let labels = key[key.index(after: at)...].split(separator: ".", omittingEmptySubsequences: false)
        guard !local.isEmpty, local.utf8.count <= maximumLocalBytes, local.first != ".", local.last != ".",
            !local.contains(".."), local.allSatisfy({ !$0.isWhitespace && !"@,;:<>()[]\\\"".contains($0) })
        else { return false }
        return labels.count >= 2
            && labels.allSatisfy { label in
                !label.isEmpty && label.utf8.count <= 63 && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
            }
    }
}
