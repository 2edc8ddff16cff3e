/// Three-way merge of text by lines (as diff3 does it: Khanna, Kunal and Pierce 2007).
public enum TextMerge {
    /// The most lines of one text that are merged; beyond it the field falls back to a register.
    public static let maximumLines = 4_000

    /// Merges what `left` and `right` made of `base`.
    /// - Returns: the merged text, or nil where both changed the same place, or adjacent places, differently. Cost:
    ///   lines × differing lines.
    public static func merge(base: String, left: String, right: String) -> String? {
        if left == right || right == base { return left }
        if left == base { return right }
        let (base, left, right) = (lines(base), lines(left), lines(right))
        guard max(base.count, left.count, right.count) <= maximumLines else { return nil }
        return chunks(base, left, right)?.joined(separator: "\n")
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// An unchanged base line and where it stands in the other two texts; every stretch between such lines was changed
    /// by one side only, by both alike, or is a contradiction.
    private static func chunks(_ base: [Substring], _ left: [Substring], _ right: [Substring]) -> [Substring]? {
        let inLeft = positions(of: base, in: left)
        let inRight = positions(of: base, in: right)
        var merged: [Substring] = []
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

    /// For each line of `base` its partner in `other` under a shortest edit, or nil where it was removed.
    private static func positions(of base: [Substring], in other: [Substring]) -> [Int?] {
        let difference = other.difference(from: base)
        var removed = Set<Int>()
        var inserted = Set<Int>()
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var positions: [Int?] = []
        var position = 0
        for index in base.indices {
            if removed.contains(index) {
                positions.append(nil)
                continue
            }
            while inserted.contains(position) { position += 1 }
            positions.append(position)
            position += 1
        }
        return positions
    }
}
