import Foundation

/// Folds a character beyond ASCII to what it is searched by: compatibility form, lower case, no diacritics.
enum CharacterFolding {
    /// The folded scalars: none for a mark that is left out, several where one letter stands for two.
    static func fold(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] { common[scalar] ?? found(scalar) }

    /// What most texts hold beyond ASCII and plain Chinese, looked up once: Latin letters, punctuation, wide forms.
    private static let common: [Unicode.Scalar: [Unicode.Scalar]] = {
        let ranges: [ClosedRange<UInt32>] = [0x80...0x24F, 0x2000...0x206F, 0x3000...0x303F, 0xFF00...0xFFEF]
        let scalars = ranges.joined().compactMap { Unicode.Scalar($0) }
        return Dictionary(uniqueKeysWithValues: scalars.map { ($0, found($0)) })
    }()

    private static func found(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
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
