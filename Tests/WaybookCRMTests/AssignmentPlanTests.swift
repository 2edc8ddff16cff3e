import Testing
import WaybookModel

@testable import WaybookCRM

/// Rules of assignment; every expected owner was worked out by hand.
@Suite struct AssignmentPlanTests {
    private static let ann = AssignmentPlan.Person(id: RecordID(high: 1, low: 3), name: "Ann")
    private static let bo = AssignmentPlan.Person(id: RecordID(high: 1, low: 1), name: "Bo")
    private static let cy = AssignmentPlan.Person(id: RecordID(high: 1, low: 2), name: "Cy")
    private static let otherBo = AssignmentPlan.Person(id: RecordID(high: 1, low: 9), name: "Bo")

    private func customer(city: String = "", owner: RecordID? = nil) -> VersionedRecord {
        var draft = Draft<Customer>()
        draft.name = "x"
        if !city.isEmpty { draft.city = city }
        if let owner { draft.owner = owner }
        var record = VersionedRecord(id: RecordID(high: 5, low: 5), collection: "customer")
        Overlay.apply(draft.creation(record.id), stamp: InputTests.stamp, to: &record)
        return record
    }

    private func rule(
        _ name: String, _ filter: String, _ people: [AssignmentPlan.Person], _ method: AssignmentMethod = .roundRobin
    ) throws -> AssignmentPlan.Rule {
        let context = InputContext(now: Instant(milliseconds: 0), zone: .utc) { RecordID(high: 0, low: 1) }
        let schema = try #require(Catalogue.schema[Customer.shape.name])
        let parsed = try FilterParser(schema: schema, context: context).parse(filter)
        return AssignmentPlan.Rule(name: name, filter: parsed, method: method, people: people)
    }

    private func owners(_ plan: AssignmentPlan, _ customers: [VersionedRecord]) -> [String] {
        var plan = plan
        let names = Dictionary(
            uniqueKeysWithValues: [Self.ann, Self.bo, Self.cy, Self.otherBo].map { ($0.id, $0.name) })
        return customers.map { customer in
            plan.decide(on: customer).map { "\($0.rule):\(names[$0.person] ?? "?")" } ?? "-"
        }
    }

    @Test func theFirstRuleThatMatchesAndHasSomebodyDecides() throws {
        let plan = AssignmentPlan(
            rules: [
                try rule("none", "city=Lyon", []), try rule("lyon", "city=Lyon", [Self.bo]),
                try rule("paris", "city=Paris", [Self.cy]),
            ], load: [:])
        let customers = [customer(city: "Lyon"), customer(city: "Paris"), customer(city: "Nice")]
        #expect(owners(plan, customers) == ["lyon:Bo", "paris:Cy", "-"])
    }

    @Test func inTurnGoesByNameAndOnFromOneRunToTheNext() throws {
        // By name: Ann, Bo, Cy, however they are given.
        let everybody = try rule("r", "", [Self.cy, Self.ann, Self.bo])
        let four = [customer(), customer(), customer(), customer()]
        #expect(
            owners(AssignmentPlan(rules: [everybody], load: [:]), four) == ["r:Ann", "r:Bo", "r:Cy", "r:Ann"])
        // They have five customers now (4 + 1 of before); 5 mod 3 = 2, the third is next.
        let load = [Self.ann.id: 3, Self.bo.id: 1, Self.cy.id: 1]
        #expect(owners(AssignmentPlan(rules: [everybody], load: load), [customer(), customer()]) == ["r:Cy", "r:Ann"])
    }

    @Test func fewestCustomersCountsWhatItGaveAndBreaksTiesByNameThenIdentity() throws {
        let everybody = try rule("r", "", [Self.otherBo, Self.cy, Self.bo], .leastLoaded)
        let load = [Self.bo.id: 2, Self.otherBo.id: 2, Self.cy.id: 1]
        var plan = AssignmentPlan(rules: [everybody], load: load)
        // Cy has one; then all have two: both are Bo, the one of the lower identity, then the other, then Cy.
        let given = (0..<4).compactMap { _ in plan.decide(on: customer())?.person }
        #expect(given == [Self.cy.id, Self.bo.id, Self.otherBo.id, Self.cy.id])
    }

    @Test func aCustomerThatMovesNoLongerCountsWithItsFormerOwner() throws {
        let pair = try rule("r", "", [Self.ann, Self.bo], .leastLoaded)
        // Ann 3, Bo 2. Ann's customer moves: Ann 2, Bo 2, a tie that Ann has by name; she keeps it.
        var plan = AssignmentPlan(rules: [pair], load: [Self.ann.id: 3, Self.bo.id: 2])
        #expect(plan.decide(on: customer(owner: Self.ann.id))?.person == Self.ann.id)
        // Ann 3, Bo 2 again: one without an owner is Bo's.
        #expect(plan.decide(on: customer())?.person == Self.bo.id)
    }

    @Test func rulesAreInUseUnlessTakenOutAndThoseWithoutOrderComeLast() {
        func view(_ low: UInt64, _ order: Int64?, _ isActive: Bool?) -> View<AssignmentRule> {
            var draft = Draft<AssignmentRule>()
            draft.name = "r"
            if let order { draft.order = order }
            if let isActive { draft.isActive = isActive }
            var record = VersionedRecord(id: RecordID(high: 7, low: low), collection: "assignmentRule")
            Overlay.apply(draft.creation(record.id), stamp: InputTests.stamp, to: &record)
            return View(record)
        }
        let views = [view(1, nil, nil), view(4, 2, true), view(3, 2, nil), view(2, 1, false)]
        #expect(views.filter(\.isInUse).sorted { $0.isTried(before: $1) }.map(\.id.low) == [3, 4, 1])
    }

    @Test func peopleAreNamedInSetsAndMapsAsAnywhere() throws {
        let bo = Self.bo.id
        let context = InputContext(now: Instant(milliseconds: 0), zone: .utc, makeID: { RecordID(high: 0, low: 1) }) {
            $0 == "user" && $1 == "bo@example.org" ? bo : nil
        }
        let rules = try #require(Catalogue.schema["assignmentRule"])
        let written = try FieldInput(schema: rules, context: context).writes("people=bo@example.org", current: nil)
        #expect(written.map(\.path.text) == ["people/\(bo)"] && written[0].value == .string(bo.description))
        let removed = try FieldInput(schema: rules, context: context).writes("people=-bo@example.org", current: nil)
        #expect(removed.map(\.path.text) == ["people/\(bo)"] && removed[0].value == nil)
        let customers = try #require(Catalogue.schema["customer"])
        let shared = try FieldInput(schema: customers, context: context).writes(
            "members=bo@example.org:edit", current: nil)
        #expect(shared.map(\.path.text) == ["members/\(bo)"] && shared[0].value == "edit")
        #expect(throws: InputProblem.self) {
            try FieldInput(schema: rules, context: context).writes("people=nobody@example.org", current: nil)
        }
    }
}
