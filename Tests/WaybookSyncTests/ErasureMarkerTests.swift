import Foundation
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookTesting

@testable import WaybookStore
@testable import WaybookSync

/// After every laptop has synced, no word of an erased person is in any file of any replica, nor of the server.
@Suite struct ErasureMarkerTests {
    private let company: ErasureCompany
    private let admin = 0
    private let ann = 1
    private let bob = 2
    private let cid = 3

    init() throws { company = try ErasureCompany(reps: 3) }

    private func text(_ id: RecordID) -> Value { .string(id.description) }

    /// Fillers, so that pages split and records share pages with others.
    private func fill() async throws {
        for number in 0..<120 {
            _ = try company.add(
                1 + number % 3,
                [
                    "name": .string("Other \(number)"), "owner": company.owner(1 + number % 3),
                    "notes": .string(String(repeating: "filler ", count: number % 40 * 10)), "kind": "person",
                ])
        }
        try await company.settle()
    }

    /// A person with a marker in every kind of place.
    private func person() async throws -> RecordID {
        let wang = try company.add(
            ann,
            [
                "name": "彗 Zqmarker zqmarker", "kind": "person", "owner": company.owner(ann),
                "personName": ["family": "彗", "given": "zqmarker"], "nickname": "zqmarker",
                "notes": "zqmarker likes tea\nand 彗",
                "phones/+8673190001": ["raw": "7319 0001 73190001", "note": "zqmarker"],
                "emails/zqmarker@example.org": ["raw": "zqmarker@example.org"], "tags/zqmarker": "zqmarker",
                "socials/wechat:zqmarker": "zqmarker", "birthday": "1973-03-19", "city": "zqmarker",
                "externalIds/erp": "zqmarker-7319", "occupation": "zqmarker",
            ])
        let contact = try company.add(
            ann, ["customer": text(wang), "name": "彗 zqmarker junior", "notes": "zqmarker"], to: "contact")
        _ = try company.add(
            ann,
            [
                "customer": text(wang), "subject": "zqmarker", "content": "zqmarker said 7319", "place": "zqmarker",
                "contacts/\(contact)": text(contact), "channel": "phone",
            ], to: "interaction")
        _ = try company.add(ann, ["customer": text(wang), "title": "call zqmarker", "notes": "彗"], to: "followup")
        // A task of its own, in another unit, that names the contact.
        _ = try company.add(ann, ["title": "zqmarker again", "contact": text(contact)], to: "followup")
        let amount: Value = ["amount": 12_000, "currency": "CNY"]
        _ = try company.add(
            ann,
            [
                "customer": text(wang), "number": "A-1", "notes": "for zqmarker", "tags/彗": "彗",
                "lines/\(company.id())": ["name": "Tea", "quantity": "2", "unitPrice": amount],
            ], to: "purchase")
        try await company.settle()
        for number in 0..<12 {
            try company.edit(
                ann, wang, ["city": .string("zqmarker city \(number)"), "notes": .string("zqmarker \(number)")])
        }
        try await company.sync(ann)
        return wang
    }

    /// Conflicts, open and resolved.
    private func contradict(_ wang: RecordID) async throws {
        try await company.settle()
        for name in ["zqmarker one", "zqmarker two"] {
            try company.edit(ann, wang, ["name": .string(name), "legalName": .string(name + " 彗")])
            try company.edit(admin, wang, ["name": .string("admin's " + name), "legalName": "zqmarker"])
            try await company.settle()
            guard name == "zqmarker one", let conflict = try company.store(admin).conflicts(about: wang).first else {
                continue
            }
            try company.edit(admin, wang, ["name": "zqmarker resolved"], resolves: [conflict.id])
            try await company.settle()
        }
        #expect(try !company.store(ann).conflicts(about: wang).isEmpty)
    }

