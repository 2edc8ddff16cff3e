/// A language in which the product speaks to people.
///
/// Adding a case makes every entry of the catalogue fail to compile until it has the new language.
public enum Language: String, Sendable, CaseIterable {
    /// English.
    case english = "en"
    /// Chinese in simplified characters (BCP 47 `zh-Hans`).
    case chinese = "zh-Hans"

    /// Chooses the language from environment variables, passed in as values.
    ///
    /// `WAYBOOK_LANG` comes first, then `LC_ALL`, `LC_MESSAGES`, `LANG` (POSIX.1-2017 §8.2). The first one that is set and
    /// not empty decides; a language that the product does not speak gives English.
    ///
    /// - Parameter environment: the process's environment, or a test's.
    public init(environment: [String: String]) {
        let names = ["WAYBOOK_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        let chosen = names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self = chosen.flatMap(Language.init(tag:)) ?? .english
    }

    /// Reads a locale name such as `zh_CN.UTF-8` or a BCP 47 tag such as `zh-Hans`; nil when the product does not speak it.
    ///
    /// Traditional Chinese gets the simplified texts: closer than English for its readers.
    public init?(tag: String) {
        let primary = tag.prefix { $0 != "_" && $0 != "-" && $0 != "." && $0 != "@" }.lowercased()
        switch primary {
        case "en": self = .english
        case "zh", "cmn", "yue": self = .chinese
        default: return nil
        }
    }
}
