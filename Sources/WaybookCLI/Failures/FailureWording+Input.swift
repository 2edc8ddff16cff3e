import WaybookCRM
import WaybookModel
import WaybookTerminal

extension FailureWording {
    /// Why what a person typed is no value of a field.
    /// - Parameter kind: whose fields are meant, for the hint.
    static func input(_ problem: InputProblem, _ kind: CollectionSchema?) -> CommandFailure {
        func failure(_ code: String, _ text: LocalizedText, _ hint: LocalizedText? = nil) -> CommandFailure {
            CommandFailure(code, text, hint: hint, status: .usage)
        }
        switch problem {
        case .notAnAssignment(let text):
            return failure("assignment-invalid", Texts.Values.assignmentInvalid(text: text))
        case .unknownField(let name, let suggestions): return unknownField(name, suggestions, kind)
        case .notWritable(let field):
            return failure("field-derived", Texts.Values.fieldDerived(field: field.label.spoken))
        case .unknownPart(let field, let part, let suggestions):
            return failure(
                "part-unknown", Texts.Values.unknownPart(field: field.label.spoken, part: part),
                suggestions.isEmpty ? nil : Texts.Records.didYouMean(candidates: suggestions))
        case .noSuchElement(let field, let key):
            return failure("element-missing", Texts.Values.noSuchElement(field: field.label.spoken, key: key))
        case .invalid(let field, let text, let expected):
            let wanted = FieldWording.expected(expected)
            return failure(
                "value-invalid", Texts.Values.valueInvalid(field: field.label.spoken, value: text, expected: wanted))
        case .tooLong(let field, let maximum):
            return failure("value-too-long", Texts.Values.valueTooLong(field: field.label.spoken, limit: maximum))
        case .outOfRange(let field, let range):
            let (lowest, highest) = (Int(range.lowerBound), Int(range.upperBound))
            return failure(
                "value-out-of-range",
                Texts.Values.valueOutOfRange(field: field.label.spoken, lowest: lowest, highest: highest))
        case .unknownChoice(let field, let text, let choices, let suggestions):
            return failure(
                "value-not-in-list",
                Texts.Values.valueNotInEnum(field: field.label.spoken, value: text, allowed: choices.map(\.name)),
                suggestions.isEmpty ? nil : Texts.Records.didYouMean(candidates: suggestions.map(\.name)))
        case .unknownCurrency(let field, let code):
            return failure(
                "currency-unknown", Texts.Values.unknownCurrency(field: field.label.spoken, code: code.uppercased()))
        case .tooPrecise(let field, let code):
            return failure("amount-too-precise", Texts.Values.tooPrecise(field: field.label.spoken, code: code.text))
        case .controlCharacter(let field):
            return failure("control-character", Texts.Values.controlCharacter(field: field.label.spoken))
        case .recordHidden(let field):
            return CommandFailure(
                "lease-ended", Texts.Lease.mustBeRead(field: field.label.spoken), hint: Texts.Lease.endedHint)
        case .required(let field): return failure("required", Texts.Values.required(field: field.label.spoken))
        }
    }

    private static func unknownField(
        _ name: String, _ suggestions: [FieldSchema], _ kind: CollectionSchema?
    ) -> CommandFailure {
        let fields = kind?.fields.filter { $0.access != .server }.map(\.name.text) ?? []
        let hint =
            suggestions.isEmpty
            ? (fields.isEmpty ? nil : Texts.Records.fieldsAre(fields: fields))
            : Texts.Records.didYouMean(candidates: suggestions.map(\.name.text))
        let label = kind?.label.within ?? Texts.Words.record.spoken
        return CommandFailure(
            "field-unknown", Texts.Records.unknownField(field: name, kind: label), hint: hint, status: .usage)
    }

    /// Why a condition cannot be read.
    static func filter(_ problem: FilterProblem, text: String, _ kind: CollectionSchema) -> CommandFailure {
        func invalid(_ offset: Int) -> CommandFailure {
            CommandFailure(
                "condition-invalid", Texts.Records.whereInvalid(text: text, column: offset + 1),
                hint: Texts.Records.whereHint, status: .usage)
        }
        switch problem {
        case .operatorMissing(let offset), .fieldMissing(let offset), .quoteNotClosed(let offset):
            return invalid(offset)
        case .operatorDoesNotFit(let field, let operation, _):
            return CommandFailure(
                "condition-unfit",
                Texts.Records.whereUnfit(field: field.label.spoken, sign: operation.rawValue), status: .usage)
        case .input(let problem, _): return input(problem, kind)
        case .tooManyConditions(let limit):
            return CommandFailure("condition-too-long", Texts.Records.whereTooMany(limit: limit), status: .usage)
        }
    }
}
