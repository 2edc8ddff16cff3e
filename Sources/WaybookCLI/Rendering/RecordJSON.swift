import WaybookModel
import WaybookStore
import WaybookTerminal

/// Records as `--json` writes them: `{"fields":{path:value},"id":…,"kind":…}` and what is to be known of them.
enum RecordJSON {
    static func object(_ record: ListedRecord) -> JSONOutput {
        .object([
            "conflicted": .bool(record.isConflicted), "fields": .canonical(CanonicalJSON.text(.map(record.fields))),
            "id": .string(record.id.description), "kind": .string(record.collection.text),
            "unsent": .bool(record.isUnsent),
        ])
    }

    static func object(_ shown: ShownRecord) -> JSONOutput {
        .object([
            "conflicts": .list(shown.conflicts.map { .string($0.description) }),
            "deleted": .bool(shown.record.isDeleted),
            "erased": .bool(shown.record.isErased && !shown.pending.contains(.erased)),
            "fields": .canonical(CanonicalJSON.text(RecordEncoding.fields(shown.record))),
            "id": .string(shown.record.id.description), "kind": .string(shown.record.collection.text),
            "pending": .list(shown.pending.map { .string($0.text) }), "unit": .string(shown.unit.description),
            "unsent": .list(shown.unsentPaths.map { .string($0.text) }), "visible": .bool(shown.isVisible),
        ])
    }

    static func value(_ value: Value?) -> JSONOutput { value.map { .canonical(CanonicalJSON.text($0)) } ?? .null }
}
