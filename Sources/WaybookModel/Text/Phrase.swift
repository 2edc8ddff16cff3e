/// A sentence in one language, written as a string literal with values in it.
///
/// Numbers are grouped by thousands (`4 812`), and counted words take their English form at the place where they stand:
/// `"\(count, one: "record", other: "records")"`.
public struct Phrase: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// The finished words.
    public let words: String

    /// Takes a literal without values.
    public init(stringLiteral value: String) {
        words = value
    }

    /// Takes a literal with its values filled in.
    public init(stringInterpolation: Interpolation) {
        words = stringInterpolation.words
    }

    /// Collects the pieces of a literal.
    public struct Interpolation: StringInterpolationProtocol, Sendable {
        fileprivate var words = ""

        /// Prepares for a literal of the given size.
        public init(literalCapacity: Int, interpolationCount: Int) {
            words.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        /// Appends words that stand in the catalogue.
        public mutating func appendLiteral(_ literal: String) {
            words += literal
        }

        /// Appends a text as it is.
        public mutating func appendInterpolation(_ text: String) {
            words += text
        }

        /// Appends a whole number, grouped by thousands.
        public mutating func appendInterpolation(_ number: Int) {
            words += Phrase.grouped(number)
        }

        /// Appends a number and the word it counts, `1 record`, `4 812 records`.
        public mutating func appendInterpolation(_ count: Int, one: String, other: String) {
            words += Phrase.grouped(count) + " " + (count == 1 ? one : other)
        }

        /// Appends only the form that fits the count, such as `is` or `are`.
        public mutating func appendInterpolation(plural count: Int, one: String, other: String) {
            words += count == 1 ? one : other
        }

        /// Appends several texts with a separator between them.
        public mutating func appendInterpolation(_ texts: [String], separator: String) {
            words += texts.joined(separator: separator)
        }
    }

    /// Stands between groups of three digits: the narrow no-break space, at which no terminal breaks a line
    /// (ISO 80000-1 §7.3.1; the separator is the same in both languages).
    static let groupSeparator: Character = "\u{202F}"

    /// Writes a whole number with a narrow space between groups of three digits.
    public static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        guard digits.utf8.count > 3 else { return String(number) }
        var result = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.utf8.count - index) % 3 == 0 { result.append(groupSeparator) }
            result.append(digit)
        }
        return result
    }
}
