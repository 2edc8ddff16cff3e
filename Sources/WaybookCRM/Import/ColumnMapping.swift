import WaybookModel

/// A field that a file's column can go to.
public struct ImportTarget: Sendable, Hashable {
    /// The field's name as commands write it, such as `city`.
    public let name: String
    /// What people call it: its labels in every language, and other names that files use.
    public let labels: [String]

    /// Describes a field.
    public init(name: String, labels: [String]) {
        self.name = name
        self.labels = labels
    }
}

/// A person's word on where a column goes: `--map Header=field`; without a field the column is left out.
public struct ColumnChoice: Sendable, Hashable {
    /// The column's heading.
    public let header: String
    /// The field's name; nil leaves the column out.
    public let target: String?

    /// Says where a column goes.
    public init(header: String, target: String?) {
        self.header = header
        self.target = target
    }

    /// Reads `Header=field` or `Header=`; nil when it has no `=` or no heading. The last `=` divides.
    public init?(argument: String) {
        guard let divider = argument.lastIndex(of: "="), divider != argument.startIndex else { return nil }
        let name = argument[argument.index(after: divider)...]
        self.init(header: String(argument[..<divider]), target: name.isEmpty ? nil : String(name))
    }
}

/// Why a file's columns could not be brought to fields.
public enum MappingProblem: Error, Sendable, Hashable {
    /// No column fits any field.
    case noColumns
    /// A choice names a heading that the file lacks; with headings that are spelt like it.
    case unknownHeader(String, suggestions: [String])
    /// A choice names a field that does not exist; with fields that are spelt like it.
    case unknownTarget(String, suggestions: [String])
    /// Several columns would go to one field.
    case twice(target: String, headers: [String])

    /// The sentence for people, and a hint.
    public var text: LocalizedText {
        switch self {
        case .noColumns: Texts.Import.columnsNoneMapped
        case .unknownHeader(let header, _): Texts.Import.mapUnknownHeader(header: header)
        case .unknownTarget(let name, _): Texts.Import.mapUnknownField(field: name)
        case .twice(let target, let headers): Texts.Import.mapTwice(field: target, headers: headers)
        }
    }

    /// What to try instead, if something is spelt alike.
    public var hint: LocalizedText? {
        switch self {
        case .unknownHeader(_, let suggestions), .unknownTarget(_, let suggestions):
            suggestions.isEmpty ? nil : Texts.Records.didYouMean(candidates: suggestions)
        case .noColumns, .twice: nil
        }
    }
}

/// Which column of a file goes to which field.
public struct ColumnMapping: Sendable, Hashable {
    /// The file's headings, in order.
    public let headers: [String]
    /// The field of each column; nil for a column that is not imported.
    public let targets: [String?]

    /// Headings of columns that are not imported and not empty.
    public var ignoredHeaders: [String] {
        zip(headers, targets).compactMap { $1 == nil && !$0.isEmpty ? $0 : nil }
    }

    /// Brings columns to fields: by the given choices first, then by names and labels.
    ///
    /// Case, spaces, `_`, `-`, `*`, colons, brackets and full-width forms do not count when headings are compared.
    ///
    /// - Throws: a ``MappingProblem`` that names what does not fit.
    public init(
        headers: [String], targets known: [ImportTarget], choices: [ColumnChoice] = []
    ) throws(MappingProblem) {
        let keys = headers.map(HeadingKey.init)
        let chosen = try Self.chosen(choices, headers, keys, known)
        let automatic = Self.automatic(known)
        let taken = Set(chosen.values.compactMap { $0 })
        var targets: [String?] = []
        for (index, key) in keys.enumerated() {
            if let choice = chosen[index] {
                targets.append(choice)
            } else {
                targets.append(automatic[key].flatMap { taken.contains($0) ? nil : $0 })
            }
        }
        self.headers = headers
        self.targets = targets
        try Self.check(targets, headers)
    }

    /// Returns the cells of a row by field.
    ///
    /// - Throws: `columnCount` when the row is shorter or longer than the heading; empty cells at its end do not count.
    public func cells(of row: [String]) throws(CSVRowProblem) -> [(target: String, cell: ImportCell)] {
        let extra = row.dropFirst(headers.count)
        guard row.count >= headers.count, extra.allSatisfy({ $0.isEmpty }) else {
            throw .columnCount(found: row.count, expected: headers.count)
        }
        return zip(targets, row).compactMap { target, text in target.map { ($0, ImportCell(text)) } }
    }

    private static func chosen(
        _ choices: [ColumnChoice], _ headers: [String], _ keys: [HeadingKey], _ known: [ImportTarget]
    ) throws(MappingProblem) -> [Int: String?] {
        let names = known.map(\.name)
        var result: [Int: String?] = [:]
        for choice in choices {
            let exact = headers.firstIndex(of: choice.header)
            guard let column = exact ?? keys.firstIndex(of: HeadingKey(choice.header)) else {
                throw .unknownHeader(choice.header, suggestions: Spelling.nearest(to: choice.header, among: headers))
            }
            if let name = choice.target, !names.contains(name) {
                throw .unknownTarget(name, suggestions: Spelling.nearest(to: name, among: names))
            }
            result[column] = .some(choice.target)
        }
        return result
    }

    /// Every name and label that belongs to one field only.
    private static func automatic(_ known: [ImportTarget]) -> [HeadingKey: String] {
        var result: [HeadingKey: String] = [:]
        var shared: Set<HeadingKey> = []
        for target in known {
            for key in Set(target.labels.map(HeadingKey.init)) {
                if result.updateValue(target.name, forKey: key) != nil { shared.insert(key) }
            }
        }
        for key in shared { result[key] = nil }
        for target in known { result[HeadingKey(target.name)] = target.name }
        return result
    }

    private static func check(_ targets: [String?], _ headers: [String]) throws(MappingProblem) {
        var seen: [String: [String]] = [:]
        for (target, header) in zip(targets, headers) {
            if let target { seen[target, default: []].append(header) }
        }
        guard !seen.isEmpty else { throw .noColumns }
        let twice = seen.filter { $0.value.count > 1 }.min { $0.key < $1.key }
        if let twice { throw .twice(target: twice.key, headers: twice.value) }
    }
}

/// What a cell asks for: an empty cell leaves the field alone, `\N` clears it.
public enum ImportCell: Sendable, Hashable {
    case leave
    case clear
    case value(String)

    /// Reads a cell: white space around it does not count, a formula guard is taken off.
    public init(_ text: String) {
        let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        let scalars = text.unicodeScalars
        let front = scalars.drop(while: isBlank)
        let count = front.reversed().drop(while: isBlank).count
        let trimmed = String(String.UnicodeScalarView(front.prefix(count)))
        switch trimmed {
        case "": self = .leave
        case "\\N": self = .clear
        default: self = .value(FormulaGuard.unprotected(trimmed))
        }
    }
}

/// A heading without what does not count when headings are compared.
struct HeadingKey: Hashable {
    private let letters: String

    init(_ heading: String) {
        var kept = String.UnicodeScalarView()
        for scalar in heading.unicodeScalars {
            // Full-width forms stand 0xFEE0 above their ASCII counterparts.
            let isFullWidth = (0xFF01...0xFF5E).contains(scalar.value)
            let plain = isFullWidth ? Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar : scalar
            let isLetter = plain.properties.isAlphabetic || plain.properties.numericType != nil
            if isLetter || plain == "#" || plain.properties.canonicalCombiningClass != .notReordered {
                kept.append(plain)
            }
        }
        letters = String(kept).lowercased()
    }
}
