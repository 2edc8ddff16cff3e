import WaybookModel

/// Finds fields by what people call them.
public enum FieldNames {
    /// The most suggestions for a name that no field has.
    public static let maximumSuggestions = 3

    /// The field of that name or label, whatever the case and the white space.
    public static func field(
        named text: String, in schema: CollectionSchema
    ) throws(InputProblem) -> FieldSchema {
        // As programs and files write it; folding every label costs a thousand times as much.
        if let exact = schema[FieldName(text)] { return exact }
        let wanted = ElementKey.fold(text)
        let found = schema.fields.first { field in names(of: field).contains { ElementKey.fold($0) == wanted } }
        guard let found else { throw .unknownField(text, suggestions: suggestions(for: text, in: schema)) }
        return found
    }

    /// The fields whose names are nearest to what was typed, the nearest first.
    public static func suggestions(for text: String, in schema: CollectionSchema) -> [FieldSchema] {
        nearest(to: text, of: schema.fields, names: names)
    }

    static func names(of field: FieldSchema) -> [String] { [field.name.text, field.label.en, field.label.zhHans] }

    /// The candidates with a name at most a third of the letters away, or that begins with the text.
    static func nearest<Candidate>(
        to text: String, of candidates: [Candidate], names: (Candidate) -> [String]
    ) -> [Candidate] {
        let wanted = Array(ElementKey.fold(text))
        guard !wanted.isEmpty, wanted.count <= 64 else { return [] }
        let measured = candidates.map { candidate -> (Candidate, Int) in
            let distances = names(candidate).map { name -> Int in
                let folded = Array(ElementKey.fold(name))
                if folded.starts(with: wanted) { return 0 }
                let distance = editDistance(wanted, folded)
                return distance <= max(1, max(wanted.count, folded.count) / 3) ? distance : .max
            }
            return (candidate, distances.min() ?? .max)
        }
        let near = measured.enumerated().filter { $0.element.1 != .max }
        return near.sorted { ($0.element.1, $0.offset) < ($1.element.1, $1.offset) }
            .prefix(maximumSuggestions).map(\.element.0)
    }

    /// Letters to insert, remove, replace, or swap with their neighbour (Damerau 1964, restricted). Cost: the product
    /// of the lengths.
    static func editDistance(_ left: [Character], _ right: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let cost = left[row] == right[column] ? 0 : 1
                var best = min(last[column] + cost, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}

extension Label {
    /// The label in a language.
    public func text(in language: Language) -> String {
        switch language {
        case .english: en
        case .chinese: zhHans
        }
    }
}
