/// How large a random organisation is, and how long it lives.
public struct LeakPlan: Hashable, Sendable {
    public var seed: UInt64
    public var users: Int
    public var customers: Int
    public var steps: Int
    /// Rows in a page of the feed.
    public var pageRows: Int
    public var cutPercent: Int
    /// A fault in what surrounds the product; nil for none.
    public var fault: LeakFault?

    public init(
        seed: UInt64, users: Int, customers: Int, steps: Int, pageRows: Int = 200, cutPercent: Int = 12,
        fault: LeakFault? = nil
    ) {
        self.seed = seed
        self.users = users
        self.customers = customers
        self.steps = steps
        self.pageRows = pageRows
        self.cutPercent = cutPercent
        self.fault = fault
    }
}

/// A fault that is planted into the files or on the way, never into the product's code. Each must be found.
public enum LeakFault: String, Hashable, Sendable, CaseIterable {
    /// The line that a unit departed is lost.
    case departureNotTold
    /// What notes that a purge is due is taken away again.
    case purgeSkipped
    /// The search index keeps words of records that left.
    case indexNotForgotten
    /// What history loses is kept in another table.
    case historyKept
    /// Of answered sets nothing is taken out.
    case journalKept
    /// The server's index has units in scopes to which they do not belong.
    case strangerInScope
    /// A record is lost on the way.
    case recordWithheld
}

/// What a run did, and how often it looked.
public struct LeakReport: Hashable, Sendable {
    public var exchanges = 0
    /// Looks at a laptop that had read everything, and at one whose exchange had broken.
    public var wholeChecks = 0
    public var brokenChecks = 0
    public var scannedBytes = 0
    /// Markers of which a laptop held at least one place, over all looks.
    public var markersFound = 0
    public var recordsCompared = 0
    public var departures = 0
    public var refusals = 0
    /// How often a laptop had put aside what it holds of others' writes.
    public var putAside = 0
    public var customers = 0
    public var records = 0
    public var actions: [String: Int] = [:]

    public init() {}
}

/// What was found that must not be.
public struct LeakFound: Error, Hashable, Sendable, CustomStringConvertible {
    public var what: String
    public var story: [String]

    public var description: String { what + "\n" + story.suffix(40).joined(separator: "\n") }
}
