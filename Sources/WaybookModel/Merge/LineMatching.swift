/// Finds which lines of a text are still there in another: a shortest edit between two sequences of line numbers (Myers
/// 1986), given up beyond a bound, so that no text costs more than `maximumEdits` × its lines.
enum LineMatching {
    /// The most lines that two texts may differ in, removed and inserted ones together.
    static let maximumEdits = 600

    /// For each element of `base` its partner in `other` under a shortest edit, nil where it was removed; nil as a whole
    /// where the two differ in more than ``maximumEdits`` places.
    static func positions(of base: [Int], in other: [Int]) -> [Int?]? {
        let prefix = zip(base, other).prefix { $0 == $1 }.count
        let most = min(base.count, other.count) - prefix
        let suffix = zip(base.reversed(), other.reversed()).prefix(most).prefix { $0 == $1 }.count
        let middle = Array(base[prefix..<(base.count - suffix)])
        let others = Array(other[prefix..<(other.count - suffix)])
        guard let matched = match(middle, others) else { return nil }
        return (0..<prefix).map { $0 } + matched.map { $0.map { $0 + prefix } }
            + (0..<suffix).map { other.count - suffix + $0 }
    }

    /// The furthest points of each number of edits, from none on, until both ends are reached.
    private static func match(_ base: [Int], _ other: [Int]) -> [Int?]? {
        var furthest = [1: 0]
        var trace: [[Int: Int]] = []
        for edits in 0...min(maximumEdits, base.count + other.count) {
            trace.append(furthest)
            for diagonal in stride(from: -edits, through: edits, by: 2) {
                let isDown =
                    diagonal == -edits
                    || (diagonal != edits && furthest[diagonal - 1, default: -1] < furthest[diagonal + 1, default: -1])
                var x = isDown ? furthest[diagonal + 1, default: 0] : furthest[diagonal - 1, default: 0] + 1
                while x < base.count, x - diagonal < other.count, x - diagonal >= 0, base[x] == other[x - diagonal] {
                    x += 1
                }
                furthest[diagonal] = x
                if x >= base.count, x - diagonal >= other.count { return backtrack(trace, base.count, other.count) }
            }
        }
        return nil
    }

    /// Walks back from both ends and notes the diagonal steps: the lines that stayed.
    private static func backtrack(_ trace: [[Int: Int]], _ baseCount: Int, _ otherCount: Int) -> [Int?] {
        var positions = [Int?](repeating: nil, count: baseCount)
        var (x, y) = (baseCount, otherCount)
        for (edits, furthest) in trace.enumerated().reversed() {
            let diagonal = x - y
            let isDown =
                diagonal == -edits
                || (diagonal != edits && furthest[diagonal - 1, default: -1] < furthest[diagonal + 1, default: -1])
            let before = isDown ? diagonal + 1 : diagonal - 1
            let fromX = edits == 0 ? 0 : furthest[before, default: 0]
            let fromY = edits == 0 ? 0 : fromX - before
            while x > fromX, y > fromY, x > 0, y > 0 {
                x -= 1
                y -= 1
                positions[x] = y
            }
            (x, y) = (fromX, fromY)
        }
        return positions
    }
}
