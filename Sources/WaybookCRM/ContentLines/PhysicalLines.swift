/// One line of a file as it stands there, without its end.
struct PhysicalLine {
    /// Counted from 1.
    var number: Int
    var bytes: [UInt8]
    /// Whether it was longer than the limit; what is beyond is not in `bytes`.
    var isCut: Bool
}

/// The lines of a file, one at a time, in memory that the longest allowed line bounds. CR LF, LF and CR alone end a line; a
/// byte order mark before the first is skipped. Total and linear: each byte is looked at once.
struct PhysicalLines {
    private let source: CSVReader.Source
    private let limitBytes: Int
    private var buffer: [UInt8] = []
    private var position = 0
    private var number = 1
    private var hasEnded = false
    private var isAtStart = true

    init(limitBytes: Int, source: @escaping CSVReader.Source) {
        self.source = source
        self.limitBytes = limitBytes
    }

    /// The next line; nil at the end.
    mutating func next() throws(ImportFileProblem) -> PhysicalLine? {
        if isAtStart { try skipByteOrderMark() }
        var line = PhysicalLine(number: number, bytes: [], isCut: false)
        var isEmpty = true
        while true {
            let end = buffer[position...].firstIndex { Ascii.isLineEnd($0) }
            let piece = buffer[position..<(end ?? buffer.count)]
            let room = limitBytes - line.bytes.count
            line.bytes.append(contentsOf: piece.prefix(room))
            line.isCut = line.isCut || piece.count > room
            isEmpty = isEmpty && piece.isEmpty
            position = end ?? buffer.count
            if end != nil {
                try skipLineEnd()
                return line
            }
            guard try refill() else { return isEmpty ? nil : line }
        }
    }

    private mutating func skipLineEnd() throws(ImportFileProblem) {
        let isReturn = buffer[position] == Ascii.carriageReturn
        position += 1
        number += 1
        guard isReturn else { return }
        if position == buffer.count { try refill() }
        if position < buffer.count, buffer[position] == Ascii.lineFeed { position += 1 }
    }

    private mutating func skipByteOrderMark() throws(ImportFileProblem) {
        isAtStart = false
        while buffer.count < 3, try refill() {}
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    @discardableResult
    private mutating func refill() throws(ImportFileProblem) -> Bool {
        guard !hasEnded else { return false }
        if position == buffer.count, position > 0 {
            buffer.removeAll(keepingCapacity: true)
            position = 0
        }
        let chunk = try source()
        hasEnded = chunk.isEmpty
        buffer.append(contentsOf: chunk)
        return !hasEnded
    }
}
