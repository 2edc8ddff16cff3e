import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookServerCore

/// Sets about somebody erased that come again to a server that was put back (`protocol/9-erasure.md`).
@Suite struct OldErasureTests: WithRestoredStaff {
    let staff: RestoredStaff

    init() throws { staff = try RestoredStaff() }

    private func name(_ id: RecordID, _ text: String) -> Change {
        Change(id: id, collection: "contact", writes: [Write(path: FieldPath("name"), value: .string(text))])
    }

    private func rule(_ name: String, _ number: Int64) throws -> RefusalRule? {
        guard case .rejected(let refusal)? = try laptop(name).state.verdicts[number] else { return nil }
        return refusal.rule
    }

    /// What was refused before is not judged again, but what it says of somebody erased must go from its author's list.
    @Test func whatHadBeenRefusedGoesWithWhomItIsAbout() throws {
        let acme = try laptop("Ann").create(["name": "Acme"])
        let mei = try laptop("Ann").create(["customer": .string(acme.description), "name": "Mei"], in: "contact")
        try settle("Ann", "Ada", "Bob")
        try server.backUp("old.db")
        let (ann, bob) = (try laptop("Ann").state.lastSet + 1, try laptop("Bob").state.lastSet + 1)
        try laptop("Ann").make([name(mei, String(repeating: "x", count: 5_000))])
        try laptop("Bob").make([name(mei, "Mei of Bob")])
        try settle("Ann", "Bob")
        #expect(try rule("Ann", ann) == .limit && rule("Bob", bob) == .unknown)
        try restore()
        // Bob has come back before she is erased, and what he writes then is as of somebody who does not exist.
        try settle("Bob")
        try laptop("Ada").make([
            Change(id: mei, collection: "contact", writes: [Write(path: .erased, value: "request")])
        ])
        let later = try laptop("Bob").state.lastSet + 1
        try laptop("Bob").make([name(mei, "Mei once more")])
        try settle("Ada", "Ann", "Bob")
        #expect(try rule("Ann", ann) == .erased)
        #expect(try rule("Bob", bob) == .before && rule("Bob", later) == .unknown)
    }

    /// Whether such a laptop was ever told of her the server has forgotten: then it may have been.
    @Test func whoeverComesBackAfterItMayHaveHeldThem() throws {
        let acme = try laptop("Ann").create(["name": "Acme"])
        let mei = try laptop("Ann").create(["customer": .string(acme.description), "name": "Mei"], in: "contact")
        try settle("Ann", "Ada", "Bob")
        try server.backUp("old.db")
        try laptop("Ada").edit(acme, [member("Bob"): "view"])
        try settle("Ada", "Bob")
        let bob = try laptop("Bob").state.lastSet + 1
        try laptop("Bob").make([name(mei, "Mei of Bob")])
        try settle("Bob")
        try laptop("Ada").edit(acme, [member("Bob"): .null])
        try settle("Ada")
        #expect(try rule("Bob", bob) == .access)
        try restore()
        try laptop("Ada").make([
            Change(id: mei, collection: "contact", writes: [Write(path: .erased, value: "request")])
        ])
        try settle("Ada", "Bob")
        #expect(try rule("Bob", bob) == .erased)
    }
}
