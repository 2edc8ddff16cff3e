import WaybookCRM
import WaybookModel
import WaybookTerminal

/// Reads what a person typed into the fields of one kind of record; says what is wrong in their words.
struct FieldReader {
    let kind: CollectionSchema
    private let book: RecordBook
    private let input: FieldInput

    init(_ kind: CollectionSchema, _ book: RecordBook) {
        self.kind = kind
        self.book = book
        input = FieldInput(schema: kind, context: book.inputContext())
    }

    /// Reads `field=value`.
    func writes(_ assignment: String, current: VersionedRecord? = nil) throws -> [Write] {
        try book.checkReferences(in: assignment, of: kind)
        let outcome = Result { () throws(InputProblem) in try input.writes(assignment, current: current) }
        return try worded(outcome)
    }

    /// Reads the text of a field.
    func writes(field: String, text: String, current: VersionedRecord? = nil) throws -> [Write] {
        try book.checkReferences(in: "\(field)=\(text)", of: kind)
        let outcome = Result { () throws(InputProblem) in
            try input.writes(field: field, text: text, current: current)
        }
        return try worded(outcome)
    }

    /// Reads the value of a field; nil of no text.
    func value(_ field: FieldName, _ text: String?) throws -> Value? {
        guard let text else { return nil }
        return try writes(field: field.text, text: text).first?.value
    }

    /// The field of that name or label.
    static func field(named name: String, in kind: CollectionSchema) throws(CommandFailure) -> FieldSchema {
        do {
            return try FieldNames.field(named: name, in: kind)
        } catch {
            throw FailureWording.input(error, kind)
        }
    }

    private func worded(_ outcome: Result<[Write], InputProblem>) throws -> [Write] {
        switch outcome {
        case .success(let writes): return writes
        case .failure(let problem):
            if let lock = try book.refusedLookup() { throw lock }
            throw FailureWording.input(problem, kind)
        }
    }
}
