import WaybookModel

/// The first line of an answer.
public struct Head: Hashable, Sendable {
    /// Names the server's data as a whole; another value means another server. Nil where the hello named a checkpoint:
    /// that one is of this epoch and timeline, or it would have been refused.
    public var epoch: String?
    /// Rises with every restore; nil with ``epoch``.
    public var timeline: Int?
    /// The sequence of the latest commit when the answer began; the feed may go beyond it.
    public var sequence: Int64
    /// The server's clock less the hello's, milliseconds, measured when the hello arrived.
    public var offsetMilliseconds: Int64
    /// The version of the server's schema; nil where it is the hello's.
    public var schemaVersion: Int?
    public var limits: ExchangeLimits
    /// The days that a device may show what it holds without having been heard of; nil for ``standardLeaseDays``.
    public var leaseDays: Int?

    /// The lease where no other is told.
    public static let standardLeaseDays = 14
    /// The leases that there may be.
    public static let leaseRange = 1...365

    public init(
        epoch: String?, timeline: Int?, sequence: Int64, offsetMilliseconds: Int64, schemaVersion: Int?,
        limits: ExchangeLimits, leaseDays: Int? = nil
    ) {
        self.epoch = epoch
        self.timeline = timeline
        self.sequence = sequence
        self.offsetMilliseconds = offsetMilliseconds
        self.schemaVersion = schemaVersion
        self.limits = limits
        self.leaseDays = leaseDays
    }
}

/// A record, or what changed in one, as the feed tells it.
public struct FeedRecord: Hashable, Sendable {
    public var record: VersionedRecord
    public var unit: RecordID
    /// Whether this is the whole record; otherwise the atoms that changed after the checkpoint.
    public var isWhole: Bool

    public init(record: VersionedRecord, unit: RecordID, isWhole: Bool) {
        self.record = record
        self.unit = unit
        self.isWhole = isWhole
    }
}

/// A line of the answer to an exchange (`protocol/4-exchange.md#answer`).
public enum ResponseLine: Hashable, Sendable {
    case head(Head)
    /// Sets `first…last` were applied as they were.
    case applied(first: Int64, last: Int64)
    case verdict(number: Int64, Verdict)
    case record(FeedRecord)
    /// A unit is no longer the reader's to hold.
    case departed(Departure)
    /// A record went over into another unit. With a cause the reader does not see that one; without, the record comes
    /// again with it.
    case gone(RecordID, DepartureCause? = nil)
    /// The root of a unit that the reader held once was erased: what is left about it goes as well.
    case erased(RecordID)
    /// What a laptop told of others' lost writes, up to the line of this number, is dealt with.
    case witnessed(Int64)
    /// From here to the next line of another kind than a record's, all records of this bucket that the reader may read
    /// are told whole: a record of it that is not among them is none of the reader's.
    case bucket(Int)
    /// Everything up to `sequence` has been told, nil for the head's; to be stored in one transaction with the data
    /// before it.
    case checkpoint(token: String, sequence: Int64?)
    /// The answer is complete. Without this line it is not.
    /// - Parameter readable: how many records the reader may read, deleted ones and conflicts apart; nil from a server
    ///   of protocol 1.
    /// - Parameter more: whether something came into the reader's sight, or left it, while the answer went on: the
    ///   client exchanges again at once, and has not wholly read the feed yet.
    /// - Parameter sums: what all those records come to, where the client compares.
    case end(readable: Int64?, more: Bool = false, sums: DigestSums? = nil)
    /// A failure after the answer had begun.
    case error(Problem)
}

extension ResponseLine {
    /// The line's value.
    public var value: Value {
        switch self {
        case .head(let head): ["head": head.value]
        case .applied(let first, let last): ["applied": [.int(first), .int(last)]]
        case .verdict(let number, let verdict): ["set": .int(number), "verdict": verdict.value]
        case .record(let record): record.value
        case .departed(let departure): departure.value
        case .gone(let id, let cause): Self.gone(id, cause)
        case .erased(let id): ["erased": .string(id.description)]
        case .bucket(let bucket): ["bucket": .int(Int64(bucket))]
        case .witnessed(let number): ["witnessed": .int(number)]
        case .checkpoint(let token, nil): ["checkpoint": .string(token)]
        case .checkpoint(let token, let sequence?): ["checkpoint": .string(token), "sequence": .int(sequence)]
        case .end(let readable, let more, let sums): Self.end(readable, more, sums)
        case .error(let problem): ["error": problem.lineValue]
        }
    }

    private static func gone(_ id: RecordID, _ cause: DepartureCause?) -> Value {
        .map((cause?.entries ?? [:]).merging(["gone": .string(id.description)]) { $1 })
    }

    private static func end(_ readable: Int64?, _ more: Bool, _ sums: DigestSums?) -> Value {
        var entries: [String: Value] = ["end": true]
        if let readable { entries["count"] = .int(readable) }
        if more { entries["more"] = true }
        entries["sums"] = sums.map { .string($0.text) }
        return .map(entries)
    }

    /// The canonical bytes of the line, without its line feed.
    public var bytes: [UInt8] { CanonicalJSON.bytes(value) }

