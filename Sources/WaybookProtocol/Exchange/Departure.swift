import WaybookModel

/// Why a unit, or a record, left a reader.
public enum DepartureReason: String, Hashable, Sendable, CaseIterable {
    /// Somebody else became responsible.
    case assigned
    /// Somebody took it out of the pool.
    case claimed
    /// It is no longer shared with the reader.
    case unshared
    /// It went back to the pool.
    case pool
    /// The reader's teams, or the people in them, changed.
    case team
    /// The reader's role changed.
    case role
    /// It is no longer what it was when everybody saw it.
    case closed
    /// A record, not a unit: it was put under a customer that the reader does not see.
    case moved
}

/// Why something leaves a reader's store, who did it, and when.
public struct DepartureCause: Hashable, Sendable {
    public var reason: DepartureReason
    /// The person who did it; nil where nobody did, as when a day passed.
    public var by: RecordID?
    /// When it was committed, milliseconds since 1970 by the server's clock; where nobody did it, when it was noticed.
    public var atMilliseconds: Int64
    /// What that person wrote about it.
    public var note: String?

    public init(_ reason: DepartureReason, by: RecordID?, atMilliseconds: Int64, note: String? = nil) {
        self.reason = reason
        self.by = by
        self.atMilliseconds = atMilliseconds
        self.note = note
    }

    /// The members of the line that tell it.
    var entries: [String: Value] {
        var entries: [String: Value] = ["moved": .int(atMilliseconds), "reason": .string(reason.rawValue)]
        if let by { entries["by"] = .string(by.description) }
        if let note { entries["note"] = .string(note) }
        return entries
    }

    /// A reason that this version does not know is read as `closed`.
    init?(_ entries: [String: Value]) {
        guard let at = entries["moved"]?.integer, let reason = entries["reason"]?.text else { return nil }
        let by = entries["by"].map { $0.text.flatMap { RecordID(canonical: $0) } }
        if let by, by == nil { return nil }
        let note = entries["note"].map(\.text)
        if let note, note == nil { return nil }
        self.init(DepartureReason(rawValue: reason) ?? .closed, by: by ?? nil, atMilliseconds: at, note: note ?? nil)
    }
}

/// A unit that the reader may no longer hold: with all that hangs on it, it leaves the reader's store
/// (`protocol/8-access.md#departures`). Never a deletion.
public struct Departure: Hashable, Sendable {
    public var unit: RecordID
    public var cause: DepartureCause

    public init(unit: RecordID, cause: DepartureCause) {
        self.unit = unit
        self.cause = cause
    }

    var value: Value { .map(cause.entries.merging(["departed": .string(unit.description)]) { $1 }) }

    init?(_ entries: [String: Value]) {
        guard let unit = entries["departed"]?.text.flatMap({ RecordID(canonical: $0) }),
            let cause = DepartureCause(entries)
        else { return nil }
        self.init(unit: unit, cause: cause)
    }
}
