/// A table for people: columns aligned by display width, two spaces between them.
public struct TextTable: Sendable {
    /// A column's heading and how it behaves.
    public struct Heading: Sendable {
        /// The heading's text.
        public let title: String
        /// Whether the column's texts stand at its right edge, as numbers do.
        public let isNumeric: Bool

        /// Describes a column.
        public init(_ title: String, isNumeric: Bool = false) {
            self.title = title
            self.isNumeric = isNumeric
        }
    }

    /// No column is cut below this width, in terminal columns.
    public static let narrowestColumn = 4
    private static let gap = "  "

    private let headings: [Heading]
    private var rows: [[String]] = []

    /// Makes a table without rows.
    public init(_ headings: [Heading]) {
        self.headings = headings
    }

    /// Appends a row; missing cells are empty, surplus ones are left out, unsafe characters are replaced.
    public mutating func append(_ cells: [String]) {
        var row = cells.prefix(headings.count).map { PlainText.of($0) }
        row += [String](repeating: "", count: headings.count - row.count)
        rows.append(row)
    }

    /// Returns the table's lines.
    ///
    /// - Parameters:
    ///   - width: the terminal's columns; nil where nothing is to be cut, as in a pipe.
    ///   - style: colours for the heading.
    public func lines(width: Int?, style: TerminalStyle = .plain) -> [String] {
        let widths = fitted(naturalWidths(), to: width)
        let heading = line(headings.map { PlainText.of($0.title) }, widths)
        return [style.applied(.bold, to: heading)] + rows.map { line($0, widths) }
    }

    private func naturalWidths() -> [Int] {
        headings.indices.map { column in
            rows.reduce(DisplayWidth.of(headings[column].title)) { max($0, DisplayWidth.of($1[column])) }
        }
    }

    /// Takes columns from the widest until the table fits.
    private func fitted(_ natural: [Int], to width: Int?) -> [Int] {
        guard let width, !natural.isEmpty else { return natural }
        let available = max(0, width - Self.gap.count * (natural.count - 1))
        var widths = natural
        var excess = natural.reduce(0, +) - available
        while excess > 0 {
            // Level the widest columns down to the next lower one, or to what fits.
            let widest = widths.max() ?? 0
            guard widest > Self.narrowestColumn else { break }
            let next = max(Self.narrowestColumn, widths.filter { $0 < widest }.max() ?? 0)
            let places = widths.indices.filter { widths[$0] == widest }
            let step = min(widest - next, max(1, excess / places.count))
            for place in places where excess > 0 {
                let taken = min(step, excess)
                widths[place] -= taken
                excess -= taken
            }
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let parts = cells.indices.map { column in
            let cut = DisplayWidth.truncated(cells[column], to: widths[column])
            return DisplayWidth.padded(cut, to: widths[column], atEnd: !headings[column].isNumeric)
        }
        let joined = parts.joined(separator: Self.gap)
        return String(joined.reversed().drop { $0 == " " }.reversed())
    }
}
