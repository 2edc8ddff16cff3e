/// Writes comma-separated values (RFC 4180) that spreadsheets open safely.
public struct CSVWriter: Sendable {
    /// Whether cells that a spreadsheet would take for a formula are disarmed; see ``FormulaGuard``.
    public let guardsFormulas: Bool
    /// Whether the file begins with a byte order mark, which Excel needs to read UTF-8.
    public let hasByteOrderMark: Bool

    /// Chooses how to write.
    public init(guardsFormulas: Bool = true, hasByteOrderMark: Bool = false) {
        self.guardsFormulas = guardsFormulas
        self.hasByteOrderMark = hasByteOrderMark
    }

    /// Returns what stands before the first row.
    public var beginning: String { hasByteOrderMark ? "\u{FEFF}" : "" }

    /// Returns one row with its CR LF.
    public func row(_ cells: [String]) -> String {
        let quoted = cells.map { cell in Self.quoted(guardsFormulas ? FormulaGuard.protected(cell) : cell) }
        // A row of one empty cell would be an empty line, which readers skip.
        return (quoted == [""] ? "\"\"" : quoted.joined(separator: ",")) + "\r\n"
    }

    private static func quoted(_ cell: String) -> String {
        let needsQuotes = cell.utf8.contains {
            $0 == Ascii.comma || $0 == Ascii.quote || $0 == Ascii.lineFeed || $0 == Ascii.carriageReturn
        }
        // The first cell of a file would lose what looks like a byte order mark.
        let isMarked = cell.utf8.starts(with: "\u{FEFF}".utf8)
        guard needsQuotes || isMarked || cell.utf8.first == 0x20 || cell.utf8.last == 0x20 else { return cell }
        var result: [UInt8] = [Ascii.quote]
        for byte in cell.utf8 {
            if byte == Ascii.quote { result.append(Ascii.quote) }
            result.append(byte)
        }
        result.append(Ascii.quote)
        return String(decoding: result, as: UTF8.self)
    }
}

/// Keeps spreadsheets from running a cell's text as a formula (OWASP, "CSV injection"), and takes the guard off again.
///
/// A cell that begins with `=`, `+`, `-`, `@`, a tab, a carriage return or their full-width forms gets an apostrophe in
/// front, unless it is a plain number or telephone number. `unprotected(protected(x)) == x` for every text.
public enum FormulaGuard {
    private static let triggers: Set<UInt32> = [
        0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D, 0x0A, 0xFF1D, 0xFF0B, 0xFF0D, 0xFF20,
    ]

    /// Returns the text as it may stand in a file.
    public static func protected(_ text: String) -> String {
        let isRisky = startsWithTrigger(text) && !isPlainNumber(text)
        return isRisky ? "'" + text : text
    }

    /// Returns the text that was protected.
    public static func unprotected(_ text: String) -> String {
        guard text.unicodeScalars.first == "'", startsWithTrigger(text) else { return text }
        return String(text.unicodeScalars.dropFirst())
    }

    /// Whether a trigger stands at the beginning, or behind nothing but apostrophes.
    private static func startsWithTrigger(_ text: String) -> Bool {
        text.unicodeScalars.first { $0 != "'" }.map { triggers.contains($0.value) } ?? false
    }

    /// Whether the text is a sign and then only digits, dots and spaces.
    private static func isPlainNumber(_ text: String) -> Bool {
        guard let sign = text.utf8.first, sign == 0x2B || sign == 0x2D, text.utf8.count > 1 else { return false }
        return text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x20 }
    }
}
