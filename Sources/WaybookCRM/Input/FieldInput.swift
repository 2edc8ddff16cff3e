import WaybookModel

/// Turns what a person typed, `city=上海`, into writes.
///
/// - A field with one value takes the text as its value; no text clears it.
/// - A set or a map takes elements between commas: each is put, or removed where `-` stands before it (`+` may stand
///   before those that are put); no text removes all. What is not named stays, so nothing is lost by adding.
/// - `field/key=…` means one element, `phones/+8613800138000/optOut=yes` a flag or a part of it, `personName/family=王`
///   a part of a group.
///
/// The writes have no base: whoever stores them knows the stamps that they are made on.
public struct FieldInput: Sendable {
    public let schema: CollectionSchema
    public let context: InputContext

    public init(schema: CollectionSchema, context: InputContext) {
        self.schema = schema
        self.context = context
    }

    /// Reads `field=value`.
    /// - Parameter current: the record as it is shown; needed to remove all elements and to change parts.
    public func writes(_ assignment: String, current: VersionedRecord? = nil) throws(InputProblem) -> [Write] {
        guard let mark = assignment.firstIndex(where: { $0 == "=" || $0 == "＝" }), mark > assignment.startIndex else {
            throw .notAnAssignment(assignment)
        }
        let value = String(assignment[assignment.index(after: mark)...])
        return try writes(field: String(assignment[..<mark]), text: value, current: current)
    }

    /// Reads a value for a field that is named by its name or a label, perhaps with `/key` or `/key/part` after it.
    public func writes(
        field name: String, text: String, current: VersionedRecord? = nil
    ) throws(InputProblem) -> [Write] {
        let steps = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let field = try FieldNames.field(named: steps[0], in: schema)
        guard field.access != .server else { throw .notWritable(field) }
        guard steps.count <= 3 else { throw .unknownPart(field, part: steps[3], suggestions: []) }
        let typed = TypedText.lines(text)
        let input = ElementInput(input: ValueInput(field: field, context: context), current: current)
        if steps.count > 1 { return [try input.write(at: Array(steps.dropFirst()), text: typed)] }
        switch field.type {
        case .set, .map: return try input.elements(typed)
        default: return [try whole(field, typed)]
        }
    }

    private func whole(_ field: FieldSchema, _ text: String) throws(InputProblem) -> Write {
        let path = FieldPath(field.name)
        guard !text.isEmpty else {
            if field.isRequired { throw .required(field) }
            return Write(path: path, value: .null)
        }
        return Write(path: path, value: try ValueInput(field: field, context: context).value(text, as: field.type))
    }
}
