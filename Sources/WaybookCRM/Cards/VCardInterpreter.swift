import WaybookModel

/// Makes a card of its lines: which property goes where, by the version that the card says it is of.
struct VCardInterpreter {
    private let lines: [ContentLine]
    private let line: Int
    private let value: ContentValue
    private var version = VCardVersion.v3
    /// Labels of groups: `item1.X-ABLabel:…`.
    private var labels: [String: String] = [:]
    private var card = VCard(formattedName: "")
    /// The tags that it has: looked up in the card itself, many of them would take the square of their number.
    private var categories: Set<String> = []
    private var given = Preferences()
    private(set) var keptOut: [String: Int] = [:]

    init(_ lines: [ContentLine], line: Int, encoding: TextEncoding?) {
        self.lines = lines
        self.line = line
        value = ContentValue(encoding: encoding)
        for line in lines where !Self.isTaken(line.name) && !Self.isSilent(line.name) { leaveOut(line.name) }
    }

    /// The ranks that a card gives telephone numbers, e-mail and postal addresses, beside them.
    private struct Preferences {
        var phones: [Int?] = []
        var emails: [Int?] = []
        var addresses: [Int?] = []
    }

    /// Whether a property is taken, by its name in capitals.
    static func isTaken(_ name: String) -> Bool { taken.contains(plain(name)) || CardServices.service(of: name) != nil }

    /// Whether a property is neither taken nor told: what is about the file, and what Waybook itself put there.
    private static func isSilent(_ name: String) -> Bool {
        ["PRODID", "X-PRODID", "SORT-STRING", "X-APPLE-OMIT-YEAR", VCardFaults.property].contains(name)
    }

    private static let taken: Set<String> = [
        "VERSION", "FN", "N", "NICKNAME", "ORG", "TITLE", "ROLE", "GENDER", "TEL", "EMAIL", "ADR", "IMPP", "URL",
        "BDAY",
        "ANNIVERSARY", "NOTE", "CATEGORIES", "UID", "REV", "LANG", "KIND", "MEMBER", "SOCIALPROFILE", "ABLABEL",
        "ABSHOWAS",
    ]

    /// Other names of a property: version 2.1 and 3.0 lack some that 4.0 has.
    private static func plain(_ name: String) -> String {
        switch name {
        case "X-ADDRESSBOOKSERVER-KIND": "KIND"
        case "X-ADDRESSBOOKSERVER-MEMBER": "MEMBER"
        case "X-NICKNAME", "X-GENDER", "X-IMPP", "X-ANNIVERSARY", "X-CATEGORIES", "X-LANG", "X-SOCIALPROFILE",
            "X-ABLABEL", "X-ABSHOWAS":
            String(name.dropFirst(2))
        default: name
        }
    }

    private mutating func leaveOut(_ name: String) { keptOut[name, default: 0] += 1 }

    /// Reads the lines.
    mutating func read() throws(VCardProblem) -> VCard {
        version = try readVersion()
        for line in lines where Self.plain(line.name) == "ABLABEL" {
            if let group = line.group, labels[group] == nil { labels[group] = try text(line) }
        }
        for line in lines where Self.isTaken(line.name) { try take(line) }
        rank()
        try nameIt()
        return card
    }

    private func readVersion() throws(VCardProblem) -> VCardVersion {
        guard let line = lines.first(where: { $0.name == "VERSION" }) else { return .v3 }
        let text = ContentText.line(line.value)
        guard let version = VCardVersion(rawValue: text) else {
            throw VCardProblem(line: line.number, .versionUnknown(String(text.prefix(20))))
        }
        return version
    }

    private mutating func take(_ line: ContentLine) throws(VCardProblem) {
        // No text that is taken stands in base64.
        guard line.transfer != .base64 else { return leaveOut(line.name) }
        if let service = CardServices.service(of: line.name) {
            return add(CardMessenger(service: service, handle: try text(line)), line.name)
        }
        switch Self.plain(line.name) {
        case "FN": try single(line, \.formattedName)
        case "N": try takeName(line)
        case "NICKNAME": card.nicknames += try list(line)
        case "ORG": try takeOrganization(line)
        case "TITLE": try single(line, \.title)
        case "ROLE": try single(line, \.role)
        case "UID": try single(line, \.uid)
        case "LANG": try single(line, \.language)
        case "NOTE": try takeNote(line)
        case "URL": try takeURL(line)
        case "CATEGORIES":
            for text in try list(line) where categories.insert(text).inserted { card.categories.append(text) }
        case "MEMBER": if let member = try optional(line) { card.members.append(member) }
        case "KIND": try takeKind(line)
        case "ABSHOWAS": if try text(line).uppercased() == "COMPANY" { card.kind = .organization }
        case "GENDER": try takeSex(line)
        case "TEL": try takePhone(line)
        case "EMAIL": try takeEmail(line)
        case "ADR": try takeAddress(line)
        case "IMPP", "SOCIALPROFILE": try takeMessenger(line)
        case "BDAY": try takeDate(line, \.birthday)
        case "ANNIVERSARY": try takeDate(line, \.anniversary)
        case "REV": try takeRevision(line)
        default: break
        }
    }

