import WaybookModel

/// What a card becomes (`docs/decisions/0027-cards-and-calendars.md`).
public enum CardSubject: Sendable, Hashable {
    /// A customer that is an organisation.
    case organization
    /// A customer that is a person: a card without an organisation.
    case person
    /// A contact at the customer of that name: a card of somebody at an organisation.
    case contact(at: String)

    /// Nil for a group, which is nobody.
    public init?(_ card: VCard) {
        let organization = card.organization.first { !$0.isEmpty }
        switch card.kind {
        case .group: return nil
        case .organization: self = .organization
        case .individual:
            guard let organization else {
                self = .person
                return
            }
            // Address books that know no kinds write an organisation so.
            let isItself = card.name == nil && ElementKey.fold(card.formattedName) == ElementKey.fold(organization)
            self = isItself ? .organization : .contact(at: TypedText.line(organization))
        }
    }
}

extension CardSubject {
    /// What a card is to the record that it means: a record stays what it is. A card that is new becomes what it says.
    public init?(_ card: VCard, as present: VersionedRecord?) {
        let organization = card.organization.first { !$0.isEmpty } ?? ""
        switch present?.collection {
        case Contact.shape.name where card.kind != .group: self = .contact(at: organization)
        case Customer.shape.name where card.kind != .group:
            let kind =
                present.flatMap { View<Customer>($0).kind } ?? (card.kind == .organization ? .organization : .person)
            self = kind == .person ? .person : .organization
        default: self.init(card)
        }
    }

    /// Whether it is somebody at a customer.
    public var isContact: Bool {
        if case .contact = self { true } else { false }
    }
}

extension VCard {
    /// What the card is known by, so that the same card taken twice changes the same record: its UID, else all that it says but for
    /// when it was changed.
    public var key: String {
        if let uid { return "card\n" + uid }
        var plain = self
        plain.revision = nil
        return "card\n" + String(decoding: VCardWriter().bytes(plain), as: UTF8.self)
    }

    /// The identity that a UID is, as Waybook writes it (`urn:uuid:…`); nil for others.
    public var recordID: RecordID? {
        guard let uid else { return nil }
        let prefix = "urn:uuid:"
        return RecordID(uid.lowercased().hasPrefix(prefix) ? String(uid.dropFirst(prefix.count)) : uid)
    }

    /// How many properties there is no place for where the card becomes that, by name.
    public func unplaced(as subject: CardSubject) -> [String: Int] {
        var counts = ["ANNIVERSARY": anniversary == nil ? 0 : 1]
        switch subject {
        case .organization:
            counts["BDAY"] = birthday == nil ? 0 : 1
            counts["GENDER"] = sex == nil ? 0 : 1
            counts["TITLE"] = title == nil ? 0 : 1
            counts["ROLE"] = role == nil ? 0 : 1
            counts["URL"] = max(0, urls.count - 1)
        case .person: counts["URL"] = max(0, urls.count - 1)
        case .contact:
            counts["NICKNAME"] = nicknames.isEmpty ? 0 : 1
            counts["ROLE"] = role == nil ? 0 : 1
        }
        return counts.filter { $0.value > 0 }
    }
}
