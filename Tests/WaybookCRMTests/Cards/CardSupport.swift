import Testing
import WaybookCRM
import WaybookModel

/// Gives bytes in chunks of the given size.
func source(_ bytes: [UInt8], chunk: Int = 1 << 16) -> CSVReader.Source {
    var position = 0
    return { () throws(ImportFileProblem) in
        let end = min(bytes.count, position + chunk)
        defer { position = end }
        return Array(bytes[position..<end])
    }
}

/// Reads all cards of bytes that come in chunks of the given size.
func entries(
    _ bytes: [UInt8], chunk: Int = 1 << 16, encoding: TextEncoding? = nil, limits: VCardLimits = .standard
) throws -> [VCardEntry] {
    var reader = VCardReader(encoding: encoding, limits: limits, source: source(bytes, chunk: chunk))
    var entries: [VCardEntry] = []
    while let entry = try reader.next() { entries.append(entry) }
    return entries
}

/// Reads one card: its lines without the first and the last, ended by CR LF.
func card(_ lines: String..., version: String = "4.0") throws -> VCard {
    let text = ["BEGIN:VCARD", "VERSION:\(version)"] + lines + ["END:VCARD", ""]
    return try #require(try entries(Array(text.joined(separator: "\r\n").utf8)).first).card.get()
}

/// Reads all entries of a calendar.
func readings(
    _ bytes: [UInt8], chunk: Int = 1 << 16, limits: CalendarLimits = .standard
) throws -> [CalendarReading] {
    var reader = CalendarReader(limits: limits, source: source(bytes, chunk: chunk))
    var readings: [CalendarReading] = []
    while let reading = try reader.next() { readings.append(reading) }
    return readings
}
