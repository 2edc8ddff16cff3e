/// Makes data safe to show on a terminal.
public enum PlainText {
    /// Replaces what would steer the terminal or hide text: control characters, escape sequences, changes of direction.
    ///
    /// Line ends and tabs become a space, the others `�`: a customer's name must not be able to move the cursor.
    ///
    /// - Parameter keepsLines: whether line feeds stay, for texts of several lines.
    public static func of(_ text: String, keepsLines: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where keepsLines: result.append(scalar)
            case "\n", "\t": result.append(" ")
            case "\r": break
            default: result.append(isUnsafe(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(result)
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F: true
        // Marks that change the direction of text (Unicode Standard Annex #9), line and paragraph separators.
        case 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
