/// The parts of a person's name (N, RFC 6350 §6.2.2), each one line, empty where there is none; several values of a part are
/// joined by a space.
public struct CardName: Sendable, Hashable {
    public var family: String
    public var given: String
    public var additional: String
    public var prefix: String
    public var suffix: String

    public init(
        family: String = "", given: String = "", additional: String = "", prefix: String = "", suffix: String = ""
    ) {
        self.family = family
        self.given = given
        self.additional = additional
        self.prefix = prefix
        self.suffix = suffix
    }

    /// In the order of the card: family, given, additional, prefix, suffix.
    var components: [String] { [family, given, additional, prefix, suffix] }

    /// The parts as one name: with spaces, but for names in Chinese characters, of which the family name comes first.
    var joined: String {
        let isChinese = (family + given).unicodeScalars.contains { (0x3400...0x9FFF).contains($0.value) }
        if isChinese { return family + given + additional }
        return [prefix, given, additional, family, suffix].filter { !$0.isEmpty }.joined(separator: " ")
    }
}

/// Where something belongs (TYPE `home` and `work`, RFC 6350 §5.6).
public enum CardPlace: String, Sendable, CaseIterable {
    case home, work
}

/// An e-mail address (EMAIL, RFC 6350 §6.4.2).
public struct CardEmail: Sendable, Hashable {
    /// As it stands; one line, not checked.
    public var address: String
    public var places: Set<CardPlace>
    /// Whether the card prefers it to its others (PREF, RFC 6350 §5.3; TYPE `pref` before that).
    public var isPreferred: Bool
    /// What people call it (`X-ABLabel`), where that is not one of the places.
    public var label: String?

    public init(address: String, places: Set<CardPlace> = [], isPreferred: Bool = false, label: String? = nil) {
        self.address = address
        self.places = places
        self.isPreferred = isPreferred
        self.label = label
    }
}

/// A postal address (ADR, RFC 6350 §6.3.1), each part one line but the street; empty where there is none. Several values of a
/// part are joined by a comma.
public struct CardAddress: Sendable, Hashable {
    public var box: String
    public var extended: String
    /// Of several lines, perhaps.
    public var street: String
    public var locality: String
    public var region: String
    public var postalCode: String
    public var country: String
    public var places: Set<CardPlace>
    public var isPreferred: Bool

    public init(
        box: String = "", extended: String = "", street: String = "", locality: String = "", region: String = "",
        postalCode: String = "", country: String = "", places: Set<CardPlace> = [], isPreferred: Bool = false
    ) {
        self.box = box
        self.extended = extended
        self.street = street
        self.locality = locality
        self.region = region
        self.postalCode = postalCode
        self.country = country
        self.places = places
        self.isPreferred = isPreferred
    }

    /// In the order of the card.
    var components: [String] { [box, extended, street, locality, region, postalCode, country] }

    /// All of it on one line, from large to small; nil for an empty one.
    public var line: String? {
        let parts = [country, region, locality, street, extended, box, postalCode].filter { !$0.isEmpty }
        return parts.isEmpty ? nil : ContentText.line(Array(parts.joined(separator: " ").utf8))
    }
}

/// An account at a service of messages (IMPP, RFC 6350 §6.4.3, RFC 4770).
public struct CardMessenger: Sendable, Hashable {
    /// The service that is meant where a card names none.
    public static let anyService = "im"

    /// In small letters: a scheme of RFC 3986 §3.1, such as `qq`, `wechat`, `xmpp`; ``anyService`` for none.
    public var service: String
    /// The account, one line, not empty.
    public var handle: String

    public init(service: String, handle: String) {
        self.service = service
        self.handle = handle
    }

    /// A service's name as a scheme: other names of it as one, and ``anyService`` for what can be none.
    static func scheme(_ name: String) -> String {
        let folded = ContentText.line(Array(name.lowercased().utf8))
        if let known = otherNames[folded] { return known }
        let isFirstLetter = folded.utf8.first.map { (0x61...0x7A).contains($0) } ?? false
        let isScheme = folded.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || [0x2B, 0x2D, 0x2E].contains($0)
        }
        // The address of a page is all of it an account.
        let isPage = folded == "http" || folded == "https"
        return isFirstLetter && isScheme && !isPage && folded.utf8.count <= 32 ? folded : anyService
    }

    private static let otherNames = [
        "weixin": "wechat", "微信": "wechat", "tencent": "qq", "腾讯qq": "qq", "msnim": "msn", "jabber": "xmpp",
        "googletalk": "xmpp", "微博": "weibo", "sinaweibo": "weibo", "skype-username": "skype", "钉钉": "dingtalk",
    ]
}
