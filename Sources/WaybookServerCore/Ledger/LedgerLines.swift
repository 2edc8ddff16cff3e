/// The lines of a ledger with their checksums.
package struct LedgerLines {
    package private(set) var lines: [LedgerLine] = []
    /// The checksum of each line.
    private(set) var checks: [String] = []
    /// The bytes of the whole lines.
    private(set) var size = 0
    /// Their bytes, where they are to be written.
    package private(set) var bytes: [UInt8] = []

    /// - Parameter previous: the checksum of the line before them.
    package init(_ lines: [LedgerLine], after previous: String = "") {
        self.lines = lines
        var previous = previous
        for line in lines {
            bytes += line.bytes(after: previous)
            previous = line.check(after: previous)
            checks.append(previous)
        }
        size = bytes.count
    }

    /// Reads all lines; a torn last one is left out of the size.
    package init(_ bytes: some RandomAccessCollection<UInt8>) throws(SecurityLedgerError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // A line was appended whole before it counted: without its line feed nobody was answered on it.
            guard let end = rest.firstIndex(of: 0x0A) else { break }
            let line = rest[..<end]
            let previous = checks.last ?? ""
            guard let read = LedgerLine.read(line, number: Int64(lines.count) + 1, after: previous) else {
                // Nor where the disk has kept its end and not its beginning, which then reads as zeros.
                guard rest.index(after: end) == bytes.endIndex, line.contains(0) else {
                    throw .damaged(line: lines.count + 1)
                }
                break
            }
            lines.append(read.line)
            checks.append(read.check)
            rest = rest[rest.index(after: end)...]
            size = bytes.distance(from: bytes.startIndex, to: rest.startIndex)
        }
    }

    /// The number of the line behind the one with this checksum, or behind those that stand for the ledger that ended
    /// with it; nil where there is none.
    func next(after mark: String) -> Int64? {
        if case .compacted(mark, let count)? = lines.first?.fact { return count + 2 }
        return checks.lastIndex(of: mark).map { Int64($0) + 2 }
    }
}
