/// One text in every language that the product speaks; an entry that lacks a language does not compile.
public struct LocalizedText: Sendable, Hashable {
    /// The English text.
    public let en: String
    /// The Chinese text, in simplified characters.
    public let zh: String

    /// Puts the languages of one text side by side.
    public init(en: Phrase, zh: Phrase) {
        self.en = en.words
        self.zh = zh.words
    }

    /// Puts whole sentences one behind the other.
    public init(joining sentences: [LocalizedText]) {
        en = sentences.map(\.en).joined(separator: " ")
        zh = sentences.map(\.zh).joined()
    }

    /// Returns the text in the given language.
    public func callAsFunction(_ language: Language) -> String {
        switch language {
        case .english: en
        case .chinese: zh
        }
    }
}
