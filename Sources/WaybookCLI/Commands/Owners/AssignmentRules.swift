import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// The rules of assignment as this laptop has them, with how many customers everybody has.
struct AssignmentRules {
    private let plan: AssignmentPlan
    /// Why rules were passed over that cannot be read; the others go on.
    let unreadable: [CommandFailure]

    init(_ book: RecordBook, _ organisation: Organisation) throws {
        let store = book.workspace.store
        let views = try store.list(RecordQuery(AssignmentRule.shape.name)).map { View<AssignmentRule>($0.record) }
        var rules: [AssignmentPlan.Rule] = []
        var unreadable: [CommandFailure] = []
        for view in views.filter(\.isInUse).sorted(by: { $0.isTried(before: $1) }) {
            do {
                rules.append(try Self.rule(view, book, organisation))
            } catch let failure as CommandFailure {
                unreadable.append(failure)
            }
        }
        if rules.isEmpty, let failure = unreadable.first { throw failure }
        self.unreadable = unreadable
        guard !rules.isEmpty else {
            throw CommandFailure("no-rules", Texts.Owners.noRules, hint: Texts.Owners.noRulesHint)
        }
        var load: [RecordID: Int] = [:]
        try store.each(RecordQuery(Customer.shape.name)) { record in
            if let owner = View<Customer>(record.record).owner { load[owner, default: 0] += 1 }
        }
        plan = AssignmentPlan(rules: rules, load: load)
    }

    private static func rule(
        _ view: View<AssignmentRule>, _ book: RecordBook, _ organisation: Organisation
    ) throws -> AssignmentPlan.Rule {
        let name = view.name ?? RecordBook.short(view.id)
        let people = view.personIDs.compactMap { organisation.people[$0] }.filter(\.isActive)
        let filter: Filter
        do {
            filter = try view.filter.map { try RecordListing.parse($0, Customer.collection, book) } ?? .all
        } catch let failure as CommandFailure {
            throw CommandFailure(
                "rule-unreadable", Texts.Owners.ruleUnreadable(rule: name, reason: failure.text.spoken),
                hint: Texts.Owners.ruleUnreadableHint(command: "waybook assignmentRule edit \(view.id)"))
        }
        return AssignmentPlan.Rule(
            name: name, filter: filter, method: view.method ?? .roundRobin,
            people: people.map { AssignmentPlan.Person(id: $0.id, name: $0.name) })
    }

    /// What the rules decide on customers, in their order.
    func requests(_ customers: [VersionedRecord]) -> [OwnerRequest] {
        var plan = plan
        return customers.map { customer in
            guard let decision = plan.decide(on: customer) else {
                return OwnerRequest(customer: customer, destination: .unmatched, rule: nil)
            }
            return OwnerRequest(customer: customer, destination: .owner(decision.person), rule: decision.rule)
        }
    }
}
