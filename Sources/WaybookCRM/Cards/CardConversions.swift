import WaybookModel

// The same thing as cards and records say it.

extension PhoneKind {
    /// What a number is for; nil where the card does not say.
    init?(_ kinds: Set<CardPhone.Kind>) {
        let order: [(CardPhone.Kind, PhoneKind)] = [
            (.fax, .fax), (.cell, .mobile), (.work, .work), (.home, .home), (.pager, .other),
        ]
        guard let found = order.first(where: { kinds.contains($0.0) }) else { return nil }
        self = found.1
    }

    var cardKinds: Set<CardPhone.Kind> {
        switch self {
        case .mobile: [.cell]
        case .work: [.work]
        case .home: [.home]
        case .fax: [.fax]
        case .other: []
        }
    }
}

extension Gender {
    /// Nil where a card says that there is none.
    init?(_ sex: VCard.Sex) {
        switch sex {
        case .male: self = .male
        case .female: self = .female
        case .other: self = .other
        case .unknown: self = .unknown
        case .none: return nil
        }
    }

    var sex: VCard.Sex {
        switch self {
        case .male: .male
        case .female: .female
        case .other: .other
        case .unknown: .unknown
        }
    }
}

extension CardMessenger {
    /// The account as records write it: `qq:12345`, or alone where no service is named.
    var text: String { service == Self.anyService ? handle : "\(service):\(handle)" }

    /// An account as records write it; nil for an empty one. A service that can be no scheme stays part of the account.
    init?(text: String) {
        let line = ContentText.line(Array(text.utf8))
        guard !line.isEmpty else { return nil }
        let (scheme, rest) = CardServices.parted(line)
        let handle = ContentText.line(Array(rest.utf8))
        // Another name of a service is not changed here: the element would have another key.
        if let scheme, scheme != Self.anyService, !handle.isEmpty, CardMessenger.scheme(scheme) == scheme {
            self.init(service: scheme, handle: handle)
        } else {
            self.init(service: Self.anyService, handle: line)
        }
    }
}

extension Address {
    /// A card's address; street, building and box are one text, and a country is taken where it has a code.
    init(_ address: CardAddress) {
        self.init(entries: [:])
        type = address.places.contains(.work) ? .work : address.places.contains(.home) ? .home : nil
        country = CountryCode.code(of: address.country)
        province = Self.line(address.region)
        city = Self.line(address.locality)
        street = Self.line(
            [address.extended, address.street, address.box].filter { !$0.isEmpty }.joined(separator: " "))
        postalCode = Self.line(address.postalCode)
    }

    private static func line(_ text: String) -> String? {
        let line = TypedText.line(text)
        return line.isEmpty ? nil : line
    }

    /// As a card says it: the district stands before the street, for cards have no place for it.
    var card: CardAddress {
        let places: Set<CardPlace> = type == .work ? [.work] : type == .home ? [.home] : []
        let street = [district, street].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
        return CardAddress(
            street: street, locality: city ?? "", region: province ?? "", postalCode: postalCode ?? "",
            country: country ?? "",
            places: places)
    }
}

/// Countries by the names that address books write.
enum CountryCode {
    private static let names = [
        "中国": "CN", "中华人民共和国": "CN", "china": "CN", "pr china": "CN", "p.r. china": "CN",
        "people's republic of china": "CN",
        "中国香港": "HK", "香港": "HK", "hong kong": "HK", "澳门": "MO", "macau": "MO", "macao": "MO", "台湾": "TW",
        "taiwan": "TW",
        "日本": "JP", "japan": "JP", "韩国": "KR", "south korea": "KR", "新加坡": "SG", "singapore": "SG", "美国": "US",
        "united states": "US", "united states of america": "US", "usa": "US", "u.s.a.": "US", "加拿大": "CA",
        "canada": "CA",
        "英国": "GB", "united kingdom": "GB", "uk": "GB", "great britain": "GB", "德国": "DE", "germany": "DE",
        "deutschland": "DE", "法国": "FR", "france": "FR", "意大利": "IT", "italy": "IT", "西班牙": "ES", "spain": "ES",
        "荷兰": "NL", "netherlands": "NL", "澳大利亚": "AU", "australia": "AU", "马来西亚": "MY", "malaysia": "MY",
        "泰国": "TH", "thailand": "TH", "越南": "VN", "vietnam": "VN", "印度": "IN", "india": "IN",
    ]

    /// The code of ISO 3166-1 for a country's name, or for the code itself; nil for what is not known.
    static func code(of name: String) -> String? {
        let folded = ElementKey.fold(name)
        if let known = names[folded] { return known }
        let isCode = folded.utf8.count == 2 && folded.utf8.allSatisfy { (0x61...0x7A).contains($0) }
        return isCode ? folded.uppercased() : nil
    }
}