    /// Reads a line; nil where it is none that this version knows.
    public init?(_ value: Value) {
        guard let entries = value.entries else { return nil }
        if entries["record"] != nil || entries["update"] != nil {
            guard let record = FeedRecord(entries) else { return nil }
            self = .record(record)
        } else if let numbers = entries["applied"]?.elements {
            guard numbers.count == 2, let first = numbers[0].integer, let last = numbers[1].integer, first <= last
            else {
                return nil
            }
            self = .applied(first: first, last: last)
        } else if let verdict = entries["verdict"] {
            guard let number = entries["set"]?.integer, let verdict = Verdict(verdict) else { return nil }
            self = .verdict(number: number, verdict)
        } else if entries["departed"] != nil {
            guard let departure = Departure(entries) else { return nil }
            self = .departed(departure)
        } else if let gone = entries["gone"] {
            guard let id = gone.text.flatMap({ RecordID(canonical: $0) }) else { return nil }
            let cause = DepartureCause(entries)
            guard cause != nil || entries["reason"] == nil else { return nil }
            self = .gone(id, cause)
        } else if let erased = entries["erased"] {
            guard let id = erased.text.flatMap({ RecordID(canonical: $0) }) else { return nil }
            self = .erased(id)
        } else if entries["witnessed"] != nil {
            guard let number = entries.natural("witnessed") else { return nil }
            self = .witnessed(number)
        } else if entries["bucket"] != nil {
            guard let bucket = entries.natural("bucket", maximum: Int64(RecordDigest.buckets - 1)) else { return nil }
            self = .bucket(Int(bucket))
        } else if let token = entries["checkpoint"]?.text {
            let sequence = entries.natural("sequence")
            guard (sequence != nil) == (entries["sequence"] != nil) else { return nil }
            self = .checkpoint(token: token, sequence: sequence)
        } else if let head = entries["head"] {
            guard let head = Head(head) else { return nil }
            self = .head(head)
        } else if entries["end"] != nil {
            if entries["count"] != nil, entries.natural("count") == nil { return nil }
            if let more = entries["more"], more.boolean == nil { return nil }
            let sums = entries["sums"]?.text.flatMap { DigestSums($0) }
            guard (sums != nil) == (entries["sums"] != nil) else { return nil }
            self = .end(readable: entries.natural("count"), more: entries["more"]?.boolean ?? false, sums: sums)
        } else if let error = entries["error"] {
            guard let problem = Problem(lineValue: error) else { return nil }
            self = .error(problem)
        } else {
            return nil
        }
    }
}

extension Head {
    var value: Value {
        var entries: [String: Value] = ["offset": .int(offsetMilliseconds), "sequence": .int(sequence)]
        if let epoch { entries["epoch"] = .string(epoch) }
        if let timeline { entries["timeline"] = .int(Int64(timeline)) }
        if let schemaVersion { entries["schema"] = .int(Int64(schemaVersion)) }
        if limits != .standard { entries["limits"] = limits.value }
        if let leaseDays { entries["lease"] = .int(Int64(leaseDays)) }
        return .map(entries)
    }

    init?(_ value: Value) {
        guard let entries = value.entries, let sequence = entries.natural("sequence"),
            let offset = entries["offset"]?.integer, let limits = ExchangeLimits(entries["limits"] ?? [:])
        else { return nil }
        let epoch = entries["epoch"]?.text
        let timeline = entries.natural("timeline", maximum: 255)
        let schema = entries.positive("schema")
        guard (epoch != nil) == (entries["epoch"] != nil), (timeline != nil) == (entries["timeline"] != nil),
            (epoch != nil) == (timeline != nil), (schema != nil) == (entries["schema"] != nil)
        else { return nil }
        self.init(
            epoch: epoch, timeline: timeline.map { Int($0) }, sequence: sequence, offsetMilliseconds: offset,
            schemaVersion: schema, limits: limits,
            leaseDays: entries.positive("lease").map { min($0, Self.leaseRange.upperBound) })
    }
}

extension FeedRecord {
    var value: Value {
        var entries: [String: Value] = [
            "fields": RecordEncoding.fields(record), "in": .string(record.collection.text),
            isWhole ? "record" : "update": .string(record.id.description), "stamps": RecordEncoding.stamps(record),
        ]
        if unit != record.id { entries["unit"] = .string(unit.description) }
        return .map(entries)
    }

    /// Composes the line of a whole record from its stored texts: nothing is parsed on the way out.
    public static func line(
        id: RecordID, collection: String, unit: RecordID, fields: String, stamps: String
    ) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(fields.utf8.count + stamps.utf8.count + 140)
        line.append(contentsOf: "{\"fields\":".utf8)
        line.append(contentsOf: fields.utf8)
        line.append(contentsOf: ",\"in\":".utf8)
        CanonicalJSON.append(collection, to: &line)
        line.append(contentsOf: ",\"record\":\"".utf8)
        line.append(contentsOf: id.description.utf8)
        line.append(contentsOf: "\",\"stamps\":".utf8)
        line.append(contentsOf: stamps.utf8)
        if unit != id {
            line.append(contentsOf: ",\"unit\":\"".utf8)
            line.append(contentsOf: unit.description.utf8)
            line.append(UInt8(ascii: "\""))
        }
        line.append(UInt8(ascii: "}"))
        return line
    }

    init?(_ entries: [String: Value]) {
        let isWhole = entries["record"] != nil
        guard let id = entries[isWhole ? "record" : "update"]?.text.flatMap({ RecordID($0) }),
            let collection = entries["in"]?.text, isWellFormedName(collection),
            let unit = entries["unit"].map({ $0.text.flatMap { RecordID($0) } }) ?? id,
            let fields = entries["fields"], let stamps = entries["stamps"],
            let record = RecordEncoding.decode(
                id: id, collection: CollectionName(collection), fields: fields, stamps: stamps)
        else { return nil }
        self.init(record: record, unit: unit, isWhole: isWhole)
    }
}
