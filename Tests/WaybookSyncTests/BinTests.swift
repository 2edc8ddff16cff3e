import Foundation
import Testing
import WaybookModel
import WaybookTesting

@testable import WaybookStore
@testable import WaybookSync

/// What was deleted keeps its contents on laptops no longer than on the server (`docs/decisions/0024-floors.md`).
@Suite struct BinTests {
    private let company: ErasureCompany
    private let ann = 1
    private let bob = 2
    private let customer: RecordID
    private let contact: RecordID
    private static let day: Int64 = 86_400_000

    init() async throws {
        company = try ErasureCompany(reps: 2)
        customer = try company.add(ann, ["name": "Acme", "owner": company.owner(ann)])
        try company.edit(ann, customer, ["members/\(company.people[bob])": "edit"])
        contact = try company.add(
            ann, ["customer": .string(customer.description), "name": "Zqmarker 彗", "notes": "zqmarker"], to: "contact")
        try await company.settle()
        try company.edit(bob, contact, ["notes": "zqmarker of Bob"], in: "contact")
        try await company.settle()
    }

    private func setLife(_ life: Value, by person: Int) throws {
        try company.edit(person, contact, ["$life": life], in: "contact")
    }

    private func pass(days: Int64) async throws {
        company.clock.advance(milliseconds: days * Self.day)
        try await company.settle()
    }

    private func onLaptops() throws -> [String] { try company.found(in: ["laptop0", "laptop1", "laptop2"]) }

    private func paths(_ person: Int) throws -> [String] {
        try company.store(person).record(contact)?.record.sortedPaths.map(\.text) ?? []
    }

    @Test func theContentsOfWhatWasDeletedLongAgoLeaveEveryLaptop() async throws {
        for person in company.people.indices { while try company.store(person).indexForSearch() {} }
        try setLife(VersionedRecord.deleted, by: bob)
        try await company.settle()
        try await pass(days: 34)
        for person in company.people.indices { #expect(try paths(person).contains("notes")) }
        try await pass(days: 2)
        #expect(try onLaptops() == [])
        for person in company.people.indices {
            #expect(try paths(person) == ["$life", "customer"])
            #expect(try company.store(person).record(contact)?.record.isDeleted == true)
            #expect(try company.store(person).history(of: contact).isEmpty)
            #expect(try company.store(person).check().findings.isEmpty)
        }
        #expect(try !company.found(in: ["server"]).isEmpty, "the server has it, for whoever restores it")
    }

    @Test(arguments: [1, 2]) func whatIsRestoredComesWholeAgain(by person: Int) async throws {
        try setLife(VersionedRecord.deleted, by: ann)
        try await company.settle()
        try await pass(days: 36)
        #expect(try paths(person) == ["$life", "customer"])
        try setLife(VersionedRecord.alive, by: person)
        try await company.settle()
        for person in company.people.indices {
            let shown = try #require(try company.store(person).record(contact))
            #expect(shown.isVisible && shown.record["name"] == "Zqmarker 彗")
            #expect(shown.record["notes"] == "zqmarker of Bob")
        }
        try company.store(ann).requestComparison()
        #expect(try await company.sync(ann).hasDiffered == false)
    }

    @Test func whatSomebodyHasYetToDecideAboutKeepsItsContents() async throws {
        try company.edit(ann, contact, ["name": "Zqmarker A"], in: "contact")
        try company.edit(bob, contact, ["name": "Zqmarker B"], in: "contact")
        try await company.settle()
        #expect(try company.store(ann).conflicts(about: contact).count == 1)
        try setLife(VersionedRecord.deleted, by: ann)
        try await company.settle()
        try await pass(days: 36)
        #expect(try company.store(ann).record(contact)?.record.isDeleted == true)
        #expect(try paths(ann).contains("notes"))
    }

    @Test func whoeverAnswersForACustomerRestoresItStill() async throws {
        let task = try company.add(ann, ["title": "zqmarker", "assignee": company.owner(ann)], to: "followup")
        try await company.settle()
        for (id, collection) in [(customer, "customer"), (task, "followup")] as [(RecordID, CollectionName)] {
            try company.edit(ann, id, ["$life": VersionedRecord.deleted], in: collection)
        }
        try await company.settle()
        try await pass(days: 36)
        #expect(try company.store(ann).record(customer)?.record["name"] == nil)
        for (id, collection) in [(customer, "customer"), (task, "followup")] as [(RecordID, CollectionName)] {
            let outcome = try company.edit(ann, id, ["$life": VersionedRecord.alive], in: collection)
            guard case .saved = outcome else {
                Issue.record("\(collection): \(outcome)")
                continue
            }
        }
        try await company.settle()
        for person in [ann, bob] {
            #expect(try company.store(person).record(customer)?.record["name"] == "Acme")
        }
        #expect(try company.store(ann).record(task)?.record["title"] == "zqmarker")
    }

    @Test func underADeletedCustomerAnEmptiedContactIsNotRestoredByItself() async throws {
        try setLife(VersionedRecord.deleted, by: ann)
        try await company.settle()
        try await pass(days: 36)
        try company.edit(ann, customer, ["$life": VersionedRecord.deleted])
        let outcome = try company.edit(ann, contact, ["$life": VersionedRecord.alive], in: "contact")
        #expect(outcome == .deleted(customer))
    }

    @Test func aClockThatWasAheadForAMomentDoesNotHoldItUp() async throws {
        try await pass(days: 400)
        company.clock.advance(milliseconds: -399 * Self.day)
        try setLife(VersionedRecord.deleted, by: bob)
        try await company.settle()
        try await pass(days: 36)
        try await pass(days: 400)
        #expect(try onLaptops() == [])
    }
}
