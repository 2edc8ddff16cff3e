import WaybookModel

/// What a card says of somebody, whatever its version: the properties that Waybook takes (RFC 6350 §6).
///
/// Texts are one line without white space around it unless said otherwise, and never empty; lists keep the order of the card.
/// What is read is so; the writer makes so what is not. A value type without identity; nothing is resolved or looked up.
public struct VCard: Sendable, Hashable {
    /// KIND (§6.1.4): what the card is about.
    public enum Kind: String, Sendable, CaseIterable {
        case individual, organization, group
    }

    /// GENDER (§6.2.7), its first component.
    public enum Sex: String, Sendable, CaseIterable {
        case male = "M"
        case female = "F"
        case other = "O"
        case none = "N"
        case unknown = "U"
    }

    public var kind: Kind
    /// FN (§6.2.1): as people call it; the only text that every card has.
    public var formattedName: String
    /// N (§6.2.2); nil where the card does not part the name, or only repeats it in one component.
    public var name: CardName?
    /// NICKNAME (§6.2.3).
    public var nicknames: [String] = []
    /// ORG (§6.6.4): the organisation and its units, from large to small; inner ones may be empty.
    public var organization: [String] = []
    /// TITLE (§6.6.1).
    public var title: String?
    /// ROLE (§6.6.2).
    public var role: String?
    public var sex: Sex?
    /// TEL (§6.4.1).
    public var phones: [CardPhone] = []
    /// EMAIL (§6.4.2).
    public var emails: [CardEmail] = []
    /// ADR (§6.3.1).
    public var addresses: [CardAddress] = []
    /// IMPP (§6.4.3), with what 2.1 and 3.0 have instead (`X-QQ`, `X-SOCIALPROFILE`).
    public var messengers: [CardMessenger] = []
    /// URL (§6.7.8).
    public var urls: [String] = []
    /// BDAY (§6.2.5).
    public var birthday: CardDate?
    /// ANNIVERSARY (§6.2.6).
    public var anniversary: CardDate?
    /// NOTE (§6.7.2), several joined; of several lines.
    public var note: String?
    /// CATEGORIES (§6.7.1), each once.
    public var categories: [String] = []
    /// MEMBER (§6.6.5): who belongs to a group, as identities of cards.
    public var members: [String] = []
    /// UID (§6.7.6): what the card is known by everywhere.
    public var uid: String?
    /// REV (§6.7.4), in whole seconds.
    public var revision: Instant?
    /// LANG (§6.4.4), the first.
    public var language: String?

    /// Makes a card that says nothing but a name.
    public init(kind: Kind = .individual, formattedName: String) {
        self.kind = kind
        self.formattedName = formattedName
    }
}
