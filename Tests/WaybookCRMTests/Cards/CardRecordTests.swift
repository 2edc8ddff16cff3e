import Testing
import WaybookModel

@testable import WaybookCRM

/// Cards and records.
@Suite struct CardRecordTests {
    private static let id = RecordID(high: 1 << 44 | 7 << 12, low: 1 << 63)
    private static let other = RecordID(high: 1 << 44 | 7 << 12, low: 1 << 63 | 1)

    /// An identity of a text, as good as any for tests.
    private static func identify(_ text: String) -> RecordID {
        let sum = text.utf8.reduce(14_695_981_039_346_656_037 as UInt64) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        return RecordID(high: sum, low: sum)
    }

    private func record(_ collection: CollectionName, _ writes: [Write]) throws -> VersionedRecord {
        let change = Change(id: Self.id, collection: collection, isCreating: true, writes: writes)
        #expect(Catalogue.schema.violation(in: change, strictness: .entry) == nil)
        var record = VersionedRecord(id: Self.id, collection: collection)
        Overlay.apply(
            change, stamp: Stamp(milliseconds: 1_780_000_000_123, counter: 0, replica: ReplicaID(1)), to: &record)
        return record
    }

    private func writes(
        _ card: VCard, onto present: VersionedRecord? = nil, as subject: CardSubject? = nil
    ) throws -> [Write] {
        var writes = CardWrites(onto: present, identify: Self.identify)
        switch try #require(subject ?? CardSubject(card, as: present)) {
        case .organization: writes.put(customer: card, kind: .organization)
        case .person: writes.put(customer: card, kind: .person)
        case .contact:
            writes.put(contact: card, at: Self.other)
            return try writes.writes(try #require(Catalogue.schema["contact"]))
        }
        return try writes.writes(try #require(Catalogue.schema["customer"]))
    }

    @Test func whatACardBecomes() throws {
        #expect(try CardSubject(try card("FN:Bo")) == .person)
        #expect(try CardSubject(try card("FN:Bo", "ORG:Acme;Sales")) == .contact(at: "Acme"))
        #expect(try CardSubject(try card("FN:ACME", "ORG:Acme")) == .organization)
        #expect(try CardSubject(try card("FN:Acme", "N:;Acme;;;", "ORG:Acme", version: "3.0")) == .organization)
        #expect(try CardSubject(try card("FN:Bo", "KIND:org")) == .organization)
        #expect(try CardSubject(try card("FN:Friends", "KIND:group")) == nil)
        let person = try record(
            "customer", [Write(path: FieldPath("name"), value: "Bo"), Write(path: FieldPath("kind"), value: "person")])
        #expect(try CardSubject(try card("FN:Bo", "ORG:Acme"), as: person) == .person)
    }

    @Test func aContactIsWrittenOfItsCard() throws {
        let card = try card(
            "FN:王伟", "N:王;伟;;;", "ORG:蓝港贸易;销售部;二组", "TITLE:经理", "TEL;TYPE=cell;PREF=1:138 0013 8000",
            "TEL;TYPE=fax:021-62345678",
            "EMAIL;TYPE=work:Wang@Example.cn", "IMPP:qq:123", "BDAY:--0415", "GENDER:M", "CATEGORIES:VIP", "NOTE:a\\nb")
        let contact = View<Contact>(try record("contact", try writes(card)))
        #expect(contact.name == "王伟" && contact.customer == Self.other && contact.jobTitle == "经理")
        #expect(contact.department == "销售部 / 二组" && contact.personName?.family == "王" && contact.gender == .male)
        #expect(
            contact.phones["+8613800138000"]?.type == .mobile && contact.phones["+8613800138000"]?.isPrimary == true)
        #expect(contact.phones["+862162345678"]?.type == .fax && contact.emails["wang@example.cn"]?.type == .work)
        #expect(contact.socials == ["qq:123": "qq:123"] && contact.tags == ["VIP"] && contact.notes == "a\nb")
        #expect(contact.birthday?.text == "--04-15")
    }

    @Test func whatWasWrittenOfARecordChangesNothingInIt() throws {
        let organization = try card(
            "KIND:org", "FN:青岛海运", "TEL:+86-532-62345678;ext=801", "ADR;TYPE=work:1;2;香港中路 1 号;青岛;山东;266000;中国",
            "URL:https://a.b", "NICKNAME:海,运", "CATEGORIES:a,b", "NOTE:x", "EMAIL;PREF=1:a@b.cn", "IMPP:im:x",
            "IMPP:im:im%3A%25", "IMPP:im:qq%3A1", "IMPP:微信:a")
        let person = try card(
            "FN:Bo Li", "N:Li;Bo;;;", "BDAY:农历八月十五", "ROLE:cook", "TITLE:chef", "GENDER:U", "TEL:ask Ada")
        let contact = try card("FN:王伟", "ORG:蓝港贸易;销售部", "TEL;TYPE=cell:13800138000")
        for given in [organization, person, contact] {
            let subject = try #require(CardSubject(given))
            let record = try record(subject.isContact ? "contact" : "customer", try writes(given))
            let made =
                subject.isContact
                ? VCard(contact: View(record), at: "蓝港贸易") : VCard(customer: View(record))
            #expect(made.uid == "urn:uuid:\(Self.id)" && made.recordID == Self.id)
            for version in VCardVersion.allCases {
                let again = try entries(VCardWriter(version: version).bytes(made))[0].card.get()
                #expect(again == made && CardSubject(again) == subject)
                #expect(try writes(again, onto: record).isEmpty, "\(given.formattedName), \(version)")
            }
            // The card that it was made of changes nothing either.
            #expect(try writes(given, onto: record).isEmpty)
        }
    }

