import Foundation

/// Folds a character beyond ASCII to what it is searched by: compatibility form, lower case, no diacritics.
enum CharacterFolding {
    /// The folded scalars: none for a mark that is left out, several where one letter stands for two.
    static func fold(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        if scalar.properties.generalCategory == .nonspacingMark { return [] }
        return String(scalar).decomposedStringWithCompatibilityMapping.unicodeScalars
            .filter { $0.properties.generalCategory != .nonspacingMark }
            .flatMap { $0.properties.lowercaseMapping.unicodeScalars }
            .filter { $0.properties.generalCategory != .nonspacingMark }
            .flatMap { undecomposed[$0] ?? [$0] }
    }

    /// Letters that Unicode does not decompose, as people type them who do not have the key.
    private static let undecomposed: [Unicode.Scalar: [Unicode.Scalar]] = [
        "ß": ["s", "s"], "æ": ["a", "e"], "œ": ["o", "e"], "ø": ["o"], "ł": ["l"], "đ": ["d"], "ð": ["d"],
        "þ": ["t", "h"], "ħ": ["h"], "ı": ["i"], "ŋ": ["n"], "ŧ": ["t"], "ς": ["σ"],
        "‐": ["-"], "–": ["-"], "—": ["-"], "−": ["-"],
    ]
}
