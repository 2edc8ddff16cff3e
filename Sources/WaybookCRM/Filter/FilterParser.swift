import WaybookModel

/// Reads `city=上海 tier=vip due<=friday name~"Ada L"`: conditions that must all hold.
public struct FilterParser: Sendable {
    /// The most conditions of one filter.
    public static let maximumConditions = 64

    public let schema: CollectionSchema
    public let context: InputContext

    public init(schema: CollectionSchema, context: InputContext) {
        self.schema = schema
        self.context = context
    }

    /// Reads a filter; white space alone holds for every record.
    public func parse(_ text: String) throws(FilterProblem) -> Filter {
        var scanner = FilterScanner(text)
        var filters: [Filter] = []
        while let condition = try scanner.next() {
            guard filters.count < Self.maximumConditions else {
                throw .tooManyConditions(limit: Self.maximumConditions)
            }
            do throws(InputProblem) {
                filters.append(try filter(condition))
            } catch {
                throw .input(error, offset: condition.offset)
            }
            let operation = condition.operation
            if let field = try? FieldNames.field(named: condition.field, in: schema),
                !Self.fits(operation, field.type, isEmpty: condition.value.isEmpty)
            {
                throw .operatorDoesNotFit(field, operation, offset: condition.offset)
            }
        }
        return filters.count == 1 ? filters[0] : .and(filters)
    }

    private static func fits(_ operation: Comparison.Operator, _ type: FieldType, isEmpty: Bool) -> Bool {
        switch operation {
        case .equal, .unequal: return true
        case .contains: return !isEmpty
        case .less, .atMost, .greater, .atLeast:
            guard !isEmpty else { return false }
            switch type {
            case .integer, .decimal, .text, .instant, .date, .money: return true
            default: return false
            }
        }
    }

    private func filter(_ condition: FilterScanner.Condition) throws(InputProblem) -> Filter {
        let field = try FieldNames.field(named: condition.field, in: schema)
        let operation = condition.operation
        func comparison(_ operation: Comparison.Operator, _ operand: Comparison.Operand) -> Filter {
            .comparison(Comparison(field: field, operation: operation, operand: operand))
        }
        guard !condition.value.isEmpty else { return comparison(operation, .empty) }
        if operation == .contains { return comparison(operation, .text(ElementKey.fold(condition.value))) }
        switch field.type {
        case .set(let form, _), .map(let form, _, _):
            let key =
                form == .phone
                ? PhoneNumber(condition.value, callingCode: context.callingCode).key
                : ElementKey.make(condition.value, form: form) ?? ""
            return comparison(operation, .key(key))
        case .instant:
            if let day = DateText.date(condition.value, today: context.today) {
                return dayFilter(field, operation, day)
            }
        default: break
        }
        let value = try ValueInput(field: field, context: context).value(condition.value, as: field.type)
        return comparison(operation, .value(value))
    }

    /// A day against a moment: the day is all the moments from its beginning to the next day's.
    private func dayFilter(_ field: FieldSchema, _ operation: Comparison.Operator, _ day: CivilDate) -> Filter {
        let start = context.zone.instant(WallTime(date: day, secondOfDay: 0)).value
        let end = context.zone.instant(WallTime(date: day.adding(days: 1), secondOfDay: 0)).value
        func bound(_ operation: Comparison.Operator, _ value: Value) -> Filter {
            .comparison(Comparison(field: field, operation: operation, operand: .value(value)))
        }
        switch operation {
        case .less: return bound(.less, start)
        case .atMost: return bound(.less, end)
        case .greater: return bound(.atLeast, end)
        case .atLeast: return bound(.atLeast, start)
        case .unequal: return .not(.and([bound(.atLeast, start), bound(.less, end)]))
        case .equal, .contains: return .and([bound(.atLeast, start), bound(.less, end)])
        }
    }
}

/// Splits a filter's text into conditions.
struct FilterScanner {
    struct Condition {
        var field: String
        var operation: Comparison.Operator
        var value: String
        /// Of the field's first character.
        var offset: Int
    }

    private let characters: [Character]
    private var position = 0

    init(_ text: String) { characters = Array(text) }

    mutating func next() throws(FilterProblem) -> Condition? {
        while position < characters.count, characters[position].isWhitespace { position += 1 }
        guard position < characters.count else { return nil }
        let start = position
        while position < characters.count, !"=!<>~＝".contains(characters[position]) {
            guard !characters[position].isWhitespace else { throw .operatorMissing(offset: start) }
            position += 1
        }
        guard position > start else { throw .fieldMissing(offset: start) }
        let field = String(characters[start..<position])
        guard let operation = takeOperator() else { throw .operatorMissing(offset: start) }
        return Condition(field: field, operation: operation, value: try takeValue(), offset: start)
    }

    private mutating func takeOperator() -> Comparison.Operator? {
        for length in [2, 1] where position + length <= characters.count {
            let text = String(characters[position..<position + length]).replacing("＝", with: "=")
            guard let operation = Comparison.Operator(rawValue: text) else { continue }
            position += length
            return operation
        }
        return nil
    }

    /// A word, or text in quotes in which a backslash takes the next character as it is.
    private mutating func takeValue() throws(FilterProblem) -> String {
        let closing: [Character: Character] = ["\"": "\"", "'": "'", "“": "”", "「": "」"]
        guard position < characters.count, let close = closing[characters[position]] else {
            let start = position
            while position < characters.count, !characters[position].isWhitespace { position += 1 }
            return String(characters[start..<position])
        }
        let start = position
        position += 1
        var value = ""
        while position < characters.count {
            if characters[position] == close {
                position += 1
                return value
            }
            if characters[position] == "\\", position + 1 < characters.count { position += 1 }
            value.append(characters[position])
            position += 1
        }
        throw .quoteNotClosed(offset: start)
    }
}
