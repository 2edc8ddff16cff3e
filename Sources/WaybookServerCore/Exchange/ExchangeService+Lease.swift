import GRDB
import WaybookProtocol
import WaybookStore

extension ExchangeService {
    /// The lease that heads tell; nil for the standard one, of which nothing is said.
    func leaseDays() throws -> Int? {
        let days = try file.read { try ServerSettings($0).leaseDays() }
        return days == Head.standardLeaseDays ? nil : days
    }
}

/// What an administrator may set.
public struct ServerSettings {
    private static let leaseKey = "lease"
    private static let healingKey = "healingDays"
    /// The days after which the healing of a server that was put back is ended by itself: laptops keep their journals for 30.
    public static let standardHealingDays = 35
    /// The days that may be asked for: a day to ten years.
    public static let healingRange = 1...3_650

    private let rows: ServerRows

    /// Makes the settings of the file, seen inside a transaction.
    public init(_ db: Database) { rows = ServerRows(db) }

    /// The days that a device may show what it holds without having been heard of.
    public func leaseDays() throws -> Int {
        try rows.number(Self.leaseKey).map { Int(clamping: $0) } ?? Head.standardLeaseDays
    }

    /// The days after which the healing of a server that was put back is ended by itself.
    public func healingDays() throws -> Int {
        try rows.number(Self.healingKey).map { Int(clamping: $0) } ?? Self.standardHealingDays
    }

    /// Sets them, within ``healingRange``.
    public func setHealing(days: Int) throws {
        precondition(Self.healingRange.contains(days))
        try rows.set(Self.healingKey, Int64(days))
    }

    /// Sets the lease, within `Head.leaseRange`.
    public func setLease(days: Int) throws {
        precondition(Head.leaseRange.contains(days))
        try rows.set(Self.leaseKey, Int64(days))
    }
}
