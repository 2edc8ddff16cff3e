import WaybookModel

/// The first line of a request: who asks, what it speaks, and how far it has come.
public struct Hello: Hashable, Sendable {
    /// The protocol version of this code; rises with every change of the wire.
    public static let protocolVersion = 7
    /// The lowest version that this code speaks as well.
    public static let oldestProtocolVersion = 5

    /// The protocol versions that the client speaks.
    public var protocols: ClosedRange<Int>
    public var schemaVersion: Int
    public var replica: ReplicaID
    /// The device's wall clock at sending, milliseconds since 1970.
    public var wallMilliseconds: Int64
    /// The token of the last stored checkpoint; nil at a first pull.
    public var checkpoint: String?
    /// The number of the last change set that this replica has made, 0 for none.
    public var lastSet: Int64
    /// The highest set number whose verdict is stored durably.
    public var answered: Int64
    /// Whether the client wants the feed in this exchange; a large outbox loops without.
    public var pulls: Bool
    /// What the device tells of itself, for those who look after it; nothing is decided by it.
    public var told: Told?
    /// Departures up to this sequence are physically gone from the device's files; nil where none was ever told.
    public var purgedSequence: Int64?
    /// The server's timeline as this client knows it; told where no checkpoint tells it.
    public var timeline: Int?
    /// What is sent again to a server that was put back; nil where nothing is.
    public var again: AgainSets?
    /// Where the client compares what it holds with the server: the buckets of records that it is to be told whole, perhaps
    /// none; nil where it does not compare.
    public var compared: [Int]?

    /// The most buckets that one exchange tells whole.
    public static let mostComparedBuckets = 8

    public init(
        protocols: ClosedRange<Int> = oldestProtocolVersion...protocolVersion, schemaVersion: Int, replica: ReplicaID,
        wallMilliseconds: Int64, checkpoint: String?, lastSet: Int64, answered: Int64, pulls: Bool,
        told: Told? = nil, purgedSequence: Int64? = nil, timeline: Int? = nil, again: AgainSets? = nil,
        compared: [Int]? = nil
    ) {
        self.protocols = protocols
        self.schemaVersion = schemaVersion
        self.replica = replica
        self.wallMilliseconds = wallMilliseconds
        self.checkpoint = checkpoint
        self.lastSet = lastSet
        self.answered = answered
        self.pulls = pulls
        self.told = told
        self.purgedSequence = purgedSequence
        self.timeline = timeline
        self.again = again
        self.compared = compared
    }

    /// The line's value.
    public var value: Value {
        var entries: [String: Value] = [
            "answered": .int(answered), "last": .int(lastSet),
            "protocol": [.int(Int64(protocols.lowerBound)), .int(Int64(protocols.upperBound))],
            "replica": .int(Int64(replica.number)), "schema": .int(Int64(schemaVersion)),
            "wall": .int(wallMilliseconds),
        ]
        if let checkpoint { entries["checkpoint"] = .string(checkpoint) }
        if !pulls { entries["pull"] = false }
        if let told { entries["told"] = told.value }
        if let purgedSequence { entries["purged"] = .int(purgedSequence) }
        if let timeline { entries["timeline"] = .int(Int64(timeline)) }
        entries["again"] = again?.value
        entries["compare"] = compared.map { .list($0.map { .int(Int64($0)) }) }
        return ["hello": .map(entries)]
    }

    /// Reads the line; nil where it is not a hello.
    public init?(_ value: Value) {
        guard let entries = value.entries?["hello"]?.entries,
            let versions = entries["protocol"]?.elements?.map(\.integer), versions.count == 2,
            let lower = versions[0].flatMap({ Int(exactly: $0) }),
            let upper = versions[1].flatMap({ Int(exactly: $0) }),
            lower >= 1, lower <= upper, let schema = entries.positive("schema"),
            let replica = entries.natural("replica", maximum: Int64(UInt32.max)), let wall = entries["wall"]?.integer,
            let last = entries.natural("last", maximum: ChangeSet.maximumNumber),
            let answered = entries.natural("answered", maximum: last)
        else { return nil }
        if let checkpoint = entries["checkpoint"], checkpoint.text == nil { return nil }
        if let pulls = entries["pull"], pulls.boolean == nil { return nil }
        if entries["purged"] != nil, entries.natural("purged") == nil { return nil }
        let timeline = entries.natural("timeline", maximum: 255)
        guard (timeline != nil) == (entries["timeline"] != nil) else { return nil }
        let again = entries["again"].flatMap { AgainSets($0) }
        guard (again != nil) == (entries["again"] != nil),
            again.map({ $0.first - 1 <= answered && $0.through <= last }) ?? true
        else { return nil }
        let compared = entries["compare"].flatMap(Self.buckets)
        guard (compared != nil) == (entries["compare"] != nil) else { return nil }
        self.init(
            protocols: lower...upper, schemaVersion: schema, replica: ReplicaID(UInt32(replica)),
            wallMilliseconds: wall,
            checkpoint: entries["checkpoint"]?.text, lastSet: last, answered: answered,
            pulls: entries["pull"]?.boolean ?? true, told: entries["told"].flatMap { Told($0) },
            purgedSequence: entries.natural("purged"), timeline: timeline.map { Int($0) }, again: again,
            compared: compared)
    }

    /// Buckets in rising order; nil where they are none.
    private static func buckets(_ value: Value) -> [Int]? {
        guard let elements = value.elements, elements.count <= mostComparedBuckets else { return nil }
        var buckets: [Int] = []
        for element in elements {
            guard let bucket = element.integer, bucket > buckets.last ?? -1, bucket < RecordDigest.buckets else {
                return nil
            }
            buckets.append(Int(bucket))
        }
        return buckets
    }
}
