import WaybookModel

/// Writes a calendar (RFC 5545) in UTF-8 with CR LF. ``CalendarReader`` reads the same entries again.
///
/// Whatever a text holds, it stays within its value. Times of a zone are written with its name; the file defines no zones, so
/// that what is for other programs should be days and moments. Linear in the size.
public struct CalendarWriter: Sendable {
    /// PRODID (§3.7.3): who wrote it.
    public let product: String

    public init(product: String = "-//Waybook//Waybook//EN") { self.product = product }

    /// The bytes of a calendar with these entries.
    /// - Parameter name: what programs may call it (`X-WR-CALNAME`); nil for nothing.
    public func bytes(_ entries: some Sequence<CalendarEntry>, name: String? = nil) -> [UInt8] {
        var writer = ContentWriter()
        writer.line("BEGIN:VCALENDAR", "")
        writer.line("VERSION:2.0", "")
        text("PRODID", product, &writer)
        writer.line("CALSCALE:GREGORIAN", "")
        text("X-WR-CALNAME", name, &writer)
        for entry in entries { write(entry, &writer) }
        writer.line("END:VCALENDAR", "")
        return writer.bytes
    }

    private func write(_ entry: CalendarEntry, _ writer: inout ContentWriter) {
        writer.line("BEGIN:\(entry.kind.rawValue)", "")
        text("UID", entry.uid, &writer)
        moment("DTSTAMP", entry.stamp, &writer)
        moment("LAST-MODIFIED", entry.modified, &writer)
        if let sequence = entry.sequence { writer.line("SEQUENCE:\(sequence)", "") }
        if let start = entry.start { writer.line("DTSTART" + start.written, "") }
        if let end = entry.end { writer.line((entry.kind == .event ? "DTEND" : "DUE") + end.written, "") }
        if entry.isYearly { writer.line("RRULE:FREQ=YEARLY", "") }
        text("SUMMARY", entry.summary, &writer)
        text("DESCRIPTION", entry.details, &writer)
        text("LOCATION", entry.place, &writer)
        if !entry.categories.isEmpty {
            let parts = entry.categories.map { ContentText.escaped($0, .standard) }
            writer.line("CATEGORIES:", Array(parts.joined(separator: [Ascii.comma])))
        }
        if let status = entry.status, status.fits(entry.kind) { writer.line("STATUS:\(status.rawValue)", "") }
        if let priority = entry.priority { writer.line("PRIORITY:\(priority)", "") }
        if entry.kind == .task { moment("COMPLETED", entry.completed, &writer) }
        if entry.kind == .event, entry.isTransparent { writer.line("TRANSP:TRANSPARENT", "") }
        for alarm in entry.alarms.prefix(CalendarEntry.mostAlarms) { write(alarm, &writer) }
        writer.line("END:\(entry.kind.rawValue)", "")
    }

    private func write(_ alarm: CalendarEntry.Alarm, _ writer: inout ContentWriter) {
        writer.line("BEGIN:VALARM", "")
        writer.line("ACTION:DISPLAY", "")
        writer.line("TRIGGER:" + CalendarDuration.text(alarm.seconds), "")
        // A DISPLAY has a text (§3.6.6), even none.
        writer.line("DESCRIPTION:", ContentText.escaped(alarm.text, .standard))
        writer.line("END:VALARM", "")
    }

    private func text(_ name: String, _ text: String?, _ writer: inout ContentWriter) {
        if let text, !text.isEmpty { writer.line(name + ":", ContentText.escaped(text, .standard)) }
    }

    private func moment(_ name: String, _ instant: Instant?, _ writer: inout ContentWriter) {
        if let instant { writer.line("\(name):\(BasicTime.text(instant))", "") }
    }
}
