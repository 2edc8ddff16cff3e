import WaybookModel

/// The sets that a replica sends again to a server that was put back to an earlier state, as a hello tells them
/// (`protocol/4-exchange.md#timelines`).
public struct AgainSets: Hashable, Sendable {
    /// The first that the replica still has, and the last that had been answered before.
    public var first: Int64
    public var answered: Int64
    /// The last one made over what was read before; rises until the fresh pull is whole.
    public var through: Int64

    public init(first: Int64, answered: Int64, through: Int64) {
        (self.first, self.answered, self.through) = (first, answered, through)
    }

    var value: Value { [.int(first), .int(answered), .int(through)] }

    /// Reads the member; nil where it is malformed.
    init?(_ value: Value) {
        guard let numbers = value.elements?.compactMap(\.integer), numbers.count == 3, value.elements?.count == 3,
            numbers[0] > 0, numbers[0] - 1 <= numbers[1], numbers[1] <= numbers[2],
            numbers[2] <= ChangeSet.maximumNumber
        else { return nil }
        self.init(first: numbers[0], answered: numbers[1], through: numbers[2])
    }
}

/// What became of a change set before its server was put back: told beside the set when that is sent again (`was`), and
/// no part of it.
public struct PastAnswer: Hashable, Sendable {
    /// The most bytes that it adds to a line.
    public static let maximumBytes = 128

    /// What the answer was, without any value that it told.
    public enum Answer: Hashable, Sendable {
        case accepted
        /// Accepted under another stamp than the set's own.
        case restamped(Stamp)
        case rejected, quarantined, handedOver
    }

    /// The server's latest sequence at the answer: the set was committed no later.
    public var sequence: Int64
    public var answer: Answer
    /// Whether something was taken out of the set since, for it may no longer be held.
    public var isCut: Bool

    public init(sequence: Int64, answer: Answer, isCut: Bool) {
        (self.sequence, self.answer, self.isCut) = (sequence, answer, isCut)
    }

    public var value: Value {
        var entries: [String: Value] = ["at": .int(sequence)]
        switch answer {
        case .accepted: break
        case .restamped(let stamp): entries["stamp"] = .string(stamp.description)
        case .rejected: entries["rejected"] = true
        case .quarantined: entries["quarantined"] = true
        case .handedOver: entries["handover"] = true
        }
        if isCut { entries["gone"] = true }
        return .map(entries)
    }

    /// Reads it; nil where it is malformed.
    public init?(_ value: Value) {
        guard let entries = value.entries, let sequence = entries.natural("at") else { return nil }
        let flags = ["rejected", "quarantined", "handover", "gone"].filter { entries[$0] != nil }
        guard flags.allSatisfy({ entries[$0]?.boolean == true }) else { return nil }
        let isCut = entries["gone"] != nil
        var answers: [Answer] = []
        if let text = entries["stamp"] {
            guard let stamp = text.text.flatMap({ Stamp($0) }) else { return nil }
            answers.append(.restamped(stamp))
        }
        if entries["rejected"] != nil { answers.append(.rejected) }
        if entries["quarantined"] != nil { answers.append(.quarantined) }
        if entries["handover"] != nil { answers.append(.handedOver) }
        guard answers.count <= 1 else { return nil }
        self.init(sequence: sequence, answer: answers.first ?? .accepted, isCut: isCut)
    }
}

extension ChangeSetLine {
    private static let was: StaticString = "was"

    /// The line of a set that is sent again, made of the set's own line.
    public static func bytes(_ line: [UInt8], was past: PastAnswer) -> [UInt8] {
        // In canonical order `was` comes behind all members of a set.
        line.dropLast() + Array(",\"\(was)\":".utf8) + CanonicalJSON.bytes(past.value) + [UInt8(ascii: "}")]
    }

    /// Reads what a line tells beside its set.
    /// - Returns: nothing where it tells nothing; nil where that is malformed.
    public static func past(_ line: JSONDocument) -> PastAnswer?? {
        guard let part = line.entry(was, of: line.root) else { return .some(nil) }
        guard let past = PastAnswer(line.value(part)) else { return nil }
        return .some(past)
    }
}
