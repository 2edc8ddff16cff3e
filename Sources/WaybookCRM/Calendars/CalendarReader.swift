import WaybookModel

/// Named bounds of reading calendars.
public struct CalendarLimits: Sendable, Hashable {
    /// The longest line with all that is folded onto it, in bytes.
    public var lineBytes: Int
    /// The most lines of an entry, with those of its reminders.
    public var lines: Int
    /// How deep components may stand in one another.
    public var nesting: Int

    /// The bounds that the product uses: lines of 1 MiB, 2,048 of them, 8 deep.
    public static let standard = CalendarLimits(lineBytes: 1 << 20, lines: 2_048, nesting: 8)

    /// Sets bounds; each counts as at least 1.
    public init(lineBytes: Int, lines: Int, nesting: Int) {
        self.lineBytes = max(1, lineBytes)
        self.lines = max(1, lines)
        self.nesting = max(1, nesting)
    }
}

/// One entry of a file, or the reason why it could not be read.
public struct CalendarReading: Sendable {
    /// The line on which the entry begins, counted from 1.
    public let line: Int
    public let entry: Result<CalendarEntry, CalendarProblem>
    /// How many properties and components of the entry were not taken, by name in capitals.
    public let keptOut: [String: Int]
}

/// Reads events and tasks out of iCalendar (RFC 5545) one at a time, in memory that the longest allowed line and the most lines
/// bound, and in time linear in the bytes. Other components are passed over.
///
/// A faulty entry is returned with its reason and its line, and reading goes on. It is total: any bytes give entries. The
/// reader is a cursor for one task.
public struct CalendarReader {
    private var lines: UnfoldedLines
    private let limits: CalendarLimits
    /// What is open outside of entries.
    private var open: [String] = []
    private var isOutside = false

    /// Prepares to read.
    /// - Parameter source: gives the file's bytes, as ``CSVReader/Source`` says.
    public init(limits: CalendarLimits = .standard, source: @escaping CSVReader.Source) {
        self.limits = limits
        lines = UnfoldedLines(limitBytes: limits.lineBytes, isCard: false, source: source)
    }

    /// Returns the next entry, or nil at the end.
    /// - Throws: only what the source throws.
    public mutating func next() throws(ImportFileProblem) -> CalendarReading? {
        while let line = try lines.next() {
            if let name = ContentMark.begin(of: line.bytes) {
                isOutside = false
                if open.last == "VCALENDAR", let kind = CalendarEntry.Kind(rawValue: name) {
                    return try entry(kind, line)
                }
                guard open.count < limits.nesting else {
                    return refusal(line, .nestedTooDeep(limit: limits.nesting))
                }
                open.append(name)
            } else if let name = ContentMark.end(of: line.bytes), let last = open.lastIndex(of: name) {
                open.removeSubrange(last...)
            } else if open.isEmpty, !isOutside {
                isOutside = true
                return refusal(line, .outsideCalendar)
            }
        }
        return nil
    }

    private func refusal(_ line: UnfoldedLine, _ reason: CalendarProblem.Reason) -> CalendarReading {
        CalendarReading(
            line: line.number, entry: .failure(CalendarProblem(line: line.number, reason)), keptOut: [:])
    }

    private mutating func entry(
        _ kind: CalendarEntry.Kind, _ begin: UnfoldedLine
    ) throws(ImportFileProblem) -> CalendarReading {
        var builder = CalendarBuilder(kind, line: begin.number, limits)
        while let line = try lines.next() {
            if builder.take(line) { return builder.reading(isClosed: true) }
            if builder.isAbandoned {
                open = []
                return builder.reading(isClosed: false)
            }
        }
        return builder.reading(isClosed: false)
    }
}
