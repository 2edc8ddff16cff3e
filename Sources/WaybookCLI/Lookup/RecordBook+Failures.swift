import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

extension RecordBook {
    /// The record that a reference means; throws a sentence when it means none or several.
    func record(
        _ reference: String, in kind: CollectionSchema, deleted: Bool = false
    ) throws -> ShownRecord {
        let finding = try find(reference, in: kind.name, deleted: deleted)
        guard case .found(let id) = finding else { throw failure(finding, reference, kind) }
        guard let record = try workspace.store.record(id) else { throw failure(.none, reference, kind) }
        return record
    }

    /// The record that a reference means, deleted or not; a living one comes first.
    func anyRecord(_ reference: String, in kind: CollectionSchema) throws -> ShownRecord {
        let living = try find(reference, in: kind.name)
        guard case .none = living else { return try record(reference, in: kind) }
        guard case .none = try find(reference, in: kind.name, deleted: true) else {
            return try record(reference, in: kind, deleted: true)
        }
        throw failure(living, reference, kind)
    }

    private func failure(_ finding: Finding, _ reference: String, _ kind: CollectionSchema) -> CommandFailure {
        let label = kind.label.within
        switch finding {
        case .several(let records): return ambiguous(reference, records, kind)
        case .found, .none:
            return CommandFailure(
                "record-not-found", Texts.Records.notFound(kind: label, reference: reference),
                hint: Texts.Records.notFoundHint(command: "waybook \(Self.command(of: kind)) list"))
        }
    }

    /// The command that lists a kind of record: the cards of the pool have one of another name.
    private static func command(of kind: CollectionSchema) -> String {
        kind.name == CustomerCard.shape.name ? "pool" : kind.name.text
    }

    /// The most candidates that are told.
    private static let mostTold = 10

    private func ambiguous(
        _ reference: String, _ records: [ListedRecord], _ kind: CollectionSchema
    ) -> CommandFailure {
        let candidates = records.prefix(Self.mostTold).map { record -> String in
            let shown = record.record
            let details = kind.listFields.dropFirst().compactMap { kind[$0] }.map { display.text($0, in: shown) }
            let first = details.first { !$0.isEmpty }
            return "\n  \(record.id)  \(name(of: shown))" + (first.map { "  " + $0 } ?? "")
        }
        return CommandFailure(
            "record-ambiguous",
            Texts.Records.ambiguousAmong(reference: reference, count: records.count, candidates: candidates))
    }

    /// Says which record of a reference's text is missing or not the only one; the reader of values can only say that the
    /// text is no reference.
    func checkReferences(in assignment: String, of kind: CollectionSchema) throws {
        guard let mark = assignment.firstIndex(where: { $0 == "=" || $0 == "＝" }),
            let field = try? FieldNames.field(named: String(assignment[..<mark]), in: kind),
            case .reference(let target) = field.type, let other = Catalogue.schema[target]
        else { return }
        let text = TypedText.line(String(assignment[assignment.index(after: mark)...]))
        guard !text.isEmpty, RecordID(text) == nil, inputContext().resolve(target, text) == nil else { return }
        _ = try record(text, in: other)
    }
}
