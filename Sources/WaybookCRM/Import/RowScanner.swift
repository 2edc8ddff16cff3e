/// Finds the columns and the end of one row in a buffer that may grow while it works.
struct RowScanner {
    /// Where a scan stopped.
    enum Ending {
        /// The buffer ended before the row did.
        case needsMore
        /// The row ended; the next one begins at the index.
        case row(next: Int)
        /// A quoted column did not end before the file or the limit.
        case unclosed(column: Int)
        /// The row passed the limit of bytes.
        case tooLong
    }

    private enum State {
        case columnStart
        case unquoted
        case quoted
        case quoteInQuoted
        case afterQuoted
    }

    /// Where a column's text stands in the buffer, without its quotes.
    private struct Span {
        var start: Int
        var end: Int
        var hasDoubledQuotes: Bool
    }

    /// How many line ends the row contains, its own included.
    private(set) var lineEnds = 0

    private let separator: UInt8
    private let limits: CSVLimits
    private let start: Int
    private var index: Int
    private var state = State.columnStart
    private var columns: [Span] = []
    private var column: Span
    private var problem: CSVRowProblem?

    /// Prepares for the row that begins at an index of the buffer.
    init(separator: UInt8, start: Int, limits: CSVLimits) {
        self.separator = separator
        self.limits = limits
        self.start = start
        index = start
        column = Span(start: start, end: start, hasDoubledQuotes: false)
    }

    /// Goes on where the last scan stopped.
    mutating func scan(_ buffer: [UInt8], atEnd: Bool) -> Ending {
        while index < buffer.count {
            let byte = buffer[index]
            if state == .quoted {
                guard index - start < limits.rowBytes else { return .unclosed(column: columns.count + 1) }
                takeQuoted(byte, after: buffer[index - 1])
            } else if Ascii.isLineEnd(byte) {
                guard index + 1 < buffer.count || atEnd || byte == Ascii.lineFeed else { return .needsMore }
                return finish(buffer, at: index)
            } else {
                guard index - start < limits.rowBytes else { return .tooLong }
                take(byte)
            }
            index += 1
        }
        guard atEnd else { return .needsMore }
        return state == .quoted ? .unclosed(column: columns.count + 1) : finish(buffer, at: index)
    }

    /// Takes a byte inside quotes.
    private mutating func takeQuoted(_ byte: UInt8, after previous: UInt8) {
        switch byte {
        case Ascii.quote: state = .quoteInQuoted
        case Ascii.carriageReturn: lineEnds += 1
        case Ascii.lineFeed where previous != Ascii.carriageReturn: lineEnds += 1
        default: break
        }
    }

    /// Takes a byte outside quotes that ends no line.
    private mutating func take(_ byte: UInt8) {
        switch (state, byte) {
        case (.quoteInQuoted, Ascii.quote):
            column.hasDoubledQuotes = true
            state = .quoted
        case (_, separator):
            endColumn(at: index)
        case (.columnStart, Ascii.quote):
            column.start = index + 1
            state = .quoted
        case (.columnStart, _):
            state = .unquoted
        case (.quoteInQuoted, _):
            problem = problem ?? .textAfterQuote(column: columns.count + 1)
            state = .afterQuoted
        default:
            break
        }
    }

    private mutating func endColumn(at end: Int) {
        column.end = state == .quoteInQuoted ? end - 1 : end
        if columns.count < limits.columns {
            columns.append(column)
        } else {
            problem = problem ?? .tooManyColumns(limit: limits.columns)
        }
        column = Span(start: end + 1, end: end + 1, hasDoubledQuotes: false)
        state = .columnStart
    }

    /// Ends the row before the line end, or the end of the file, at an index.
    private mutating func finish(_ buffer: [UInt8], at end: Int) -> Ending {
        endColumn(at: end)
        guard end < buffer.count else { return .row(next: end) }
        lineEnds += 1
        let isPair = buffer[end] == Ascii.carriageReturn && end + 1 < buffer.count && buffer[end + 1] == Ascii.lineFeed
        return .row(next: end + (isPair ? 2 : 1))
    }

    /// Copies the columns' texts out of the buffer, once the row has ended.
    func cells(from buffer: [UInt8], encoding: TextEncoding) -> Result<[String], CSVRowProblem> {
        if let problem { return .failure(problem) }
        var texts: [String] = []
        texts.reserveCapacity(columns.count)
        for span in columns {
            let bytes = buffer[span.start..<span.end]
            guard let text = Self.text(bytes, hasDoubledQuotes: span.hasDoubledQuotes) else {
                return .failure(.textInvalid(column: texts.count + 1, encoding: encoding))
            }
            texts.append(text)
        }
        return .success(texts)
    }

    private static func text(_ bytes: ArraySlice<UInt8>, hasDoubledQuotes: Bool) -> String? {
        guard hasDoubledQuotes else { return String(validating: bytes, as: UTF8.self) }
        var single: [UInt8] = []
        single.reserveCapacity(bytes.count)
        var skipsNext = false
        for byte in bytes {
            let isSecond = skipsNext && byte == Ascii.quote
            if !isSecond { single.append(byte) }
            skipsNext = byte == Ascii.quote && !isSecond
        }
        return String(validating: single, as: UTF8.self)
    }
}
