import WaybookModel

// Cards of records.
extension VCard {
    /// The system under which a card's UID stands among a record's external identities.
    public static let externalSystem = "vcard"
    /// The longest UID that is kept there, in characters.
    static let mostExternalCharacters = 200

    /// The card of a customer.
    /// - Parameter customer: with its stamps; the latest is when the card was changed.
    public init(customer: View<Customer>) {
        let isPerson = customer.kind == .person || customer.kind == nil && Self.readsAsPerson(customer)
        self.init(kind: isPerson ? .individual : .organization, formattedName: customer.name ?? customer.id.description)
        identify(customer.record)
        if let nickname = customer.nickname { nicknames = [nickname] }
        phones = Self.phones(customer.phones) { customer.isFlagged(\.phones, key: $0, flag: "optOut") }
        emails = Self.emails(customer.emails) { customer.isFlagged(\.emails, key: $0, flag: "optOut") }
        messengers = Self.messengers(customer.socials)
        addresses = Self.addresses(of: customer.record)
        urls = customer.website.map { [$0] } ?? []
        categories = customer.tags
        note = customer.notes
        guard isPerson else {
            organization = [formattedName]
            return
        }
        person(customer.personName, customer.birthday, customer.gender)
        title = customer.jobTitle
        role = customer.occupation
    }

    /// Whether a customer of whom nobody has said what they are has what only persons have.
    private static func readsAsPerson(_ customer: View<Customer>) -> Bool {
        customer.personName != nil || customer.birthday != nil || customer.gender != nil || customer.jobTitle != nil
            || customer.occupation != nil
    }

    /// The card of a contact.
    /// - Parameters:
    ///   - contact: with its stamps, as above.
    ///   - organization: what the customer is called.
    public init(contact: View<Contact>, at organization: String?) {
        self.init(formattedName: contact.name ?? contact.id.description)
        identify(contact.record)
        self.organization = [organization, contact.department].compactMap { $0 }
        if organization == nil { self.organization = [] }
        title = contact.jobTitle
        phones = Self.phones(contact.phones) { contact.isFlagged(\.phones, key: $0, flag: "optOut") }
        emails = Self.emails(contact.emails) { contact.isFlagged(\.emails, key: $0, flag: "optOut") }
        messengers = Self.messengers(contact.socials)
        categories = contact.tags
        note = contact.notes
        person(contact.personName, contact.birthday, contact.gender)
    }

    private mutating func identify(_ record: VersionedRecord) {
        uid = record.elements(of: "externalIds")[Self.externalSystem]?.text ?? "urn:uuid:\(record.id)"
        let moment = record.highestStamp.map { Int64($0.milliseconds) / 1_000 * 1_000 } ?? 0
        if moment > 0 { revision = Instant(milliseconds: moment) }
    }

    private mutating func person(_ parts: PersonName?, _ birthday: PartialDate?, _ gender: Gender?) {
        let name = CardName(family: parts?.family ?? "", given: parts?.given ?? "")
        self.name = name.components.filter { !$0.isEmpty } == [formattedName] || name == CardName() ? nil : name
        self.birthday = birthday.map { CardDate($0) }
        sex = gender?.sex
    }

    /// Numbers by their keys, without those whose holder does not want to be reached by them.
    private static func phones(_ phones: [String: Phone], isOut: (String) -> Bool) -> [CardPhone] {
        CanonicalJSON.sortedKeys(phones.keys).filter { !isOut($0) }.compactMap { key in
            guard let phone = phones[key] else { return nil }
            let number = PhoneNumber(key)
            let text = number.isValid && number.key == key ? key : phone.raw ?? key
            return CardPhone(
                text, kinds: phone.type?.cardKinds ?? [], isPreferred: phone.isPrimary ?? false, label: phone.note)
        }
    }

    private static func emails(_ emails: [String: Email], isOut: (String) -> Bool) -> [CardEmail] {
        CanonicalJSON.sortedKeys(emails.keys).filter { !isOut($0) }.compactMap { key in
            guard let email = emails[key] else { return nil }
            let places: Set<CardPlace> = email.type == .work ? [.work] : email.type == .personal ? [.home] : []
            return CardEmail(address: key, places: places, isPreferred: email.isPrimary ?? false, label: email.note)
        }
    }

    private static func messengers(_ socials: [String: String]) -> [CardMessenger] {
        CanonicalJSON.sortedKeys(socials.keys).compactMap { socials[$0].flatMap { CardMessenger(text: $0) } }
    }

    /// The addresses of a customer; where there are none, its town, region and country as one.
    static func addresses(of record: VersionedRecord) -> [CardAddress] {
        let customer = View<Customer>(record)
        let addresses = CanonicalJSON.sortedKeys(customer.addresses.keys).compactMap { customer.addresses[$0]?.card }
        guard addresses.isEmpty else { return addresses }
        let place = CardAddress(
            locality: customer.city ?? "", region: customer.region ?? "", country: customer.country ?? "")
        return place == CardAddress() ? [] : [place]
    }
}
