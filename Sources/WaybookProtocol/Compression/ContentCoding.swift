/// A coding of a body that both sides may use (RFC 9110 §8.4.1).
public enum ContentCoding: String, Sendable, CaseIterable {
    /// zstd with the dictionary that every program of this protocol has (`protocol/6-http.md#zstd-wb1`).
    case zstdShared = "zstd-wb1"
    case zstd
    case gzip
    case identity

    /// The value of `Accept-Encoding` that names what this product reads, the preferred first.
    public static let acceptEncoding = "zstd-wb1, zstd;q=0.9, gzip;q=0.8, identity;q=0.5"

    /// Reads a `Content-Encoding` field: nothing or one coding.
    ///
    /// - Parameter field: the field's value; nil and the empty string mean `identity`.
    /// - Returns: nil for a coding that is not known, and for a chain of codings, which nobody needs and which multiplies
    ///   bombs (ADR-0007).
    public static func ofContent(_ field: String?) -> ContentCoding? {
        guard let field else { return .identity }
        let name = field.trimmedOfBlanks().lowercased()
        switch name {
        case "", "identity": return .identity
        case "gzip", "x-gzip": return .gzip
        case "zstd": return .zstd
        case "zstd-wb1": return .zstdShared
        default: return nil
        }
    }

    /// Chooses the coding of a response from `Accept-Encoding` (RFC 9110 §12.5.3).
    ///
    /// The highest quality wins; among equals zstd-wb1 goes before zstd before gzip before identity. `x-gzip` is gzip. A
    /// malformed quality counts as 0. Only who names zstd-wb1 has its dictionary: `*` does not mean it.
    ///
    /// - Parameters:
    ///   - acceptEncoding: the field's value; nil means that the peer said nothing, hence `identity`.
    ///   - offered: what this side can produce.
    /// - Returns: nil when the peer accepts none of them.
    public static func negotiate(
        acceptEncoding: String?,
        offered: [ContentCoding] = ContentCoding.allCases
    ) -> ContentCoding? {
        guard let acceptEncoding else { return .identity }
        let qualities = AcceptedCodings(acceptEncoding)
        var best: (coding: ContentCoding, quality: Int)?
        for coding in ContentCoding.allCases where offered.contains(coding) {
            let quality = qualities.quality(of: coding)
            if quality > (best?.quality ?? 0) { best = (coding, quality) }
        }
        return best?.coding
    }
}

/// The parsed `Accept-Encoding`: qualities in thousandths.
struct AcceptedCodings {
    /// The most members of the list that are read; the rest is ignored.
    static let maximumMembers = 32

    private var named: [ContentCoding: Int] = [:]
    private var wildcard: Int?

    init(_ field: String) {
        for member in field.split(separator: ",", maxSplits: Self.maximumMembers).prefix(Self.maximumMembers) {
            let parts = member.split(separator: ";", omittingEmptySubsequences: false).map {
                String($0).trimmedOfBlanks().lowercased()
            }
            guard let name = parts.first, !name.isEmpty else { continue }
            let quality = Self.quality(parts.dropFirst())
            if name == "*" {
                wildcard = quality
            } else if let coding = ContentCoding.ofContent(name) {
                named[coding] = quality
            }
        }
    }

    /// Returns the quality of a coding, 0 to 1,000. `identity` is acceptable unless it is excluded.
    func quality(of coding: ContentCoding) -> Int {
        if let quality = named[coding] { return quality }
        if coding == .zstdShared { return 0 }
        if let wildcard { return wildcard }
        return coding == .identity ? 1 : 0
    }

    private static func quality(_ parameters: ArraySlice<String>) -> Int {
        guard let parameter = parameters.first(where: { $0.hasPrefix("q=") }) else { return 1_000 }
        return thousandths(parameter.dropFirst(2)) ?? 0
    }

    /// Reads a `qvalue`: 0 or 1, and up to three decimals, at most 1.
    private static func thousandths(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first, whole == "0" || whole == "1" else { return nil }
        let decimals = parts.count == 2 ? parts[1] : ""
        guard decimals.utf8.count <= 3, decimals.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let padded = String(decimals) + String(repeating: "0", count: 3 - decimals.utf8.count)
        guard let fraction = Int(padded) else { return nil }
        let value = (whole == "1" ? 1_000 : 0) + fraction
        return value <= 1_000 ? value : nil
    }
}

extension String {
    /// Returns the string without the spaces and tabs around it.
    func trimmedOfBlanks() -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let head = drop(while: isBlank)
        guard let last = head.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(head[...last])
    }
}
