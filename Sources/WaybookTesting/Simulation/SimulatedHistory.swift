/// A simulated history as data: what the world is like at its beginning, and what happens, step by step. A seed makes one;
/// a text keeps it; without some of its steps it is one still.
public struct SimulatedHistory: Hashable, Sendable {
    /// The roles of the people, as numbers of ``SimulatedVerb/roles``; the first is an administrator's.
    public var people: [Int]
    /// Whose each laptop is.
    public var laptops: [Int]
    /// Which schema each laptop has: 0 the server's, 1 an older one, 2 a newer one.
    public var schemas: [Int]
    /// How far each laptop's wall clock is ahead at the beginning, milliseconds.
    public var skews: [Int]
    public var customers: Int
    public var children: Int
    /// The most rows of a page of the feed.
    public var pageRows: Int
    /// Whether machines can fail: their files are watched then, which takes longer.
    public var hasMachines: Bool
    public var steps: [SimulatedStep]

    public init(
        people: [Int], laptops: [Int], schemas: [Int], skews: [Int], customers: Int, children: Int, pageRows: Int,
        hasMachines: Bool, steps: [SimulatedStep]
    ) {
        self.people = people
        self.laptops = laptops
        self.schemas = schemas
        self.skews = skews
        self.customers = customers
        self.children = children
        self.pageRows = pageRows
        self.hasMachines = hasMachines
        self.steps = steps
    }
}

// MARK: As text

extension SimulatedHistory: CustomStringConvertible {
    /// The text of a history: a line for the world, a line a step.
    ///
    ///     world people=admin,rep laptops=0,1 schemas=0,0 skews=0,0 customers=3 children=3 pageRows=8 machines=no
    ///     laptop 1 write record=2 field=0 mark=7 fits=yes after=40
    public var description: String {
        let roles = people.map { SimulatedVerb.roles[$0 % SimulatedVerb.roles.count] }
        let world =
            "world people=\(roles.joined(separator: ",")) laptops=\(Self.list(laptops)) schemas=\(Self.list(schemas)) "
            + "skews=\(Self.list(skews)) customers=\(customers) children=\(children) pageRows=\(pageRows) "
            + "machines=\(hasMachines ? "yes" : "no")"
        return ([world] + steps.map(\.description)).joined(separator: "\n") + "\n"
    }

    private static func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ",") }

    /// Why a text is no history.
    public struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
        public var line: Int
        public var reason: String
        public var description: String { "line \(line): \(reason)" }
    }

    /// Reads a text; lines that begin with `#` are remarks.
    public init(text: String) throws(Unreadable) {
        self.init(
            people: [0], laptops: [0], schemas: [0], skews: [0], customers: 4, children: 4, pageRows: 8,
            hasMachines: false, steps: [])
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(separator: " ").map(String.init)
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            do {
                if first == "world" { try readWorld(words) } else { steps.append(try SimulatedStep(words: words)) }
            } catch {
                throw Unreadable(line: index + 1, reason: error.reason)
            }
        }
    }

    struct BadWord: Error { var reason: String }

    static func pair(_ word: String) throws(BadWord) -> (String, String) {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw BadWord(reason: "“\(word)” is not name=value") }
        return (parts[0], parts[1])
    }

    private static func numbers(_ text: String) throws(BadWord) -> [Int] {
        let found = text.split(separator: ",").map { Int($0) }
        guard !found.isEmpty, !found.contains(nil) else { throw BadWord(reason: "“\(text)” is no list of numbers") }
        return found.compactMap(\.self)
    }

    private mutating func readWorld(_ words: [String]) throws(BadWord) {
        for word in words.dropFirst() {
            let (name, value) = try Self.pair(word)
            switch name {
            case "people":
                let roles = value.split(separator: ",").map { SimulatedVerb.roles.firstIndex(of: String($0)) }
                guard !roles.isEmpty, !roles.contains(nil) else { throw BadWord(reason: "“\(value)” are no roles") }
                people = roles.compactMap(\.self)
            case "laptops": laptops = try Self.numbers(value)
            case "schemas": schemas = try Self.numbers(value)
            case "skews": skews = try Self.numbers(value)
            case "customers": customers = try Self.numbers(value)[0]
            case "children": children = try Self.numbers(value)[0]
            case "pageRows": pageRows = try Self.numbers(value)[0]
            case "machines": hasMachines = value == "yes"
            default: throw BadWord(reason: "the world has no “\(name)”")
            }
        }
    }
}

extension SimulatedStep: CustomStringConvertible {
    public var description: String {
        var text = "\(verb.subject.rawValue) \(actor) \(verb.rawValue)"
        for (parameter, number) in zip(verb.parameters, numbers) {
            let isWord = parameter.words.indices.contains(number)
            text += " \(parameter.name)=\(isWord ? parameter.words[number] : String(number))"
        }
        return elapsed == 0 ? text : text + " after=\(elapsed)"
    }

    init(words: [String]) throws(SimulatedHistory.BadWord) {
        guard words.count >= 3, let actor = Int(words[1]), let verb = SimulatedVerb(rawValue: words[2]) else {
            throw SimulatedHistory.BadWord(reason: "“\(words.joined(separator: " "))” is no step")
        }
        self.init(verb, actor: actor)
        for word in words.dropFirst(3) {
            let (name, value) = try SimulatedHistory.pair(word)
            if name == "after" {
                elapsed = Int(value) ?? 0
                continue
            }
            guard let index = verb.parameters.firstIndex(where: { $0.name == name }),
                let number = verb.parameters[index].words.firstIndex(of: value) ?? Int(value)
            else { throw SimulatedHistory.BadWord(reason: "\(verb.rawValue) takes no “\(word)”") }
            numbers[index] = number
        }
    }
}

extension SimulatedVerb {
    /// Whom it is about, as it is written down.
    enum Subject: String {
        case laptop, person, server
    }

    var subject: Subject {
        switch self {
        case .role, .team, .disable: .person
        case .books, .purge, .reopen, .backup, .putBack, .freeze, .away: .server
        default: .laptop
        }
    }

    /// Whether it works on files of the server, and on those of its laptop.
    var worksOn: (server: Bool, laptop: Bool) {
        switch self {
        case .sync, .go: (true, true)
        case .again, .power, .disk: (true, false)
        default: (subject != .laptop, subject == .laptop)
        }
    }
}
