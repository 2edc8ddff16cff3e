/// Collects what a query asks for, as conditions that must all hold.
struct QueryTermSink: TermSink {
    /// The digits that tell a number once its country's prefix (and a trunk zero) is left out.
    private static let nationalDigits = 9

    private var conditions: [String] = []

    /// The conditions as a FTS5 expression, nil if there are none.
    var expression: String? {
        conditions.isEmpty ? nil : conditions.prefix(SearchTerms.mostQueryTerms).joined(separator: " AND ")
    }

    mutating func word(_ word: ArraySlice<UInt8>) {
        if word.allSatisfy(TermScanner.isDigit) { return }  // They come as digits, too.
        let text = String(decoding: word, as: UTF8.self)
        // One letter begins too many words to be worth the walk.
        conditions.append(word.count == 1 ? "\"\(text)\"" : "\"\(text)\"*")
    }

    mutating func characters(_ run: [Unicode.Scalar]) {
        guard run.count > 1 else {
            conditions.append("\"\(run[0])\"*")
            return
        }
        for (first, second) in zip(run, run.dropFirst()) { conditions.append("\"\(first)\(second)\"") }
    }

    mutating func digits(_ run: DigitRun) {
        let whole = grams(significant(run))
        if run.isInWord {
            if let whole { conditions.append(whole) }
        } else if run.groups.count == 1 {
            conditions.append(whole ?? beginning(run.digits[...]))
        } else {
            // "138 0013" is a piece of a phone number, or two numbers: either will do.
            let parts = parts(of: run).joined(separator: " AND ")
            conditions.append(whole.map { "((\($0)) OR (\(parts)))" } ?? parts)
        }
    }

    /// The digits that the same number has when it is written within its country and from abroad.
    private func significant(_ run: DigitRun) -> ArraySlice<UInt8> {
        if run.isInternational { return run.digits.suffix(Self.nationalDigits) }
        let hasTrunkZero = run.digits.first == UInt8(ascii: "0") && run.digits.count >= Self.nationalDigits
        return hasTrunkZero ? run.digits.dropFirst() : run.digits[...]
    }

    private func parts(of run: DigitRun) -> [String] {
        var start = 0
        return run.groups.map { length in
            defer { start += length }
            let part = run.digits[start..<start + length]
            return grams(part) ?? beginning(part)
        }
    }

    private func beginning(_ digits: ArraySlice<UInt8>) -> String { "\"\(String(decoding: digits, as: UTF8.self))\"*" }

    private func grams(_ run: ArraySlice<UInt8>) -> String? {
        guard run.count >= SearchTerms.gramLength else { return nil }
        return (run.startIndex...(run.endIndex - SearchTerms.gramLength))
            .map { "\"·\(String(decoding: run[$0..<$0 + SearchTerms.gramLength], as: UTF8.self))\"" }
            .joined(separator: " AND ")
    }
}
