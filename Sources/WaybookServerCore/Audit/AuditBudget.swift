/// Bounds how many failed sign-ins are written down: what a stranger may do as often as they like must not fill the
/// disk. Those beyond are counted, and the next entry says how many there were.
///
/// A pure value: the time is passed in.
public struct AuditBudget: Sendable {
    /// The most entries a minute: at 100 bytes an entry some 9 MB a day.
    public static let entriesPerMinute = 60
    private static let minuteMilliseconds: Int64 = 60_000

    private let most: Int
    private var minute: Int64 = .min
    private var written = 0
    private var omitted = 0

    /// Makes a budget of which nothing is spent.
    public init(entriesPerMinute: Int = Self.entriesPerMinute) { most = entriesPerMinute }

    /// Takes room for one entry.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: how many were left out since the last entry; nil when this one is left out too.
    public mutating func take(now: Int64) -> Int? {
        let present = now / Self.minuteMilliseconds
        if present != minute { (minute, written) = (present, 0) }
        guard written < most else {
            omitted += 1
            return nil
        }
        written += 1
        defer { omitted = 0 }
        return omitted
    }
}
