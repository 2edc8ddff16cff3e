import WaybookModel

extension Filter {
    /// Whether a record is asked for. Cost: linear in the conditions; those on elements in the record's atoms too.
    public func matches(_ record: VersionedRecord) -> Bool {
        switch self {
        case .comparison(let comparison): comparison.matches(record)
        case .and(let filters): filters.allSatisfy { $0.matches(record) }
        case .or(let filters): filters.contains { $0.matches(record) }
        case .not(let filter): !filter.matches(record)
        }
    }
}

extension Comparison {
    /// Whether the condition holds. A field without a value equals nothing, is unequal to everything and is in no
    /// order.
    public func matches(_ record: VersionedRecord) -> Bool {
        switch operand {
        case .empty: return isEmpty(record) == (operation == .equal)
        case .key(let key):
            let isThere = record.atoms[FieldPath(field.name, key: key)]?.value != nil
            return isThere == (operation == .equal)
        case .text(let wanted):
            return texts(record).contains { ElementKey.fold($0).contains(wanted) } || digits(record, contain: wanted)
        case .value(let wanted):
            let present = record[field.name] ?? .null
            guard present != .null else { return operation == .unequal }
            return holds(present, wanted)
        }
    }

    private var hasElements: Bool {
        switch field.type {
        case .set, .map: true
        default: false
        }
    }

    private func isEmpty(_ record: VersionedRecord) -> Bool {
        hasElements ? record.elements(of: field.name).isEmpty : record[field.name] ?? .null == .null
    }

    private func holds(_ present: Value, _ wanted: Value) -> Bool {
        switch operation {
        case .equal: return isEqual(present, wanted)
        case .unequal: return !isEqual(present, wanted)
        case .less: return order(present, wanted).map { $0 < 0 } ?? false
        case .atMost: return order(present, wanted).map { $0 <= 0 } ?? false
        case .greater: return order(present, wanted).map { $0 > 0 } ?? false
        case .atLeast: return order(present, wanted).map { $0 >= 0 } ?? false
        case .contains: return false
        }
    }

    /// Texts are equal when they differ by case, width and white space only.
    private func isEqual(_ present: Value, _ wanted: Value) -> Bool {
        guard case .text = field.type, let left = present.text, let right = wanted.text else {
            return present == wanted
        }
        return left == right || ElementKey.fold(left) == ElementKey.fold(right)
    }

    /// Negative, zero or positive as the present value is before, with or after the wanted one; nil without an order.
    private func order(_ present: Value, _ wanted: Value) -> Int? {
        switch (field.type, present, wanted) {
        case (.integer, .int(let left), .int(let right)): return Self.compare(left, right)
        case (.decimal, .string(let left), .string(let right)): return DecimalOrder.compare(left, right)
        case (.money, _, _):
            guard let left = Money(present), let right = Money(wanted), left.currency == right.currency else {
                return nil
            }
            return Self.compare(left.minorUnits, right.minorUnits)
        case (.text, .string(let left), .string(let right)): return Self.compare(left, right)
        // Their canonical texts have the order of time.
        case (.instant, .string(let left), .string(let right)), (.date, .string(let left), .string(let right)):
            return Self.compare(left, right)
        default: return nil
        }
    }

    private static func compare<Content: Comparable>(_ left: Content, _ right: Content) -> Int {
        left < right ? -1 : left == right ? 0 : 1
    }

    private func texts(_ record: VersionedRecord) -> [String] {
        guard hasElements else { return record[field.name].map(Self.texts(in:)) ?? [] }
        return record.elements(of: field.name).flatMap { [$0.key] + Self.texts(in: $0.value) }
    }

    private static func texts(in value: Value) -> [String] {
        switch value {
        case .string(let text): [text]
        case .int(let number): [String(number)]
        case .list(let elements): elements.flatMap(texts(in:))
        case .map(let entries): entries.values.flatMap(texts(in:))
        case .null, .bool: []
        }
    }

    /// Numbers of telephones are found by their digits, however they are grouped.
    private func digits(_ record: VersionedRecord, contain wanted: String) -> Bool {
        guard case .map(.phone, _, _) = field.type else { return false }
        let digits = wanted.filter { $0.isASCII && $0.isNumber }
        return digits.count >= 3 && record.elements(of: field.name).keys.contains { $0.contains(digits) }
    }
}

/// The order of canonical decimals.
enum DecimalOrder {
    static func compare(_ left: String, _ right: String) -> Int {
        let (isLeftNegative, isRightNegative) = (left.hasPrefix("-"), right.hasPrefix("-"))
        if isLeftNegative != isRightNegative { return isLeftNegative ? -1 : 1 }
        let order = magnitudes(left.drop { $0 == "-" }, right.drop { $0 == "-" })
        return isLeftNegative ? -order : order
    }

    private static func magnitudes(_ left: Substring, _ right: Substring) -> Int {
        let leftParts = left.split(separator: ".")
        let rightParts = right.split(separator: ".")
        if leftParts[0].count != rightParts[0].count { return leftParts[0].count < rightParts[0].count ? -1 : 1 }
        // Of equally many digits before the point; digits have the order of their characters.
        return left == right ? 0 : left < right ? -1 : 1
    }
}
