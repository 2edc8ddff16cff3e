/// A line with what was folded off it, and the lines of the file that it was made of.
struct UnfoldedLine {
    /// The file's line on which it begins, counted from 1.
    var number: Int
    var bytes: [UInt8]
    /// Whether it was longer than the limit.
    var isCut: Bool
    /// As it stood in the file, each line ended by CR LF.
    var source: [UInt8]
}

/// Joins lines that belong together: a line that begins with a space or a tab to the one before (RFC 6350 §3.2, RFC 5545
/// §3.1), by octets, so that it does not matter where somebody else cut a character.
///
/// In cards also what version 2.1 knows: a line of quoted-printable that ends with `=`, whatever follows but the card's own end;
/// and lines of base64 without a colon, up to an empty line.
struct UnfoldedLines {
    private var lines: PhysicalLines
    private var ahead: PhysicalLine?
    private let limitBytes: Int
    private let isCard: Bool

    init(limitBytes: Int, isCard: Bool, source: @escaping CSVReader.Source) {
        self.limitBytes = limitBytes
        self.isCard = isCard
        lines = PhysicalLines(limitBytes: limitBytes, source: source)
    }

    /// The next line that is not empty; nil at the end.
    mutating func next() throws(ImportFileProblem) -> UnfoldedLine? {
        guard let first = try takeFirst() else { return nil }
        var line = UnfoldedLine(number: first.number, bytes: first.bytes, isCut: first.isCut, source: first.bytes)
        line.source += [Ascii.carriageReturn, Ascii.lineFeed]
        let transfer: TransferEncoding? = isCard ? TransferEncoding(header: first.bytes) : nil
        var isSoft = transfer == .quotedPrintable && Self.endsSoftly(first.bytes)
        while let following = try peek() {
            let isEnd = ContentMark.end(of: following.bytes) != nil
            if isSoft, !isEnd {
                Self.dropSoftBreak(&line.bytes)
                append(following.bytes[...], following, to: &line)
            } else if Self.isFold(following.bytes) {
                append(following.bytes.dropFirst(), following, to: &line)
            } else if transfer == .base64, !following.bytes.isEmpty, !following.bytes.contains(Ascii.colon) {
                append(following.bytes[...], following, to: &line)
            } else {
                break
            }
            isSoft = transfer == .quotedPrintable && Self.endsSoftly(following.bytes)
            ahead = nil
        }
        if isSoft { Self.dropSoftBreak(&line.bytes) }
        return line
    }

    private mutating func takeFirst() throws(ImportFileProblem) -> PhysicalLine? {
        while let line = try peek() {
            ahead = nil
            if !line.bytes.isEmpty { return line }
        }
        return nil
    }

    private mutating func peek() throws(ImportFileProblem) -> PhysicalLine? {
        if ahead == nil { ahead = try lines.next() }
        return ahead
    }

    private func append(_ bytes: ArraySlice<UInt8>, _ line: PhysicalLine, to whole: inout UnfoldedLine) {
        let room = max(0, limitBytes - whole.bytes.count)
        // Folds of nothing make it no longer, and fill the memory all the same.
        whole.isCut = whole.isCut || line.isCut || bytes.count > room || whole.source.count > 4 * limitBytes
        whole.bytes.append(contentsOf: bytes.prefix(room))
        guard !whole.isCut else { return }
        whole.source += line.bytes + [Ascii.carriageReturn, Ascii.lineFeed]
    }

    private static func isFold(_ bytes: [UInt8]) -> Bool { bytes.first.map(Ascii.isBlank) ?? false }

    private static func endsSoftly(_ bytes: [UInt8]) -> Bool {
        bytes.last { !Ascii.isBlank($0) } == Ascii.equals
    }

    private static func dropSoftBreak(_ bytes: inout [UInt8]) {
        while let last = bytes.last, Ascii.isBlank(last) { bytes.removeLast() }
        if bytes.last == Ascii.equals { bytes.removeLast() }
    }
}

/// `BEGIN:…` and `END:…`.
enum ContentMark {
    /// The component that a line begins, in capitals; nil for any other line.
    static func begin(of bytes: [UInt8]) -> String? { component(of: bytes, after: "BEGIN:") }
    /// The component that a line ends, in capitals; nil for any other line.
    static func end(of bytes: [UInt8]) -> String? { component(of: bytes, after: "END:") }

    private static func component(of bytes: [UInt8], after word: String) -> String? {
        let prefix = bytes.prefix(word.utf8.count).map(Ascii.capital)
        guard prefix.elementsEqual(word.utf8), bytes.count <= 64 else { return nil }
        let name = bytes.dropFirst(prefix.count).map(Ascii.capital)
        let trimmed = name.drop(while: Ascii.isBlank).reversed().drop(while: Ascii.isBlank).reversed()
        guard !trimmed.isEmpty, trimmed.allSatisfy(Ascii.isNameByte) else { return nil }
        return String(decoding: Array(trimmed), as: UTF8.self)
    }
}