    /// To the pool, on to others and back; what an author who lost it still writes is handed over.
    private func move(_ wang: RecordID) async throws {
        try company.edit(admin, wang, ["owner": .null], note: "zqmarker to the pool")
        try await company.settle()
        let card = try company.store(bob).list(RecordQuery(CardRecord.collection))
        #expect(card.contains { $0.fields["name"]?.text?.contains("zqmarker") == true })
        try company.edit(admin, wang, ["owner": company.owner(bob)], note: "彗 knows Bob")
        try await company.settle()
        try company.edit(bob, wang, ["occupation": "zqmarker, late"])
        try company.edit(admin, wang, ["owner": company.owner(ann)], note: "zqmarker back to Ann")
        try await company.sync(admin)
        try await company.sync(bob)
        try await company.settle()
        #expect(try company.store(bob).list(RecordQuery(HandoverRecord.collection)).count == 1)
        // And shared with Cid, who may edit.
        try company.edit(ann, wang, ["members/\(company.people[cid])": "edit"])
        try await company.settle()
        #expect(try company.store(cid).record(wang) != nil)
    }

    @Test func noByteOfThePersonIsInAnyFileOfAnyReplica() async throws {
        try await fill()
        let wang = try await person()
        try await contradict(wang)
        try await move(wang)
        for index in company.people.indices { while try company.store(index).indexForSearch() {} }
        // Refused: what it says stands in Ann's rejected list. The other half is about somebody else.
        let other = try company.add(ann, ["name": "Half", "owner": company.owner(ann)])
        try await company.settle()
        try company.edit(admin, other, ["kind": "organization"])
        try await company.sync(admin)
        let mixed = [
            Change(
                id: wang, collection: "customer",
                writes: [Write(path: FieldPath("notes"), value: "zqmarker, refused")]),
            Change(
                id: other, collection: "customer", writes: [Write(path: FieldPath("kind"), value: "person")]),
        ]
        _ = try company.store(ann).edit(UserAction(mixed), at: company.laptops[ann].now)
        #expect(try await company.sync(ann).refusedSets == 1)
        #expect(try company.store(ann).rejected().count == 1)
        // Unsent on another laptop, and made there under the person.
        try company.edit(cid, wang, ["notes": "zqmarker unsent", "tags/彗星": "彗星"])
        _ = try company.add(cid, ["customer": text(wang), "subject": "zqmarker unsent"], to: "interaction")
        #expect(try company.found().count >= 8)

        try await company.erase(wang)
        // Cid's laptop is away for weeks.
        company.clock.advance(milliseconds: 21 * 86_400_000)
        try await company.settle(3)
        #expect(try company.purgeServer())
        let found = try company.found()
        #expect(found == [], "\(found)")

        #expect(try company.store(cid).takeErasureNotice() == 2 && company.store(cid).rejected().isEmpty)
        #expect(try company.store(ann).rejected().map { $0.set.changes.map(\.id) } == [[other]])
        let purchase = try #require(try company.store(ann).list(RecordQuery("purchase")).first)
        #expect(purchase.fields["number"] == "A-1" && purchase.fields.keys.contains { $0.hasPrefix("lines/") })
        for index in company.people.indices {
            #expect(try company.store(index).search("zqmarker").records.isEmpty)
            #expect(try company.store(index).status().unsentSets == 0)
        }
        let holders = try company.service.file.read { try ErasureLog($0).holders(of: wang) }
        #expect(!holders.isEmpty && holders.allSatisfy { $0.confirmedMilliseconds != nil })
        #expect(try company.service.file.read { try Audit($0).entries().map(\.what) }.contains("erasure-done"))
    }

    /// As behind a server that was put back, and whose answers are lost: the lines stay.
    @Test func whatWasPutAsideOfOthersWritesGoesWithThePerson() async throws {
        let wang = try await person()
        let store = company.store(admin)
        try store.write { try $0.beginWitness(LostRange(fork: 0, start: 1 << 34, vetted: nil), lacksOwn: false) }
        try store.gatherWitness()
        func lines() throws -> String {
            try store.witnessLines(after: 0, limit: 1_000).map { String(decoding: $0.content, as: UTF8.self) }.joined()
        }
        #expect(try lines().contains("zqmarker") && lines().contains("彗"))
        company.laptops[admin].transport.set(.init(tamper: Tampering(dropping: { $0.entries?["witnessed"] != nil })))
        try await company.erase(wang)
        try await company.settle()
        let found = try company.found(in: ["laptop\(admin)"])
        #expect(try found == [] && !lines().contains("zqmarker"), "\(found)")
    }

