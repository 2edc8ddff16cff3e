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
            bytes.append(contentsOf: String(run[index]).utf8)
            if index + 1 < run.endIndex { bytes.append(contentsOf: String(run[index + 1]).utf8) }
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

    private mutating func separate() {
        if !bytes.isEmpty { bytes.append(0x20) }
    }
}
