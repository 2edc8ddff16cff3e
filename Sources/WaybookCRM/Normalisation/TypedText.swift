import Foundation

/// Text as a person typed it, in the one form in which it is stored.
public enum TypedText {
    /// Returns text of several lines in Unicode normal form C, without white space around it or a byte order mark, its
    /// lines ended by line feeds.
    public static func lines(_ text: String) -> String {
        let unified = text.replacing("\r\n", with: "\n").replacing("\r", with: "\n").replacing("\u{FEFF}", with: "")
        return trim(unified).precomposedStringWithCanonicalMapping
    }

    /// Returns text of one line: as ``lines(_:)``, each run of white space a single space.
    public static func line(_ text: String) -> String {
        lines(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Returns compatibility forms as plain ones (`ＡＢＣ１２` as `ABC12`), trimmed.
    public static func plain(_ text: String) -> String {
        trim(text.precomposedStringWithCompatibilityMapping)
    }

    static func trim(_ text: String) -> String {
        var slice = text[...]
        while slice.first?.isWhitespace == true { slice.removeFirst() }
        while slice.last?.isWhitespace == true { slice.removeLast() }
        return String(slice)
    }
}