    // MARK: Texts

    private func utf8(_ line: ContentLine) throws(VCardProblem) -> [UInt8] {
        do throws(ContentValue.InvalidText) {
            return try value.utf8(line)
        } catch {
            throw VCardProblem(line: line.number, .textInvalid(property: line.name, encoding: error.encoding))
        }
    }

    private func text(_ line: ContentLine) throws(VCardProblem) -> String {
        ContentText.line(ContentText.unescaped(try utf8(line), version.escapes))
    }

    private func optional(_ line: ContentLine) throws(VCardProblem) -> String? {
        let text = try text(line)
        return text.isEmpty ? nil : text
    }

    private func list(_ line: ContentLine) throws(VCardProblem) -> [String] {
        ContentText.parts(try utf8(line), at: Ascii.comma, version.escapes).map(ContentText.line).filter { !$0.isEmpty }
    }

    /// The first of a property that has one value; further ones are left out.
    private mutating func single(_ line: ContentLine, _ place: WritableKeyPath<VCard, String?>) throws(VCardProblem) {
        guard let text = try optional(line) else { return }
        if card[keyPath: place] == nil { card[keyPath: place] = text } else { leaveOut(line.name) }
    }

    private mutating func single(_ line: ContentLine, _ place: WritableKeyPath<VCard, String>) throws(VCardProblem) {
        guard let text = try optional(line) else { return }
        if card[keyPath: place].isEmpty { card[keyPath: place] = text } else { leaveOut(line.name) }
    }

    private mutating func takeNote(_ line: ContentLine) throws(VCardProblem) {
        let text = ContentText.lines(ContentText.unescaped(try utf8(line), version.escapes))
        guard !text.isEmpty else { return }
        card.note = card.note.map { "\($0)\n\(text)" } ?? text
    }

    private mutating func takeURL(_ line: ContentLine) throws(VCardProblem) {
        if let url = try optional(line) { card.urls.append(url) }
    }

    // MARK: Who it is

    /// Components of a structured value; several values of one are joined.
    private func components(
        _ line: ContentLine, _ count: Int, joinedBy separator: String
    ) throws(VCardProblem) -> [String] {
        let inner: UInt8? = version == .v2 ? nil : Ascii.comma
        let parts = ContentText.nested(try utf8(line), at: Ascii.semicolon, then: inner, version.escapes)
        let texts = parts.prefix(count).map { values in
            values.map { value in separator == ", " ? ContentText.lines(value) : ContentText.line(value) }
                .filter { !$0.isEmpty }.joined(separator: separator)
        }
        return texts + Array(repeating: "", count: max(0, count - texts.count))
    }

    private mutating func takeName(_ line: ContentLine) throws(VCardProblem) {
        let parts = try components(line, 5, joinedBy: " ")
        guard parts.contains(where: { !$0.isEmpty }) else { return }
        guard card.name == nil else { return leaveOut(line.name) }
        card.name = CardName(
            family: parts[0], given: parts[1], additional: parts[2], prefix: parts[3], suffix: parts[4])
    }

    private mutating func takeOrganization(_ line: ContentLine) throws(VCardProblem) {
        let parts = ContentText.parts(try utf8(line), at: Ascii.semicolon, version.escapes)
        var names = parts.map(ContentText.line)
        while names.last?.isEmpty == true { names.removeLast() }
        guard !names.isEmpty else { return }
        if card.organization.isEmpty { card.organization = names } else { leaveOut(line.name) }
    }

    private mutating func takeKind(_ line: ContentLine) throws(VCardProblem) {
        switch try text(line).lowercased() {
        case "individual": break
        case "org", "organization": card.kind = .organization
        case "group": card.kind = .group
        default: leaveOut(line.name)
        }
    }

    private mutating func takeSex(_ line: ContentLine) throws(VCardProblem) {
        let parts = ContentText.parts(try utf8(line), at: Ascii.semicolon, version.escapes)
        guard let letter = parts.first.map(ContentText.line)?.uppercased().first else { return }
        card.sex = VCard.Sex(rawValue: String(letter)) ?? card.sex
    }

    private mutating func takeDate(
        _ line: ContentLine, _ place: WritableKeyPath<VCard, CardDate?>
    ) throws(VCardProblem) {
        let isText = line.values(of: "VALUE").contains("text")
        let omitted = line.value(of: "X-APPLE-OMIT-YEAR").flatMap { Int($0) }
        guard let date = CardDate(try text(line), isText: isText, omittedYear: omitted) else { return }
        if card[keyPath: place] == nil { card[keyPath: place] = date } else { leaveOut(line.name) }
    }

