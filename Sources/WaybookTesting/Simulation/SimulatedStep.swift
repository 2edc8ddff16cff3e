/// One step of a simulated history: who, after how long, what, with small numbers. What a number names is taken modulo
/// what is there when the step is run, so that a step stays runnable when others are taken away.
public struct SimulatedStep: Hashable, Sendable {
    /// One of a step's numbers, as it is written down.
    public struct Parameter: Hashable, Sendable {
        public var name: String
        /// The words for 0, 1, …; none where it is written as a number.
        public var words: [String] = []
    }

    public var verb: SimulatedVerb
    /// Which laptop, or which person where the verb is about one.
    public var actor: Int
    /// How much time passes before it, milliseconds.
    public var elapsed: Int
    /// As many as the verb has parameters, in their order.
    public var numbers: [Int]

    public init(_ verb: SimulatedVerb, actor: Int = 0, elapsed: Int = 0, _ numbers: [Int] = []) {
        self.verb = verb
        self.actor = actor
        self.elapsed = elapsed
        let missing = max(0, verb.parameters.count - numbers.count)
        self.numbers = Array(numbers.prefix(verb.parameters.count)) + Array(repeating: 0, count: missing)
    }

    /// The step with texts that are unlike those of every other mark.
    func marked(_ mark: Int) -> Self {
        var marked = self
        if let place = verb.parameters.firstIndex(where: { $0.name == "mark" }) { marked.numbers[place] = mark }
        return marked
    }

    /// The number of that name; 0 where the verb has none.
    public subscript(_ name: String) -> Int {
        verb.parameters.firstIndex { $0.name == name }.map { numbers[$0] } ?? 0
    }
}

/// What can happen in a simulated history.
public enum SimulatedVerb: String, Hashable, Sendable, CaseIterable {
    // What reps do on their laptops.
    case make, hang, write, flag, tag, resolve, move, delete, restore, assign, share, claim, decide, erase, retry,
        discard
    // The way to the server.
    case sync, go, again
    // What the server and whoever runs it do.
    case role, team, disable, books, purge, reopen, backup, putBack
    // Clocks.
    case clock, reboot, freeze, away
    // Laptops that are not what they were.
    case copy, putCopy, clone, lose, spoil, restart
    // Machines.
    case power, disk

    private typealias Parameter = SimulatedStep.Parameter

    private static let record = SimulatedStep.Parameter(name: "record")
    private static let customer = SimulatedStep.Parameter(name: "customer")
    /// Makes each text unlike every other.
    private static let mark = SimulatedStep.Parameter(name: "mark")
    private static let person = SimulatedStep.Parameter(name: "person")

    /// Its numbers.
    public var parameters: [SimulatedStep.Parameter] {
        switch self {
        case .make: [Self.customer, Self.mark, Parameter(name: "owned", words: ["mine", "pool"])]
        case .hang: [Parameter(name: "child"), Self.customer, Self.mark]
        case .write:
            [
                Self.record, Parameter(name: "field"), Self.mark,
                Parameter(name: "fits", words: ["yes", "tooLong", "forbidden", "unknown", "beyond"]),
            ]
        case .flag: [Self.record, Parameter(name: "value", words: ["off", "on"])]
        case .tag: [Self.record, Parameter(name: "tag")]
        case .resolve: [Self.record, Self.mark, Parameter(name: "how", words: ["write", "keep"])]
        case .move: [Self.record, Self.customer]
        case .delete, .restore, .erase: [Self.record]
        case .assign: [Self.customer, Self.person]
        case .share: [Self.customer, Self.person, Parameter(name: "right", words: ["none", "view", "edit"])]
        case .claim: [Self.customer]
        case .decide: [Parameter(name: "item"), Parameter(name: "how", words: ["taken", "dropped"])]
        case .retry, .discard: [Parameter(name: "item"), Self.mark]
        case .sync:
            [
                Parameter(name: "way", words: Self.ways), Parameter(name: "byte"),
                Parameter(name: "then", words: Self.ways), Parameter(name: "thenByte"),
                Parameter(name: "pause"), Parameter(name: "piece"),
                Parameter(name: "speaks", words: ["all", "former", "newest", "ancient"]),
            ]
        case .go: [Parameter(name: "pause")]
        case .role: [Parameter(name: "role", words: Self.roles)]
        case .team: [Parameter(name: "how", words: ["leaves", "joins"]), Parameter(name: "team")]
        case .disable: [Parameter(name: "how", words: ["disabled", "enabled"]), Self.person]
        case .books: [Parameter(name: "most")]
        case .clock, .reboot: [Parameter(name: "shift")]
        case .freeze: [Parameter(name: "shift"), Parameter(name: "frozen", words: ["no", "yes"])]
        case .away: [Parameter(name: "days"), Parameter(name: "server", words: ["off", "on"])]
        case .putBack: [Parameter(name: "backup")]
        case .power:
            [
                Parameter(name: "of", words: ["laptop", "server"]), Parameter(name: "operations"),
                Parameter(name: "survive", words: ["none", "some", "torn", "all"]),
                Parameter(name: "atSync", words: ["no", "yes"]), Parameter(name: "seed"),
            ]
        case .disk:
            [
                Parameter(name: "of", words: ["laptop", "server"]),
                Parameter(name: "fault", words: ["heals", "full", "writeFails", "syncFails"]),
                Parameter(name: "operations"), Parameter(name: "lasts", words: ["once", "on"]),
            ]
        case .again, .purge, .reopen, .backup, .copy, .putCopy, .clone, .lose, .spoil, .restart: []
        }
    }

    /// What becomes of one exchange.
    static let ways = ["arrives", "requestCut", "answerCut", "late", "twice"]
    static let roles = ["admin", "manager", "rep", "service", "viewer"]
}
