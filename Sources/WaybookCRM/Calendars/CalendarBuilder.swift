import WaybookModel

/// An entry while it is read.
struct CalendarBuilder {
    private let limits: CalendarLimits
    private let line: Int
    private let value = ContentValue(encoding: nil)
    private var entry: CalendarEntry
    private var duration: Int?
    private var alarm: (seconds: Int?, text: String)?
    /// What is open within the entry.
    private var open: [String] = []
    private var lineCount = 0
    private var problem: CalendarProblem?
    private var keptOut: [String: Int] = [:]
    /// Whether the calendar ended within the entry.
    private(set) var isAbandoned = false

    init(_ kind: CalendarEntry.Kind, line: Int, _ limits: CalendarLimits) {
        self.line = line
        self.limits = limits
        entry = CalendarEntry(kind, uid: "")
    }

    /// Takes a line; true where it ends the entry.
    mutating func take(_ line: UnfoldedLine) -> Bool {
        lineCount += 1
        if lineCount > limits.lines { refuse(line.number, .tooManyLines(limit: limits.lines)) }
        if let name = ContentMark.begin(of: line.bytes) {
            begin(name, line.number)
        } else if let name = ContentMark.end(of: line.bytes) {
            return end(name, line.number)
        } else if problem == nil {
            guard let content = ContentLine(line) else {
                refuse(line.number, .malformedLine)
                return false
            }
            property(content)
        }
        return false
    }

    /// What became of it.
    func reading(isClosed: Bool) -> CalendarReading {
        var problem = problem
        if problem == nil, !isClosed { problem = CalendarProblem(line: line, .notClosed) }
        if problem == nil, entry.uid.isEmpty { problem = CalendarProblem(line: line, .uidMissing) }
        var whole = entry
        if whole.end == nil, let duration { whole.end = whole.start?.adding(seconds: duration) }
        return CalendarReading(
            line: line, entry: problem.map { .failure($0) } ?? .success(whole), keptOut: keptOut)
    }

    private mutating func refuse(_ line: Int, _ reason: CalendarProblem.Reason) {
        if problem == nil { problem = CalendarProblem(line: line, reason) }
    }

    private mutating func begin(_ name: String, _ line: Int) {
        guard open.count < limits.nesting else { return refuse(line, .nestedTooDeep(limit: limits.nesting)) }
        if open.isEmpty, name == "VALARM", entry.alarms.count < CalendarEntry.mostAlarms {
            alarm = (nil, "")
        } else if open.isEmpty {
            leaveOut(name)
        }
        open.append(name)
    }

    private mutating func end(_ name: String, _ line: Int) -> Bool {
        if let last = open.lastIndex(of: name) {
            open.removeSubrange(last...)
            if open.isEmpty { endAlarm() }
            return false
        }
        if name == "VCALENDAR" { isAbandoned = true }
        if name == entry.kind.rawValue, !open.isEmpty { refuse(line, .notClosed) }
        return name == entry.kind.rawValue
    }

    private mutating func endAlarm() {
        guard let alarm else { return }
        self.alarm = nil
        guard let seconds = alarm.seconds else { return leaveOut("VALARM") }
        entry.alarms.append(CalendarEntry.Alarm(seconds: seconds, text: alarm.text))
    }

    private mutating func leaveOut(_ name: String) { keptOut[name, default: 0] += 1 }

    // MARK: Properties

    private mutating func property(_ line: ContentLine) {
        if open.isEmpty {
            guard Self.taken.contains(line.name) else { return leaveOut(line.name) }
        } else {
            guard open == ["VALARM"], alarm != nil, ["TRIGGER", "DESCRIPTION"].contains(line.name) else { return }
        }
        guard !line.isCut else { return refuse(line.number, .lineTooLong(limitBytes: limits.lineBytes)) }
        do throws(ContentValue.InvalidText) {
            let bytes = ContentText.unescaped(try value.utf8(line), .standard)
            if open.isEmpty { try take(line, bytes) } else { takeOfAlarm(line, bytes) }
        } catch {
            refuse(line.number, .textInvalid(property: line.name, encoding: error.encoding))
        }
    }

