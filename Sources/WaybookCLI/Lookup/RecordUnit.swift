import WaybookCRM
import WaybookModel
import WaybookStore

/// What belongs to a root: the visible records whose root field names it.
struct RecordUnit {
    private let store: ClientStore

    init(_ store: ClientStore) { self.store = store }

    /// How many records of each kind belong to a record, in the catalogue's order; kinds with none are left out.
    func counts(of root: RecordID) -> [(kind: CollectionSchema, count: Int)] {
        Catalogue.editable.compactMap { kind in
            guard let field = kind.rootField else { return nil }
            let filter = RecordFilter.compare(FieldSelector(field), .equal, .string(root.description))
            let count = (try? store.count(RecordQuery(kind.name, filter: filter))) ?? 0
            return count > 0 ? (kind, count) : nil
        }
    }

    /// `2 contacts`, `任务 2`.
    static func phrase(_ entry: (kind: CollectionSchema, count: Int)) -> String {
        Texts.Records.countOfKind(kind: entry.kind.label.within, count: entry.count).spoken
    }
}
