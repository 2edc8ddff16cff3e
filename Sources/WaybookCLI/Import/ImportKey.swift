import WaybookCRM
import WaybookModel

/// What an imported row is known by, so that the same file taken twice changes the same records.
///
/// The row's external number, where there is a column of them; else the fields that `--key` names; else title, root, and
/// the moments that lists show (a visit is its subject, customer and time).
struct ImportKey {
    /// The column that holds numbers of another system.
    static let externalTarget = "externalId"

    let fields: [FieldSchema]

    init(_ kind: CollectionSchema, chosen: [FieldSchema]) {
        guard chosen.isEmpty else {
            fields = chosen
            return
        }
        let moments = kind.listFields.compactMap { kind[$0] }.filter { $0.type == .instant }
        fields = ([kind.titleField] + [kind.rootField].compactMap { $0 }).compactMap { kind[$0] } + moments
    }

    /// The key of a row; nil when nothing in it could be one.
    func text(external: String?, _ writes: [Write]) -> String? {
        if let external { return "external\n" + external }
        let parts = fields.map { field -> String in
            let texts = writes.filter { $0.path.field == field.name }.sorted { $0.path < $1.path }.compactMap { write in
                write.path.isElement ? write.path.key : write.value.map(Self.text)
            }
            return "\(field.name.text)=\(texts.joined(separator: ","))"
        }
        guard parts.contains(where: { !$0.hasSuffix("=") }) else { return nil }
        return parts.joined(separator: "\n")
    }

    private static func text(_ value: Value) -> String {
        value.text.map { ElementKey.fold($0) } ?? CanonicalJSON.text(value)
    }
}
