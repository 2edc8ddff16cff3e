import WaybookModel

/// What became of one write, where it is not simply applied: the state that the author's server row now holds.
public struct OutcomeLine: Hashable, Sendable {
    public var id: RecordID
    public var collection: CollectionName
    public var path: FieldPath
    public var outcome: WriteOutcome
    public var present: Atom
    /// The conflict that was listed, if any.
    public var conflict: RecordID?

    public init(
        id: RecordID, collection: CollectionName, path: FieldPath, outcome: WriteOutcome, present: Atom,
        conflict: RecordID?
    ) {
        self.id = id
        self.collection = collection
        self.path = path
        self.outcome = outcome
        self.present = present
        self.conflict = conflict
    }
}

/// Why a set was refused.
public struct Refusal: Hashable, Sendable {
    public var rule: RefusalRule
    public var record: RecordID?
    public var path: FieldPath?
    /// What the server holds instead, where that helps to mend it.
    public var present: Value?

    public init(rule: RefusalRule, record: RecordID?, path: FieldPath?, present: Value? = nil) {
        self.rule = rule
        self.record = record
        self.path = path
        self.present = present
    }
}

/// The server's answer to one change set.
public enum Verdict: Hashable, Sendable {
    /// Accepted whole.
    /// - Parameters:
    ///   - stamp: the stamp that the server gave instead, where the set's own ran too far ahead.
    ///   - outcomes: only of writes that are not simply applied.
    case accepted(stamp: Stamp?, outcomes: [OutcomeLine])
    /// Refused whole.
    case rejected(Refusal)
    /// Put aside: its stamp is already borne by an unequal write, so two stores stamp as one.
    case quarantined
    /// Kept for somebody to decide, under this identity: its author no longer held what it writes to.
    case handover(RecordID)

    /// Whether a run of such verdicts can be told as one line.
    public var isPlain: Bool { self == .accepted(stamp: nil, outcomes: []) }
}

extension Verdict {
    /// The verdict without what it tells of these records: neither values nor paths, which may hold some. What it says of
    /// the set stays.
    public func withoutValues(of records: Set<RecordID>) -> Verdict {
        switch self {
        case .accepted(let stamp, let outcomes):
            return .accepted(stamp: stamp, outcomes: outcomes.filter { !records.contains($0.id) })
        case .rejected(let refusal):
            guard let record = refusal.record, records.contains(record) else { return self }
            return .rejected(Refusal(rule: refusal.rule, record: record, path: nil))
        case .quarantined, .handover: return self
        }
    }

    /// The verdict as it is stored and sent, without the set's number.
    public var value: Value {
        switch self {
        case .accepted(let stamp, let outcomes):
            var entries: [String: Value] = [:]
            if let stamp { entries["stamp"] = .string(stamp.description) }
            if !outcomes.isEmpty { entries["outcomes"] = .list(outcomes.map(\.value)) }
            return .map(entries)
        case .rejected(let refusal): return ["rejected": refusal.value]
        case .quarantined: return ["quarantined": true]
        case .handover(let id): return ["handover": .string(id.description)]
        }
    }

    /// Reads a verdict; nil where it is malformed.
    public init?(_ value: Value) {
        guard let entries = value.entries else { return nil }
        if let refused = entries["rejected"] {
            guard let refusal = Refusal(refused) else { return nil }
            self = .rejected(refusal)
        } else if let handover = entries["handover"] {
            guard let id = handover.text.flatMap({ RecordID(canonical: $0) }) else { return nil }
            self = .handover(id)
        } else if entries["quarantined"] != nil {
            self = .quarantined
        } else {
            var stamp: Stamp?
            if let text = entries["stamp"] {
                guard let given = text.text.flatMap({ Stamp($0) }) else { return nil }
                stamp = given
            }
            var outcomes: [OutcomeLine] = []
            for element in entries["outcomes"]?.elements ?? [] {
                guard let outcome = OutcomeLine(element) else { return nil }
                outcomes.append(outcome)
            }
            self = .accepted(stamp: stamp, outcomes: outcomes)
        }
    }
}

extension OutcomeLine {
    var value: Value {
        var entries: [String: Value] = [
            "id": .string(id.description), "in": .string(collection.text), "outcome": .string(outcome.rawValue),
            "path": .string(path.text),
        ]
        entries["stamp"] = .string(present.stamp.description)
        if present.origin != present.stamp { entries["origin"] = .string(present.origin.description) }
        if let value = present.value { entries["value"] = value } else { entries["gone"] = true }
        if let conflict { entries["conflict"] = .string(conflict.description) }
        return .map(entries)
    }

    init?(_ value: Value) {
        guard let entries = value.entries, let id = entries["id"]?.text.flatMap({ RecordID($0) }),
            let collection = entries["in"]?.text, let path = entries["path"]?.text.flatMap({ FieldPath(parsing: $0) }),
            let outcome = entries["outcome"]?.text.flatMap({ WriteOutcome(rawValue: $0) }),
            let stamp = entries["stamp"]?.text.flatMap({ Stamp($0) }),
            entries["value"] != nil || entries["gone"] != nil
        else { return nil }
        let origin = entries["origin"]?.text.flatMap { Stamp($0) }
        let present = Atom(value: entries["value"], stamp: stamp, origin: origin)
        self.init(
            id: id, collection: CollectionName(collection), path: path, outcome: outcome, present: present,
            conflict: entries["conflict"]?.text.flatMap { RecordID($0) })
    }
}

extension Refusal {
    var value: Value {
        var entries: [String: Value] = ["rule": .string(rule.rawValue)]
        if let record { entries["id"] = .string(record.description) }
        if let path { entries["path"] = .string(path.text) }
        if let present { entries["present"] = present }
        return .map(entries)
    }

    init?(_ value: Value) {
        guard let entries = value.entries, let rule = entries["rule"]?.text.flatMap({ RefusalRule(rawValue: $0) })
        else {
            return nil
        }
        self.init(
            rule: rule, record: entries["id"]?.text.flatMap { RecordID($0) },
            path: entries["path"]?.text.flatMap { FieldPath(parsing: $0) }, present: entries["present"])
    }
}
