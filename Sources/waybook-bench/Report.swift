import Foundation

/// One line of the table.
struct Row: Codable {
    /// Names the row for ``Thresholds``, without the size.
    var key: String
    var records: Int
    var what: String
    var value: Double
    var unit: String
    var reference: String?
    var referenceValue: Double?
    /// Value over reference.
    var ratio: Double?
    var aim: String?
    /// Whether the aim is met; nil where there is none.
    var isMet: Bool?
    /// Whether the committed threshold holds; nil where there is none.
    var holds: Bool?
    /// What shows the figure again.
    var command: String
}

/// Collects rows, prints them as one table and writes them as JSON.
struct Report {
    private struct Document: Codable {
        var started: String
        var processors: Int
        var system: String
        var loadAtStart: String
        var loadAtEnd: String
        var rows: [Row]
    }

    private let started = Date()
    private let loadAtStart = Machine.load
    private(set) var rows: [Row] = []

    /// Adds a figure. Thresholds apply to its ratio where there is a reference, else to the figure.
    mutating func add(
        _ key: String, _ records: Int, _ what: String, _ value: Double, _ unit: String,
        reference: (name: String, value: Double)? = nil, command: String
    ) {
        let ratio = reference.map { value / $0.value }
        let judged = ratio ?? value
        let threshold = Thresholds.of(key, records: records)
        rows.append(
            Row(
                key: key, records: records, what: what, value: value, unit: unit, reference: reference?.name,
                referenceValue: reference?.value, ratio: ratio, aim: threshold?.aim?.text,
                isMet: threshold?.aim?.holds(judged), holds: threshold?.bound?.holds(judged), command: command))
    }

    var allHold: Bool { rows.allSatisfy { $0.holds != false } }

    func print() {
        let heads = ["what", "records", "measured", "reference", "ratio", "aim", ""]
        let lines = [heads] + rows.map(cells)
        let widths = heads.indices.map { column in lines.map { Format.width($0[column]) }.max() ?? 0 }
        for line in lines {
            let padded = zip(line, widths).map { $0 + String(repeating: " ", count: $1 - Format.width($0)) }
            Swift.print(padded.joined(separator: "  "))
        }
        Swift.print("\nload average: \(loadAtStart) at the start, \(Machine.load) at the end; \(system)")
    }

    private func cells(_ row: Row) -> [String] {
        [
            row.what, row.records > 0 ? "\(row.records)" : "", "\(Format.number(row.value)) \(row.unit)",
            row.reference.map { "\(Format.number(row.referenceValue ?? 0)) \($0)" } ?? "",
            row.ratio.map { Format.number($0) + " ×" } ?? "", row.aim ?? "",
            [row.isMet.map { $0 ? "met" : "missed" }, row.holds == false ? "BEHIND THRESHOLD" : nil]
                .compactMap { $0 }.joined(separator: ", "),
        ]
    }

    func write(to path: String) throws {
        let document = Document(
            started: started.ISO8601Format(), processors: ProcessInfo.processInfo.activeProcessorCount, system: system,
            loadAtStart: loadAtStart, loadAtEnd: Machine.load, rows: rows)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(document).write(to: URL(fileURLWithPath: path))
    }

    private var system: String {
        "\(ProcessInfo.processInfo.operatingSystemVersionString), \(ProcessInfo.processInfo.activeProcessorCount) processors"
    }
}

/// How figures are shown.
enum Format {
    static func number(_ value: Double) -> String {
        switch abs(value) {
        case 1_000...: String(Int(value.rounded()))
        case 100...: String(format: "%.0f", value)
        case 10...: String(format: "%.1f", value)
        default: String(format: "%.3g", value)
        }
    }

    /// Columns on a terminal; the report has no wide characters.
    static func width(_ text: String) -> Int { text.count }
}
