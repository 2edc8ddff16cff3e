import WaybookModel

/// The named limits of an exchange, told in the head of each answer (`protocol/4-exchange.md#limits`).
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

    var value: Value {
        [
            "aheadMilliseconds": .int(Int64(aheadMilliseconds)), "keptSets": .int(keptSets),
            "lineBytes": .int(Int64(lineBytes)), "requestBytes": .int(Int64(requestBytes)),
            "requestSets": .int(Int64(requestSets)),
        ]
    }

    init?(_ value: Value) {
        guard let entries = value.entries, let requestBytes = entries.positive("requestBytes"),
            let requestSets = entries.positive("requestSets"), let lineBytes = entries.positive("lineBytes"),
            let ahead = entries.positive("aheadMilliseconds"), let kept = entries.positive("keptSets")
        else { return nil }
        self.init(
            requestBytes: requestBytes, requestSets: requestSets, lineBytes: lineBytes,
            aheadMilliseconds: UInt64(ahead), keptSets: Int64(kept))
    }
}

extension [String: Value] {
    func positive(_ key: String) -> Int? {
        guard let number = self[key]?.integer, number > 0 else { return nil }
        return Int(exactly: number)
    }

    /// A number from 0 to `maximum`.
    func natural(_ key: String, maximum: Int64 = .max) -> Int64? {
        guard let number = self[key]?.integer, number >= 0, number <= maximum else { return nil }
        return number
    }
}
