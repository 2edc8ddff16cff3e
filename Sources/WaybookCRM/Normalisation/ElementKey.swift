import WaybookModel

/// The keys of elements: two spellings of one thing have one key, so that they merge.
public enum ElementKey {
    /// Returns the key for what was typed; nil where nothing is left of it.
    public static func make(_ text: String, form: KeyForm) -> String? {
        let key =
            switch form {
            case .text: fold(text)
            case .phone: PhoneNumber(text).key
            case .email: EmailAddress(text).key
            case .handle: handle(text)
            case .identity: identity(text)
            }
        return key.isEmpty ? nil : key
    }

    /// Folds a word: compatibility forms, case and white space make no difference (Unicode §3.13, caseless matching).
    public static func fold(_ text: String) -> String {
        let folded = TypedText.plain(text).uppercased().lowercased()
        return TypedText.plain(folded).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// `WeChat: Anna_01` gives `wechat:anna_01`.
    private static func handle(_ text: String) -> String {
        fold(text).split(separator: ":", maxSplits: 1).map { TypedText.trim(String($0)) }.joined(separator: ":")
    }

    private static func identity(_ text: String) -> String {
        let trimmed = TypedText.trim(text)
        return RecordID(trimmed)?.description ?? trimmed
    }
}