    @Test func aContactIsErasedWithWhatTellsOfThemAndTheirColleaguesStay() async throws {
        let firm = try company.add(ann, ["name": "Acme", "kind": "organization", "owner": company.owner(ann)])
        let wang = try company.add(ann, ["customer": text(firm), "name": "彗 zqmarker", "notes": "7319"], to: "contact")
        let li = try company.add(ann, ["customer": text(firm), "name": "Li", "reportsTo": text(wang)], to: "contact")
        let call = try company.add(
            ann, ["customer": text(firm), "subject": "zqmarker", "contacts/\(wang)": text(wang)], to: "interaction")
        let task = try company.add(ann, ["title": "zqmarker", "contact": text(wang)], to: "followup")
        let visit = try company.add(
            ann, ["customer": text(firm), "subject": "Li's office", "contacts/\(li)": text(li)], to: "interaction")
        try await company.settle()
        try company.edit(ann, wang, ["notes": "zqmarker unsent"], in: "contact")
        _ = try company.add(
            ann, ["customer": text(firm), "subject": "zqmarker again", "contacts/\(wang)": text(wang)],
            to: "interaction")
        try await company.erase(wang, in: "contact")
        try await company.settle()
        #expect(try company.purgeServer() && company.found() == [])
        let store = company.store(ann)
        for id in [wang, call, task] { #expect(try store.record(id)?.record.isErased == true) }
        for id in [firm, li, visit] { #expect(try store.record(id)?.record.isErased == false) }
        #expect(try store.record(visit)?.record["subject"] == "Li's office" && store.takeErasureNotice() == 2)
        #expect(try store.record(li)?.record["name"] == "Li" && store.rejected().isEmpty)
    }

    @Test func aCopyOfALaptopThatComesBackIsFreedOfThePersonToo() async throws {
        try await company.settle()
        let wang = try company.add(ann, ["name": "彗 zqmarker 7319", "kind": "person", "owner": company.owner(ann)])
        try await company.settle()
        try company.edit(ann, wang, ["notes": "zqmarker in the copy"])
        try company.laptops[ann].copyFiles()
        try company.edit(ann, wang, ["city": "zqmarker, not in the copy"])
        try await company.sync(ann)
        try await company.erase(wang)
        try await company.settle()
        try company.laptops[ann].restoreFiles()
        try company.edit(ann, wang, ["city": "zqmarker, later"])
        #expect(try await company.sync(ann).newReplica != nil)
        try await company.settle()
        #expect(try company.purgeServer() && company.found() == [])
        #expect(try company.store(ann).record(wang)?.record.isErased == true)
    }

    @Test func anErasureHoldsAfterAnOlderBackupIsPutBack() async throws {
        let wang = try company.add(ann, ["name": "彗 zqmarker 7319", "kind": "person", "owner": company.owner(ann)])
        try await company.sync(ann)
        try company.backUp()
        let later = try company.add(ann, ["name": "zqmarker later", "kind": "person", "owner": company.owner(ann)])
        try await company.settle()
        try await company.erase(wang)
        try await company.erase(later)
        let stamp = try company.service.file.read { try ServerRows($0).erasure(of: wang)?.stamp }
        try company.putBack()
        let rows = try company.service.file.read { db in
            (try ServerRows(db).row(wang)?.record, try ServerRows(db).erasures(), try ServerRows(db).row(later))
        }
        #expect(rows.0?.isErased == true && rows.1.count == 2 && rows.2 == nil)
        #expect(try #require(rows.0?.erasureFloor) > #require(stamp))
        #expect(try company.purgeServer() && company.found(in: ["server"]) == [])
        // Applied once; and what the backup did not know is not made again.
        let applied = try company.service.file.write {
            try company.ledger.apply($0, schema: company.service.schema, now: company.clock.milliseconds)
        }
        #expect(applied == 0)
        let exchange = try company.service.file.read { try ServerRows($0).erasure(of: later) }
        #expect(exchange?.records == 0 && exchange?.reason == .request)
    }
}
