/// Finds names that a person may have meant.
package enum Spelling {
    /// How many suggestions are made at most.
    package static let suggestionLimit = 3

    /// Longer words are not compared: the cost is the product of both lengths.
    private static let wordLimit = 64

    /// Returns the names that are spelt like a word, nearest first, then in the given order.
    ///
    /// A name is near when at most a third of its letters differ, or when one begins with the other.
    package static func nearest(to word: String, among names: [String]) -> [String] {
        let wanted = Array(word.lowercased().prefix(wordLimit))
        let ranked = names.enumerated().compactMap { index, name -> (distance: Int, index: Int, name: String)? in
            let letters = Array(name.lowercased().prefix(wordLimit))
            let distance = difference(wanted, letters)
            let isBeginning = wanted.count >= 2 && (letters.starts(with: wanted) || wanted.starts(with: letters))
            let isNear = distance <= max(1, max(wanted.count, letters.count) / 3)
            return (isNear || isBeginning) && !letters.isEmpty ? (distance, index, name) : nil
        }
        let sorted = ranked.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }
        return sorted.prefix(suggestionLimit).map(\.name)
    }

    /// Counts the insertions, deletions, replacements and swaps of neighbours that lead from one word to the other.
    static func difference(_ left: [Character], _ right: [Character]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for (i, letter) in left.enumerated() {
            var current = [i + 1]
            for (j, other) in right.enumerated() {
                var best = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (letter == other ? 0 : 1))
                if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other {
                    best = min(best, beforePrevious[j - 1] + 1)
                }
                current.append(best)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[right.count]
    }
}
