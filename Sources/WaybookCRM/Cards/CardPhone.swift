/// A telephone number (TEL, RFC 6350 §6.4.1).
public struct CardPhone: Sendable, Hashable {
    /// What a number is for; other types are not kept.
    public enum Kind: String, Sendable, CaseIterable {
        case cell, fax, home, pager, work
    }

    /// As it stands, one line, not empty, without extension; not checked.
    public var number: String
    /// One to eight digits (`;ext=` of RFC 3966 §3, `转 801`, `ext. 801`, `x801`, `#801`).
    public var suffix: String?
    public var kinds: Set<Kind>
    public var isPreferred: Bool
    /// What people call it (`X-ABLabel`), where that is not one of the kinds.
    public var label: String?

    /// Takes a number apart from an extension that its text ends with.
    /// - Parameter text: nothing is made of a text without anything in it but white space.
    public init?(_ text: String, kinds: Set<Kind> = [], isPreferred: Bool = false, label: String? = nil) {
        let line = Self.withoutScheme(ContentText.line(Array(text.utf8)))
        guard !line.isEmpty else { return nil }
        (number, suffix) = Self.parted(line)
        self.kinds = kinds
        self.isPreferred = isPreferred
        self.label = label
    }

    /// Number and extension as people write them.
    public var text: String { suffix.map { "\(number) ext. \($0)" } ?? number }

    /// The `tel:` URI (RFC 3966 §3); nil where the number is none of the whole world, such as `+86-21-62345678`.
    var uri: String? {
        let digits = number.utf8.dropFirst()
        guard number.utf8.first == 0x2B, digits.contains(where: Self.isDigit),
            digits.allSatisfy({ byte in
                Self.isDigit(byte) || [0x2D, 0x2E, 0x28, 0x29].contains(byte)
            })
        else { return nil }
        return "tel:\(number)" + (suffix.map { ";ext=\($0)" } ?? "")
    }

    /// The text that a `tel:` URI stands for; other parameters than the extension are left out. The text itself where it is
    /// no such URI.
    static func text(ofURI uri: String) -> String {
        guard uri.utf8.prefix(4).map(Ascii.capital).elementsEqual("TEL:".utf8) else { return uri }
        let parts = Array(uri.utf8.dropFirst(4)).split(separator: Ascii.semicolon, omittingEmptySubsequences: false)
        let number = PercentText.decoded(Array(parts.first ?? []))
        let suffixes = parts.dropFirst().compactMap { part -> String? in
            let bytes = Array(part)
            guard bytes.prefix(4).map(Ascii.capital).elementsEqual("EXT=".utf8) else { return nil }
            let digits = bytes.dropFirst(4).filter(isDigit)
            return (1...8).contains(digits.count) ? String(decoding: digits, as: UTF8.self) : nil
        }
        return number + (suffixes.first.map { " ext. \($0)" } ?? "")
    }

    /// The text without a `tel:` in front, however many there are: what is read back must not lose one more.
    private static func withoutScheme(_ line: String) -> String {
        var rest = Array(line.utf8)[...]
        while true {
            rest = rest.drop(while: Ascii.isBlank)
            guard rest.prefix(4).map(Ascii.capital).elementsEqual("TEL:".utf8) else { break }
            rest = rest.dropFirst(4)
        }
        return ContentText.line(Array(rest))
    }

    private static let marks = [";EXT=", "转", "EXT.", "EXT", "#", "X"].map { Array($0.utf8) }

    /// The number, and the digits behind the last mark of an extension.
    private static func parted(_ line: String) -> (String, String?) {
        let bytes = Array(line.utf8)
        let digits = bytes.reversed().prefix(while: isDigit).count
        guard (1...8).contains(digits) else { return (line, nil) }
        let front = bytes.dropLast(digits).reversed().drop(while: Ascii.isBlank).reversed().map(Ascii.capital)
        for mark in marks where front.count > mark.count && front.suffix(mark.count).elementsEqual(mark) {
            let rest = bytes.prefix(front.count - mark.count)
            let number = ContentText.line(Array(rest))
            // What stands before must be a number itself.
            guard let last = number.utf8.last, isDigit(last) || last == 0x29 else { continue }
            return (number, String(decoding: bytes.suffix(digits), as: UTF8.self))
        }
        return (line, nil)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

/// Percent-encoding (RFC 3986 §2.1).
enum PercentText {
    /// One line; as it stands where what comes out is no UTF-8.
    static func decoded(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x25, index + 2 < bytes.count, let high = Ascii.hexDigit(bytes[index + 1]),
                let low = Ascii.hexDigit(bytes[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        var checker = UTF8Checker()
        return ContentText.line(checker.accepts(result) && checker.isComplete ? result : bytes)
    }

    /// With all escaped but what RFC 3986 §2.3 does not reserve, `@`, `+` and `/`.
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(Ascii.capital(byte))
                || "-._~@+/".utf8.contains(byte)
            result += isPlain ? [byte] : [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: result, as: UTF8.self)
    }
}
