import WaybookCRM
import WaybookModel
import WaybookStore

/// What a person's conditions are to the store: a filter that lets through all they hold for, perhaps more.
///
/// People's texts are equal whatever their case and width, which SQL does not know; what the store lets through is judged
/// once more by ``Filter/matches(_:)`` unless both agree.
struct StoreFilter {
    /// Nil lets everything through.
    let filter: RecordFilter?
    /// Whether the store's answer is the person's.
    let isExact: Bool

    init(_ filter: Filter) {
        switch filter {
        case .and(let filters):
            let parts = filters.map { StoreFilter($0) }
            let known = parts.compactMap(\.filter)
            self.filter = known.isEmpty ? nil : known.count == 1 ? known[0] : .all(known)
            isExact = parts.allSatisfy(\.isExact)
        case .or(let filters):
            let parts = filters.map { StoreFilter($0) }
            let known = parts.compactMap(\.filter)
            self.filter = known.count == parts.count ? .any(known) : nil
            isExact = parts.allSatisfy(\.isExact)
        case .not(let inner):
            // What lets too much through must not be turned round.
            let part = StoreFilter(inner)
            self.filter = part.isExact ? part.filter.map { .not($0) } : nil
            isExact = part.isExact && part.filter != nil
        case .comparison(let comparison):
            (self.filter, isExact) = Self.convert(comparison)
        }
    }

    private static func convert(_ comparison: Comparison) -> (RecordFilter?, Bool) {
        let selector = FieldSelector(comparison.field.name)
        let isEqual = comparison.operation == .equal
        switch comparison.operand {
        case .empty: return (isEqual ? .not(.exists(selector)) : .exists(selector), true)
        case .key(let key): return (isEqual ? .compare(selector, .equal, .string(key)) : nil, false)
        case .text(let text): return (contains(selector, comparison.field.type, text), false)
        case .value(let value): return convert(selector, comparison, value)
        }
    }

    /// SQL folds ASCII letters only; other cased letters are left to the second look.
    private static func contains(_ selector: FieldSelector, _ type: FieldType, _ text: String) -> RecordFilter? {
        if case .map(.phone, _, _) = type { return nil }
        return hasOneSpelling(text, ignoringASCIICase: true) ? .contains(selector, text) : nil
    }

    private static func convert(
        _ selector: FieldSelector, _ comparison: Comparison, _ value: Value
    ) -> (RecordFilter?, Bool) {
        switch comparison.field.type {
        case .text:
            guard comparison.operation == .equal, let text = value.text else { return (nil, false) }
            if hasOneSpelling(text, ignoringASCIICase: false) { return (.compare(selector, .equal, value), true) }
            return (contains(selector, comparison.field.type, ElementKey.fold(text)), false)
        case .enumeration, .reference, .bool, .integer, .instant, .date, .partialDate:
            guard let operation = operation(comparison.operation) else { return (nil, false) }
            return (.compare(selector, operation, value), true)
        case .money: return (money(selector, comparison.operation, value), false)
        case .decimal, .structure, .set, .map, .bytesReference: return (nil, false)
        }
    }

    private static func money(
        _ selector: FieldSelector, _ operation: Comparison.Operator, _ value: Value
    ) -> RecordFilter? {
        guard let money = Money(value), let operation = Self.operation(operation), operation != .notEqual else {
            return nil
        }
        return .all([
            .compare(FieldSelector(selector.field, part: "amount"), operation, .int(money.minorUnits)),
            .compare(FieldSelector(selector.field, part: "currency"), .equal, .string(money.currency.text)),
        ])
    }

    private static func operation(_ operation: Comparison.Operator) -> RecordFilter.Comparison? {
        switch operation {
        case .equal: .equal
        case .unequal: .notEqual
        case .less: .less
        case .atMost: .lessOrEqual
        case .greater: .greater
        case .atLeast: .greaterOrEqual
        case .contains: nil
        }
    }

    /// Whether no other text folds to the same, but for the case of ASCII letters where that does not count.
    ///
    /// True of Chinese characters, digits and, where case does not count, ASCII words without white space.
    private static func hasOneSpelling(_ text: String, ignoringASCIICase: Bool) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x4E00...0x9FFF, 0x3400...0x4DBF: true
            case 0x21...0x40, 0x5B...0x60, 0x7B...0x7E: ignoringASCIICase
            case 0x41...0x5A, 0x61...0x7A: ignoringASCIICase
            default: false
            }
        }
    }
}
