import WaybookModel

/// The named limits of an exchange. The head of each answer tells those that differ from ``standard``
/// (`protocol/4-exchange.md#limits`).
public struct ExchangeLimits: Hashable, Sendable {
    /// The most bytes of one request's body, unpacked.
    public var requestBytes: Int
    /// The most change sets in one request.
    public var requestSets: Int
    /// The most bytes of one line.
    public var lineBytes: Int
    /// How far ahead of the server's clock a stamp is taken as it is, milliseconds.
    public var aheadMilliseconds: UInt64
    /// How many of a replica's latest answered sets the server still knows by hash and verdict.
    public var keptSets: Int64

    /// What holds where the head says nothing; another value is another protocol version.
    public static let standard = ExchangeLimits(
        requestBytes: 8 << 20, requestSets: 1_000, lineBytes: (1 << 20) + 4_096, aheadMilliseconds: 120_000,
        keptSets: 10_000)

    public init(
        requestBytes: Int, requestSets: Int, lineBytes: Int, aheadMilliseconds: UInt64, keptSets: Int64
    ) {
        self.requestBytes = requestBytes
        self.requestSets = requestSets
        self.lineBytes = lineBytes
        self.aheadMilliseconds = aheadMilliseconds
        self.keptSets = keptSets
    }

    /// The limits that are not the standard ones.
    var value: Value {
        let standard = Self.standard.numbers
        return .map(numbers.filter { $0.value != standard[$0.key] }.mapValues { .int($0) })
    }

    /// Reads limits; those that are not told are the standard ones.
    init?(_ value: Value) {
        let standard = Self.standard
        guard let entries = value.entries,
            let requestBytes = entries.positive("requestBytes", otherwise: standard.requestBytes),
            let requestSets = entries.positive("requestSets", otherwise: standard.requestSets),
            let lineBytes = entries.positive("lineBytes", otherwise: standard.lineBytes),
            let ahead = entries.positive("aheadMilliseconds", otherwise: Int(standard.aheadMilliseconds)),
            let kept = entries.positive("keptSets", otherwise: Int(standard.keptSets))
        else { return nil }
        self.init(
            requestBytes: requestBytes, requestSets: requestSets, lineBytes: lineBytes,
            aheadMilliseconds: UInt64(ahead), keptSets: Int64(kept))
    }

    private var numbers: [String: Int64] {
        [
            "aheadMilliseconds": Int64(aheadMilliseconds), "keptSets": keptSets, "lineBytes": Int64(lineBytes),
            "requestBytes": Int64(requestBytes), "requestSets": Int64(requestSets),
        ]
    }
}

extension [String: Value] {
    /// A number above 0; `standard` where there is none, nil where there is something else.
    func positive(_ key: String, otherwise standard: Int? = nil) -> Int? {
        guard let value = self[key] else { return standard }
        guard let number = value.integer, number > 0 else { return nil }
        return Int(exactly: number)
    }

    /// A number from 0 to `maximum`.
    func natural(_ key: String, maximum: Int64 = .max) -> Int64? {
        guard let number = self[key]?.integer, number >= 0, number <= maximum else { return nil }
        return number
    }
}
