import WaybookModel

/// Shares customers out among people by rules: the first rule that matches decides, and its method says to whom of its
/// people the customer goes.
///
/// In turn: by name, then by identity, and the turn begins after as many customers as the people of the rule have
/// already; so it goes on from one run to the next without anything being kept. Fewest customers: whoever has fewest as
/// this laptop sees them, of equals the first by name, then by identity.
public struct AssignmentPlan: Sendable {
    /// Somebody to whom customers go.
    public struct Person: Hashable, Sendable {
        public var id: RecordID
        public var name: String

        public init(id: RecordID, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// A rule in use.
    public struct Rule: Sendable {
        public var name: String
        public var filter: Filter
        public var method: AssignmentMethod
        /// Those who are active; none passes the rule over.
        public let people: [Person]

        public init(name: String, filter: Filter, method: AssignmentMethod, people: [Person]) {
            self.name = name
            self.filter = filter
            self.method = method
            self.people = people.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        }
    }

    /// To whom a customer goes, and by which rule.
    public struct Decision: Hashable, Sendable {
        public var rule: String
        public var person: RecordID
    }

    private let rules: [Rule]
    private var turns: [Int]
    private var load: [RecordID: Int]

    /// - Parameters:
    ///   - rules: in the order in which they are tried.
    ///   - load: how many customers each person has.
    public init(rules: [Rule], load: [RecordID: Int]) {
        self.rules = rules
        self.load = load
        turns = rules.map { rule in rule.people.reduce(0) { $0 + (load[$1.id] ?? 0) } }
    }

    /// Decides on one customer, and counts it with its new owner from then on; nil where no rule matches.
    public mutating func decide(on customer: VersionedRecord) -> Decision? {
        guard let index = rules.firstIndex(where: { !$0.people.isEmpty && $0.filter.matches(customer) }) else {
            return nil
        }
        let rule = rules[index]
        if let owner = View<Customer>(customer).owner { load[owner, default: 1] -= 1 }
        let person =
            switch rule.method {
            case .roundRobin: rule.people[turns[index] % rule.people.count]
            case .leastLoaded: leastLoaded(rule.people)
            }
        turns[index] += 1
        load[person.id, default: 0] += 1
        return Decision(rule: rule.name, person: person.id)
    }

    /// The people stand in the order that decides among equals; `min` takes the first.
    private func leastLoaded(_ people: [Person]) -> Person {
        people.min { (load[$0.id] ?? 0) < (load[$1.id] ?? 0) } ?? people[0]
    }
}

extension View<AssignmentRule> {
    /// Whether the rule is in use: unless somebody took it out.
    public var isInUse: Bool { self.isActive != false }

    /// The identities of its people.
    public var personIDs: [RecordID] { self.people.compactMap { RecordID($0) } }

    /// Whether it is tried before another: by the order, those without one last; of equals by identity.
    public func isTried(before other: Self) -> Bool { (self.order ?? .max, id) < (other.order ?? .max, other.id) }
}
