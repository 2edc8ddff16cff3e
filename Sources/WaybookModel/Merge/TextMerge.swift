/// Three-way merge of text by lines (as diff3 does it: Khanna, Kunal and Pierce 2007).
public enum TextMerge {
    /// The most lines of one text that are merged; beyond it the field falls back to a register.
    public static let maximumLines = 4_000

    /// Merges what `left` and `right` made of `base`.
    /// - Returns: the merged text, or nil where both changed the same place, or adjacent places, differently, or where
    ///   the texts are too long or too different. Cost: lines × differing lines, both bounded.
    public static func merge(base: String, left: String, right: String) -> String? {
        let (baseLines, leftLines, rightLines) = (lines(base), lines(left), lines(right))
        if leftLines == rightLines || rightLines == baseLines { return left }
        if leftLines == baseLines { return right }
        guard max(baseLines.count, leftLines.count, rightLines.count) <= maximumLines else { return nil }
        var numbers: [ArraySlice<UInt8>: Int] = [:]
        func intern(_ lines: [ArraySlice<UInt8>]) -> [Int] {
            lines.map { line in
                if let number = numbers[line] { return number }
                numbers[line] = numbers.count
                return numbers.count - 1
            }
        }
        let old = intern(baseLines)
        guard let inLeft = LineMatching.positions(of: old, in: intern(leftLines)),
            let inRight = LineMatching.positions(of: old, in: intern(rightLines)),
            let merged = chunks(baseLines, leftLines, rightLines, inLeft, inRight)
        else { return nil }
        return String(decoding: Array(merged.joined(separator: [UInt8(ascii: "\n")])), as: UTF8.self)
    }

    private static func lines(_ text: String) -> [ArraySlice<UInt8>] {
        Array(text.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }

    /// An unchanged base line and where it stands in the other two texts; every stretch between such lines was changed
    /// by one side only, by both alike, or is a contradiction.
    private static func chunks<Line: Equatable>(
        _ base: [Line], _ left: [Line], _ right: [Line], _ inLeft: [Int?], _ inRight: [Int?]
    ) -> [Line]? {
        var merged: [Line] = []
        var (from, fromLeft, fromRight) = (0, 0, 0)
        for index in 0...base.count {
            let anchorLeft = index < base.count ? inLeft[index] : left.count
            let anchorRight = index < base.count ? inRight[index] : right.count
            guard let anchorLeft, let anchorRight else { continue }
            let ours = left[fromLeft..<anchorLeft], theirs = right[fromRight..<anchorRight], old = base[from..<index]
            if ours == theirs || theirs == old {
                merged += ours
            } else if ours == old {
                merged += theirs
            } else {
                return nil
            }
            if index < base.count { merged.append(base[index]) }
            (from, fromLeft, fromRight) = (index + 1, anchorLeft + 1, anchorRight + 1)
        }
        return merged
    }
}
