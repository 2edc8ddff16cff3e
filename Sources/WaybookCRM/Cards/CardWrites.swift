import WaybookModel

/// What is written of a card to a customer or a contact, beside what is there.
///
/// A card fills what has no value and never had one, and adds telephone numbers, addresses, accounts and tags that are not there and never
/// were. What is there stays as it is, what was taken away stays away, and nothing is taken away: a file of cards may be years old, and
/// what somebody typed since is newer. So the same card taken again changes nothing, nor does one that was written from a record.
public struct CardWrites {
    /// Makes the identity of an element of its text, the same for the same text.
    private let identify: (String) -> RecordID
    private let callingCode: String
    private let present: VersionedRecord?
    private var values: [FieldPath: Value] = [:]
    /// The maps of which an element, here or in what is written, is the first choice.
    private var preferred: Set<FieldName> = []

    /// - Parameters:
    ///   - present: the record as it is shown; nil for one that is new.
    ///   - callingCode: of telephone numbers without one.
    ///   - identify: makes the identity of an element of a text.
    public init(
        onto present: VersionedRecord?, callingCode: String = "86", identify: @escaping (String) -> RecordID
    ) {
        self.present = present
        self.callingCode = callingCode
        self.identify = identify
        for field in ["phones", "emails"] as [FieldName] {
            let elements = present?.elements(of: field) ?? [:]
            if elements.values.contains(where: { $0.entries?["primary"]?.boolean == true }) { preferred.insert(field) }
        }
    }

    /// The writes of what was put, in the order of their paths; only what differs.
    /// - Throws: `tooLong` where a key is longer than a path may be.
    public func writes(_ kind: CollectionSchema) throws(InputProblem) -> [Write] {
        var writes: [Write] = []
        for (path, value) in values.sorted(by: { $0.key < $1.key }) {
            guard FieldPath(parsing: path.text) != nil else {
                guard let field = kind[path.field] else { continue }
                throw .tooLong(field, maximum: FieldPath.maximumBytes)
            }
            writes.append(Write(path: path, value: value))
        }
        return writes
    }

    /// Puts a customer's card.
    public mutating func put(customer card: VCard, kind: CustomerKind) {
        set("name", card.formattedName)
        begin("kind", kind.rawValue)
        common(card)
        for address in card.addresses { put(address) }
        place(card)
        set("website", card.urls.first)
        set("nickname", card.nicknames.isEmpty ? nil : card.nicknames.joined(separator: ", "))
        guard kind == .person else { return }
        person(card)
        set("jobTitle", card.title)
        set("occupation", card.role)
    }

    /// Puts a contact's card.
    /// - Parameter customer: where they are; taken for new records only, for a card moves nobody.
    public mutating func put(contact card: VCard, at customer: RecordID) {
        set("name", card.formattedName)
        if present == nil { values[FieldPath("customer")] = customer.value }
        common(card)
        person(card)
        set("jobTitle", card.title)
        let units = card.organization.dropFirst().filter { !$0.isEmpty }
        set("department", units.isEmpty ? nil : units.joined(separator: " / "))
    }

    /// Puts what a contact's card tells of the organisation, which is made by it: its name, page and addresses.
    public mutating func put(organization name: String, of card: VCard) {
        set("name", name)
        begin("kind", CustomerKind.organization.rawValue)
        for address in card.addresses where !address.places.contains(.home) { put(address) }
        place(card)
        set("website", card.urls.first)
    }

    /// Notes what another system calls the record.
    public mutating func put(uid: String?) {
        guard let uid, uid.unicodeScalars.count <= VCard.mostExternalCharacters else { return }
        write(FieldPath("externalIds", key: VCard.externalSystem), .string(uid))
    }

    // MARK: Values

    private mutating func set(_ field: FieldName, _ text: String?) {
        guard let text = text.map({ TypedText.line($0) }), !text.isEmpty else { return }
        write(FieldPath(field), .string(text))
    }

    /// Of a new record only: it could not be changed any more.
    private mutating func begin(_ field: FieldName, _ text: String) {
        if present == nil { set(field, text) }
    }

    /// Only where nobody has written yet: an atom without a value was cleared, or taken away, by somebody.
    private mutating func write(_ path: FieldPath, _ value: Value) {
        if present?.atoms[path] == nil, values[path] == nil { values[path] = value }
    }

    private mutating func common(_ card: VCard) {
        for phone in card.phones { put(phone) }
        for email in card.emails { put(email) }
        for messenger in card.messengers {
            let text = TypedText.line(messenger.text)
            if let key = ElementKey.make(text, form: .handle) { write(FieldPath("socials", key: key), .string(text)) }
        }
        for tag in card.categories {
            let text = TypedText.line(tag)
            if let key = ElementKey.make(text, form: .text) { write(FieldPath("tags", key: key), .string(text)) }
        }
        if let note = card.note { write(FieldPath("notes"), .string(TypedText.lines(note))) }
    }

    private mutating func person(_ card: VCard) {
        if let name = card.name {
            let given = [name.given, name.additional].filter { !$0.isEmpty }.joined(separator: " ")
            var parts = PersonName(entries: present?["personName"]?.entries ?? [:])
            if !name.family.isEmpty { parts.family = TypedText.line(name.family) }
            if !given.isEmpty { parts.given = TypedText.line(given) }
            if !parts.entries.isEmpty { write(FieldPath("personName"), parts.value) }
        }
        if let birthday = card.birthday?.partialDate { write(FieldPath("birthday"), birthday.value) }
        if let gender = card.sex.flatMap(Gender.init) { write(FieldPath("gender"), gender.value) }
    }

    // MARK: Elements

    private mutating func put(_ phone: CardPhone) {
        let number = PhoneNumber(phone.text, callingCode: callingCode)
        guard !number.key.isEmpty else { return }
        var element = Phone(number)
        if let kind = PhoneKind(phone.kinds) { element.type = kind }
        if phone.isPreferred, preferred.insert("phones").inserted { element.isPrimary = true }
        if let label = phone.label { element.note = TypedText.line(label) }
        write(FieldPath("phones", key: number.key), element.value)
    }

    private mutating func put(_ email: CardEmail) {
        let address = EmailAddress(email.address)
        guard !address.key.isEmpty else { return }
        var element = Email(address)
        element.type = email.places.contains(.work) ? .work : email.places.contains(.home) ? .personal : nil
        if email.isPreferred, preferred.insert("emails").inserted { element.isPrimary = true }
        if let label = email.label { element.note = TypedText.line(label) }
        write(FieldPath("emails", key: address.key), element.value)
    }

    private mutating func put(_ address: CardAddress) {
        var plain = address
        plain.isPreferred = false
        guard !presentAddresses.contains(plain) else { return }
        let element = Address(address)
        guard element.entries.keys.contains(where: { $0 != "type" }) else { return }
        let id = identify("address\n" + CanonicalJSON.text(element.value))
        write(FieldPath("addresses", key: id.description), element.value)
    }

    private var presentAddresses: [CardAddress] { present.map { VCard.addresses(of: $0) } ?? [] }

    /// Town, region and country of a new record: those of the preferred address, else the first.
    private mutating func place(_ card: VCard) {
        guard present == nil, let address = card.addresses.first(where: \.isPreferred) ?? card.addresses.first else {
            return
        }
        set("city", address.locality)
        set("region", address.region)
        set("country", address.country)
    }
}