    @Test func whatIsThereStays() throws {
        let present = try record(
            "customer",
            [
                Write(path: FieldPath("name"), value: "Acme"), Write(path: FieldPath("city"), value: "Lyon"),
                Write(
                    path: FieldPath("phones", key: "+8613800138000"),
                    value: ["raw": "138", "primary": true, "note": "mine"]),
            ])
        let card = try card(
            "KIND:org", "FN:Acme", "TEL;PREF=1:+86 138 0013 8000", "TEL;TYPE=cell;PREF=1:13900139000",
            "ADR:;;1 Rue;Paris;;75001;FR")
        let written = try writes(card, onto: present)
        #expect(written.map(\.path.field) == ["addresses", "phones"], "what it is could not be changed any more")
        #expect(written.last?.path.key == "+8613900139000" && written.last?.value?.entries?["primary"] == nil)
    }

    @Test func whatSomebodyChangedOrTookAwaySinceStaysSo() throws {
        let present = try record(
            "contact",
            [
                Write(path: FieldPath("customer"), value: .string(Self.other.description)),
                Write(path: FieldPath("name"), value: "Bo Li"), Write(path: FieldPath("jobTitle"), value: "Director"),
                Write(path: FieldPath("notes"), value: .null), Write(path: FieldPath("birthday"), value: "1985-04-15"),
                Write(path: FieldPath("phones", key: "+8613800138000"), value: nil),
            ])
        let card = try card(
            "UID:bo-1", "FN:Bo Li", "ORG:Acme", "TITLE:Clerk", "NOTE:old", "BDAY:--0415", "TEL:13800138000",
            "EMAIL:bo@b.cn")
        #expect(try writes(card, onto: present).map(\.path.field) == ["emails"])
    }

    @Test func aCustomerOfWhomNobodySaidWhatTheyAreReadsAsAPersonByWhatTheyHave() throws {
        let writes = [
            Write(path: FieldPath("name"), value: "张三"), Write(path: FieldPath("birthday"), value: "1985-04-15"),
        ]
        let person = try record("customer", writes)
        let card = VCard(customer: View<Customer>(person))
        #expect(card.kind == .individual && card.organization.isEmpty && card.birthday != nil)
        #expect(CardSubject(card, as: person) == .person)
        let firm = try record("customer", [Write(path: FieldPath("name"), value: "蓝港贸易")])
        #expect(VCard(customer: View<Customer>(firm)).kind == .organization)
    }

    @Test func numbersThatOptedOutAreNotWritten() throws {
        var fields = try writes(try card("KIND:org", "FN:Acme", "TEL:13800138000", "EMAIL:a@b.cn"))
        fields.append(Write(path: FieldPath("phones", key: "+8613800138000", flag: "optOut"), value: true))
        fields.append(Write(path: FieldPath("emails", key: "a@b.cn", flag: "optOut"), value: true))
        let card = VCard(customer: View(try record("customer", fields)))
        #expect(card.phones.isEmpty && card.emails.isEmpty)
    }

    @Test func aCardIsKnownByItsUIDElseByAllThatItSays() throws {
        let first = try card("FN:Bo", "REV:20260101T000000Z")
        #expect(try first.key == (try card("FN:Bo", "REV:20270101T000000Z")).key)
        #expect(try first.key != (try card("FN:Bo", "TEL:1")).key)
        #expect(try card("FN:Bo", "UID:x").key == (try card("FN:Li", "UID:x")).key)
        #expect(try card("FN:x", "UID:URN:UUID:0191F5A2-B3C4-7000-8000-000000000001").recordID != nil)
    }

    @Test func whatHasNoPlaceIsCounted() throws {
        let card = try card("FN:Bo", "ANNIVERSARY:2001", "ROLE:r", "URL:a", "URL:b", "NICKNAME:n", "PHOTO:x")
        #expect(card.unplaced(as: .person) == ["ANNIVERSARY": 1, "URL": 1])
        #expect(card.unplaced(as: .contact(at: "x")) == ["ANNIVERSARY": 1, "ROLE": 1, "NICKNAME": 1])
    }
}
