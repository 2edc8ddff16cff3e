import WaybookModel

/// An event or a task of a calendar (VEVENT and VTODO, RFC 5545 §3.6.1 and §3.6.2): the properties that Waybook knows.
///
/// Texts are without white space around them and never empty; what is read is so, the writer makes so what is not.
public struct CalendarEntry: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        case event = "VEVENT"
        case task = "VTODO"
    }

    /// STATUS (§3.8.1.11), of events and tasks.
    public enum Status: String, Sendable, CaseIterable {
        case tentative = "TENTATIVE"
        case confirmed = "CONFIRMED"
        case cancelled = "CANCELLED"
        case needsAction = "NEEDS-ACTION"
        case inProcess = "IN-PROCESS"
        case completed = "COMPLETED"

        /// Whether an entry of that kind may have it.
        func fits(_ kind: Kind) -> Bool {
            switch self {
            case .cancelled: true
            case .tentative, .confirmed: kind == .event
            case .needsAction, .inProcess, .completed: kind == .task
            }
        }
    }

    /// A reminder (VALARM, §3.6.6).
    public struct Alarm: Sendable, Hashable {
        /// Seconds from the start, negative before it, within a thousand years.
        public var seconds: Int
        /// What is shown; of several lines, perhaps. Empty where there is nothing.
        public var text: String

        public init(seconds: Int, text: String) {
            self.seconds = seconds
            self.text = text
        }
    }

    public var kind: Kind
    /// UID (§3.8.4.7): one line.
    public var uid: String
    /// SUMMARY (§3.8.1.12): one line.
    public var summary: String?
    /// DESCRIPTION (§3.8.1.5): of several lines.
    public var details: String?
    /// LOCATION (§3.8.1.7): one line.
    public var place: String?
    /// CATEGORIES (§3.8.1.2): each once, one line.
    public var categories: [String] = []
    /// DTSTART (§3.8.2.4).
    public var start: CalendarTime?
    /// Of an event DTEND (§3.8.2.2), the first moment after it; of a task DUE (§3.8.2.3). A DURATION is added to the start.
    public var end: CalendarTime?
    /// COMPLETED (§3.8.2.1), of tasks.
    public var completed: Instant?
    public var status: Status?
    /// PRIORITY (§3.8.1.9): 1…9, 1 for the highest; nil for 0, which says nothing.
    public var priority: Int?
    /// Whether it comes every year (RRULE `FREQ=YEARLY` alone, §3.8.5.3); other rules are not taken.
    public var isYearly = false
    /// Whether the time counts as free (TRANSP, §3.8.2.7), of events.
    public var isTransparent = false
    /// At most ``mostAlarms``.
    public var alarms: [Alarm] = []
    /// SEQUENCE (§3.8.7.4): 0…2 147 483 647, rising with each change.
    public var sequence: Int?
    /// DTSTAMP (§3.8.7.2), which every entry has; nil where it could not be read.
    public var stamp: Instant?
    /// LAST-MODIFIED (§3.8.7.3).
    public var modified: Instant?

    /// The most reminders of an entry.
    public static let mostAlarms = 64

    /// Makes an entry that says nothing but what it is known by.
    public init(_ kind: Kind, uid: String) {
        self.kind = kind
        self.uid = uid
    }
}
