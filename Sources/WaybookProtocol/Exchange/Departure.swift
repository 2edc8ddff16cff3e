import WaybookModel

/// Why a unit left a reader.
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
}

/// A unit that the reader may no longer hold: with all that hangs on it, it leaves the reader's store
/// (`protocol/8-access.md#departures`). Never a deletion.
public struct Departure: Hashable, Sendable {
    public var unit: RecordID
    public var reason: DepartureReason
    /// The person who did it; nil where nobody did, as when a day passed.
    public var by: RecordID?
    /// When it was committed, milliseconds since 1970 by the server's clock.
    public var atMilliseconds: Int64
    /// What that person wrote about it.
    public var note: String?

    public init(unit: RecordID, reason: DepartureReason, by: RecordID?, atMilliseconds: Int64, note: String? = nil) {
        self.unit = unit
        self.reason = reason
        self.by = by
        self.atMilliseconds = atMilliseconds
        self.note = note
    }

    var value: Value {
        var entries: [String: Value] = [
            "departed": .string(unit.description), "moved": .int(atMilliseconds), "reason": .string(reason.rawValue),
        ]
        if let by { entries["by"] = .string(by.description) }
        if let note { entries["note"] = .string(note) }
        return .map(entries)
    }

    /// A reason that this version does not know is read as `closed`.
    init?(_ entries: [String: Value]) {
        guard let unit = entries["departed"]?.text.flatMap({ RecordID(canonical: $0) }),
            let at = entries["moved"]?.integer, let reason = entries["reason"]?.text
        else { return nil }
        let by = entries["by"].map { $0.text.flatMap { RecordID(canonical: $0) } }
        if let by, by == nil { return nil }
        let note = entries["note"].map(\.text)
        if let note, note == nil { return nil }
        self.init(
            unit: unit, reason: DepartureReason(rawValue: reason) ?? .closed, by: by ?? nil, atMilliseconds: at,
            note: note ?? nil)
    }
}