    private mutating func takeRevision(_ line: ContentLine) throws(VCardProblem) {
        guard let moment = BasicTime(try text(line))?.instant else { return leaveOut(line.name) }
        if card.revision == nil { card.revision = moment } else { leaveOut(line.name) }
    }

    // MARK: Ways to reach somebody

    /// The types of a line, and what people call it where that is none: the label of its group, which is used up, for it
    /// belongs to one line.
    private mutating func types(_ line: ContentLine) -> (types: Set<String>, label: String?) {
        let label = line.group.flatMap { labels.removeValue(forKey: $0) } ?? ""
        let known = CardLabels.types(of: label)
        let types = Set((line.values(of: "TYPE") + known).map { CardLabels.type($0) })
        return (types, label.isEmpty || !known.isEmpty ? nil : label)
    }

    /// 1…100, 1 for the most preferred; nil for none.
    private func preference(_ line: ContentLine) -> Int? {
        if let rank = line.value(of: "PREF").flatMap({ Int($0) }), (1...100).contains(rank) { return rank }
        return line.values(of: "TYPE").contains("pref") ? 1 : nil
    }

    private mutating func takePhone(_ line: ContentLine) throws(VCardProblem) {
        let (types, label) = types(line)
        let kinds = Set(CardPhone.Kind.allCases.filter { types.contains($0.rawValue) })
        guard let phone = CardPhone(CardPhone.text(ofURI: try text(line)), kinds: kinds, label: label) else { return }
        card.phones.append(phone)
        given.phones.append(preference(line))
    }

    private mutating func takeEmail(_ line: ContentLine) throws(VCardProblem) {
        guard let address = try optional(line) else { return }
        let (places, label) = places(line)
        card.emails.append(CardEmail(address: address, places: places, label: label))
        given.emails.append(preference(line))
    }

    private mutating func places(_ line: ContentLine) -> (places: Set<CardPlace>, label: String?) {
        let (types, label) = types(line)
        return (Set(CardPlace.allCases.filter { types.contains($0.rawValue) }), label)
    }

    private mutating func takeAddress(_ line: ContentLine) throws(VCardProblem) {
        let parts = try components(line, 7, joinedBy: ", ")
        guard parts.contains(where: { !$0.isEmpty }) else { return }
        func one(_ index: Int) -> String { ContentText.line(Array(parts[index].utf8)) }
        card.addresses.append(
            CardAddress(
                box: one(0), extended: one(1), street: parts[2], locality: one(3), region: one(4), postalCode: one(5),
                country: one(6), places: places(line).places))
        given.addresses.append(preference(line))
    }

    private mutating func takeMessenger(_ line: ContentLine) throws(VCardProblem) {
        let text = try text(line)
        let named = line.value(of: "X-SERVICE-TYPE") ?? (line.name == "IMPP" ? nil : line.values(of: "TYPE").first)
        let (scheme, rest) = CardServices.parted(text)
        let service = named.map(CardMessenger.scheme) ?? scheme.map(CardMessenger.scheme) ?? CardMessenger.anyService
        let handle = scheme == nil ? text : PercentText.decoded(Array(rest.utf8))
        add(CardMessenger(service: service, handle: handle), line.name)
    }

    private mutating func add(_ messenger: CardMessenger, _ name: String) {
        guard !messenger.handle.isEmpty else { return }
        if !card.messengers.contains(messenger) { card.messengers.append(messenger) }
    }

    /// Marks the best of each list, where the card ranks any.
    private mutating func rank() {
        let best = (
            given.phones.compactMap { $0 }.min(), given.emails.compactMap { $0 }.min(),
            given.addresses.compactMap { $0 }.min()
        )
        for (index, rank) in given.phones.enumerated() where rank != nil {
            card.phones[index].isPreferred = rank == best.0
        }
        for (index, rank) in given.emails.enumerated() where rank != nil {
            card.emails[index].isPreferred = rank == best.1
        }
        for (index, rank) in given.addresses.enumerated() where rank != nil {
            card.addresses[index].isPreferred = rank == best.2
        }
    }

    /// Makes a name where FN is missing, and lets go of an N that only repeats it.
    private mutating func nameIt() throws(VCardProblem) {
        if card.formattedName.isEmpty {
            let candidates = [
                card.name?.joined, card.organization.first { !$0.isEmpty }, card.nicknames.first,
                card.emails.first?.address,
                card.phones.first?.text,
            ]
            guard let name = candidates.compactMap({ $0 }).first(where: { !$0.isEmpty }) else {
                throw VCardProblem(line: line, .nameMissing)
            }
            card.formattedName = ContentText.line(Array(name.utf8))
        }
        let parts = card.name?.components.filter { !$0.isEmpty } ?? []
        if parts == [card.formattedName] { card.name = nil }
    }
}
