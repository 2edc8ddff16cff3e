/// Collects the terms of a text for the index.
struct IndexTermSink: TermSink {
    /// UTF-8 of `·` (U+00B7), which marks digits: folding never leaves it in a word.
    static let digitMark: [UInt8] = [0xC2, 0xB7]

    private(set) var bytes: [UInt8] = []

    mutating func word(_ word: ArraySlice<UInt8>) {
        separate()
        bytes.append(contentsOf: word)
    }

    mutating func characters(_ run: [Unicode.Scalar]) {
        for index in run.indices {
            separate()
            bytes.append(contentsOf: run[index].utf8)
            if index + 1 < run.endIndex { bytes.append(contentsOf: run[index + 1].utf8) }
        }
    }

    mutating func digits(_ run: DigitRun) {
        let run = run.digits
        guard run.count >= SearchTerms.gramLength else { return }
        for start in 0...(run.count - SearchTerms.gramLength) {
            separate()
            bytes.append(contentsOf: Self.digitMark)
            bytes.append(contentsOf: run[start..<start + SearchTerms.gramLength])
        }
    }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    private mutating func separate() {
        if !bytes.isEmpty { bytes.append(0x20) }
    }
}

/// The terms of one record after another: gathered text by text, in room that is used again.
struct IndexTerms {
    private var sink = IndexTermSink()
    private var scanner = TermScanner()

    /// The terms so far, separated by spaces, in UTF-8.
    var bytes: [UInt8] { sink.bytes }

    mutating func append(_ text: String) { scanner.scan(text, into: &sink) }

    mutating func append(utf8: ArraySlice<UInt8>) { utf8.withUnsafeBufferPointer { scanner.scan($0, into: &sink) } }

    mutating func removeAll() { sink.removeAll() }
}