    private static let taken: Set<String> = [
        "UID", "SUMMARY", "DESCRIPTION", "LOCATION", "CATEGORIES", "DTSTART", "DTEND", "DUE", "DURATION", "COMPLETED",
        "STATUS", "PRIORITY", "RRULE", "TRANSP", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED",
    ]

    private mutating func take(_ line: ContentLine, _ bytes: [UInt8]) throws(ContentValue.InvalidText) {
        let text = ContentText.line(bytes)
        guard !text.isEmpty else { return }
        switch line.name {
        case "UID": set(\.uid, text, line)
        case "SUMMARY": set(\.summary, text, line)
        case "DESCRIPTION": set(\.details, ContentText.lines(bytes), line)
        case "LOCATION": set(\.place, text, line)
        case "CATEGORIES":
            for part in ContentText.parts(try value.utf8(line), at: Ascii.comma, .standard).map(ContentText.line)
            where !part.isEmpty && !entry.categories.contains(part) {
                entry.categories.append(part)
            }
        case "DTSTART": set(\.start, time(text, line), line)
        case "DTEND" where entry.kind == .event, "DUE" where entry.kind == .task: set(\.end, time(text, line), line)
        case "DURATION" where duration == nil:
            duration = CalendarDuration.seconds(text)
            if duration == nil { leaveOut(line.name) }
        case "STATUS":
            let status = CalendarEntry.Status(rawValue: text.uppercased())
            set(\.status, status.flatMap { $0.fits(entry.kind) ? $0 : nil }, line)
        case "PRIORITY": if text != "0" { set(\.priority, Int(text).flatMap { (1...9).contains($0) ? $0 : nil }, line) }
        case "SEQUENCE": set(\.sequence, Int(text).flatMap { (0...Self.mostSequence).contains($0) ? $0 : nil }, line)
        case "COMPLETED" where entry.kind == .task: set(\.completed, BasicTime(text)?.instant, line)
        case "DTSTAMP": set(\.stamp, BasicTime(text)?.instant, line)
        case "LAST-MODIFIED": set(\.modified, BasicTime(text)?.instant, line)
        case "RRULE":
            entry.isYearly = text.uppercased() == "FREQ=YEARLY"
            if !entry.isYearly { leaveOut(line.name) }
        case "TRANSP" where entry.kind == .event: entry.isTransparent = text.uppercased() == "TRANSPARENT"
        default: leaveOut(line.name)
        }
    }

    private static let mostSequence = Int(Int32.max)

    private func time(_ text: String, _ line: ContentLine) -> CalendarTime? {
        CalendarTime(text, zone: line.value(of: "TZID"))
    }

    /// The first of a property; what cannot be read and what comes again is left out.
    private mutating func set<Content>(
        _ place: WritableKeyPath<CalendarEntry, Content?>, _ content: Content?, _ line: ContentLine
    ) {
        guard let content, entry[keyPath: place] == nil else { return leaveOut(line.name) }
        entry[keyPath: place] = content
    }

    private mutating func set(_ place: WritableKeyPath<CalendarEntry, String>, _ text: String, _ line: ContentLine) {
        guard entry[keyPath: place].isEmpty else { return leaveOut(line.name) }
        entry[keyPath: place] = text
    }

    private mutating func takeOfAlarm(_ line: ContentLine, _ bytes: [UInt8]) {
        if line.name == "DESCRIPTION" { alarm?.text = ContentText.lines(bytes) }
        let isFromStart = !line.values(of: "RELATED").contains("end")
        if line.name == "TRIGGER", isFromStart { alarm?.seconds = CalendarDuration.seconds(ContentText.line(bytes)) }
    }
}
