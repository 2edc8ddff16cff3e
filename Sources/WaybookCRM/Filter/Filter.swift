import WaybookModel

/// Which records a person asks for.
public indirect enum Filter: Hashable, Sendable {
    case comparison(Comparison)
    /// All of them hold; an empty list holds for every record.
    case and([Filter])
    case or([Filter])
    case not(Filter)

    public static let all = Filter.and([])
}

/// One condition on one field.
public struct Comparison: Hashable, Sendable {
    public enum Operator: String, Hashable, Sendable, CaseIterable {
        case equal = "="
        case unequal = "!="
        case less = "<"
        case atMost = "<="
        case greater = ">"
        case atLeast = ">="
        case contains = "~"
    }

    public enum Operand: Hashable, Sendable {
        /// `field=`: the field has no value, no element.
        case empty
        /// A value of the field's type.
        case value(Value)
        /// The key of an element of a set or a map.
        case key(String)
        /// Folded text that is somewhere in the field's text.
        case text(String)
    }

    public var field: FieldSchema
    public var operation: Operator
    public var operand: Operand

    public init(field: FieldSchema, operation: Operator, operand: Operand) {
        self.field = field
        self.operation = operation
        self.operand = operand
    }
}

/// Why a filter cannot be read; offsets are in characters from 0.
public enum FilterProblem: Error, Hashable, Sendable {
    case operatorMissing(offset: Int)
    case fieldMissing(offset: Int)
    case quoteNotClosed(offset: Int)
    /// The field's type has no such order or text.
    case operatorDoesNotFit(FieldSchema, Comparison.Operator, offset: Int)
    case input(InputProblem, offset: Int)
    case tooManyConditions(limit: Int)
}
