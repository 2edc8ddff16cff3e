import WaybookModel

/// Named bounds of reading a file of comma-separated values.
public struct CSVLimits: Sendable, Hashable {
    /// The longest row, in bytes of UTF-8 with its quotes and separators.
    public var rowBytes: Int
    /// The most columns in a row.
    public var columns: Int
    /// How many rows may have quotes that are never closed before reading stops: each costs a second look at a row's bytes.
    public var unclosedQuotes: Int

    /// The bounds that the product uses: 1 MiB, 1,024 columns, 64 unclosed quotes.
    public static let standard = CSVLimits(rowBytes: 1 << 20, columns: 1_024, unclosedQuotes: 64)

    /// Sets bounds; each counts as at least 1.
    public init(rowBytes: Int, columns: Int, unclosedQuotes: Int) {
        self.rowBytes = max(1, rowBytes)
        self.columns = max(1, columns)
        self.unclosedQuotes = max(1, unclosedQuotes)
    }
}

/// One row of a file, or the reason why it could not be read.
public struct CSVRow: Sendable, Hashable {
    /// The line of the file on which the row begins, counted from 1.
    public let line: Int
    /// The columns' texts, or the reason.
    public let cells: Result<[String], CSVRowProblem>

    /// Makes a row.
    public init(line: Int, cells: Result<[String], CSVRowProblem>) {
        self.line = line
        self.cells = cells
    }
}

/// Reads comma-separated values (RFC 4180) a row at a time, in memory that the longest allowed row bounds.
///
/// Beyond the RFC it takes LF and CR alone as line ends, skips empty lines, takes a quote inside an unquoted column as it
/// is, and skips a byte order mark. A faulty row is returned with its reason and the next row follows; after a quote that is
/// never closed reading goes on with the line after the one on which its row began. It is total: any bytes give rows.
///
/// The reader is a cursor for one task; it is not `Sendable`, because it owns a C handle.
public struct CSVReader {
    /// Gives the next bytes of a file, at most some 64 KiB at a time; none at its end.
    public typealias Source = () throws(ImportFileProblem) -> [UInt8]

    private let source: Source
    private let encoding: TextEncoding
    private let decoder: ByteDecoder
    private let limits: CSVLimits
    private let separator: UInt8

    private var buffer: [UInt8] = []
    private var position = 0
    private var line = 1
    private var sourceHasEnded = false
    private var unclosedQuotes = 0
    private var isAtStart = true
    private var hasStopped = false

    /// Prepares to read.
    ///
    /// - Parameters:
    ///   - encoding: how the bytes are to be read; see ``EncodingDetector``.
    ///   - separator: the byte between columns; a comma unless told, ASCII and neither a quote nor a line end.
    ///   - limits: bounds of rows.
    ///   - source: gives the file's bytes.
    /// - Throws: `encodingUnavailable` when the C library lacks the encoding.
    public init(
        encoding: TextEncoding, separator: UInt8 = Ascii.comma, limits: CSVLimits = .standard, source: @escaping Source
    ) throws(ImportFileProblem) {
        decoder = try ByteDecoder(encoding: encoding)
        self.encoding = encoding
        self.separator = separator
        self.limits = limits
        self.source = source
    }

    /// Returns the next row, or nil at the end.
    ///
    /// - Throws: only what the source throws.
    public mutating func next() throws(ImportFileProblem) -> CSVRow? {
        if isAtStart { try skipByteOrderMark() }
        guard !hasStopped, try skipEmptyLines() else { return nil }
        dropReadBytes()
        let first = line
        var row = RowScanner(separator: separator, start: position, limits: limits)
        while true {
            let end = row.scan(buffer, atEnd: sourceHasEnded)
            switch end {
            case .needsMore:
                try refill()
            case .row(let next):
                line += row.lineEnds
                position = next
                return CSVRow(line: first, cells: row.cells(from: buffer, encoding: encoding))
            case .unclosed(let column):
                return try recover(first, column)
            case .tooLong:
                try skipLine()
                return CSVRow(line: first, cells: .failure(.rowTooLong(limitBytes: limits.rowBytes)))
            }
        }
    }

    /// Goes on with the line after the one on which a row with an unclosed quote began.
    private mutating func recover(_ first: Int, _ column: Int) throws(ImportFileProblem) -> CSVRow {
        unclosedQuotes += 1
        guard unclosedQuotes <= limits.unclosedQuotes else {
            hasStopped = true
            return CSVRow(line: first, cells: .failure(.tooManyUnclosedQuotes(limit: limits.unclosedQuotes)))
        }
        try skipLine()
        return CSVRow(line: first, cells: .failure(.quoteNotClosed(column: column, limitBytes: limits.rowBytes)))
    }

    /// Skips the rest of a line with its end, however long it is.
    private mutating func skipLine() throws(ImportFileProblem) {
        while true {
            let end = buffer[position...].firstIndex { Ascii.isLineEnd($0) }
            position = end ?? buffer.count
            if end != nil { return try skipLineEnd() }
            guard try refill() else { return }
        }
    }

    /// Skips empty lines; false at the end of the file.
    private mutating func skipEmptyLines() throws(ImportFileProblem) -> Bool {
        while true {
            if position == buffer.count {
                guard try refill() else { return false }
            } else if Ascii.isLineEnd(buffer[position]) {
                try skipLineEnd()
            } else {
                return true
            }
        }
    }

    /// Skips one CR LF, LF or CR, which stands at the position.
    private mutating func skipLineEnd() throws(ImportFileProblem) {
        let isReturn = buffer[position] == Ascii.carriageReturn
        position += 1
        line += 1
        guard isReturn else { return }
        if position == buffer.count { try refill() }
        if position < buffer.count, buffer[position] == Ascii.lineFeed { position += 1 }
    }

    /// Drops what was read from the buffer's front once it is worth the move.
    private mutating func dropReadBytes() {
        guard position >= 1 << 16 else { return }
        buffer.removeFirst(position)
        position = 0
    }

    private mutating func skipByteOrderMark() throws(ImportFileProblem) {
        isAtStart = false
        while buffer.count < 3, try refill() {}
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// Brings more bytes into the buffer and drops those that are done with; false at the end of the file.
    ///
    /// The buffer is emptied only when nothing in it is left to read, so that positions of an open row stay valid.
    @discardableResult
    private mutating func refill() throws(ImportFileProblem) -> Bool {
        if position == buffer.count, position > 0 {
            buffer.removeAll(keepingCapacity: true)
            position = 0
        }
        while !sourceHasEnded {
            let chunk = try source()
            sourceHasEnded = chunk.isEmpty
            let decoded = sourceHasEnded ? decoder.finish() : decoder.decode(chunk)
            buffer.append(contentsOf: decoded)
            if !decoded.isEmpty { return true }
        }
        return false
    }
}
