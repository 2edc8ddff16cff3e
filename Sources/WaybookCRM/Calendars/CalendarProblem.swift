import WaybookModel

/// Why an entry of a calendar could not be taken; the others go on.
public struct CalendarProblem: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// Lines that belong to no calendar; told once for a row of them.
        case outsideCalendar
        /// The entry has no end before the file ends, or another component ends within it.
        case notClosed
        case malformedLine
        /// A line of a property that Waybook takes is longer than the limit, in bytes.
        case lineTooLong(limitBytes: Int)
        case tooManyLines(limit: Int)
        /// Components stand deeper in one another than the limit.
        case nestedTooDeep(limit: Int)
        /// A value is no text of its character set.
        case textInvalid(property: String, encoding: TextEncoding)
        /// The entry has no UID.
        case uidMissing
    }

    /// The file's line, counted from 1.
    public let line: Int
    public let reason: Reason

    public init(line: Int, _ reason: Reason) {
        self.line = line
        self.reason = reason
    }
}
