import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook sync --preview`: what would be sent, and what might clash; nothing is sent.
struct SyncPreview {
    /// How many sets are read at once.
    private static let page = 200
    private let book: RecordBook

    init(_ book: RecordBook) { self.book = book }

    func write(to reporter: Reporter) throws {
        if reporter.isJSON { return try writeJSON(reporter) }
        let count = try book.workspace.unsentCount()
        guard count > 0 else { return try reporter.say(Texts.Sync.previewEmpty) }
        try reporter.say(Texts.Sync.previewTitle(count: count))
        if book.isLocked { return }
        try each { set in
            for change in set.set.changes { try reporter.say(line(set.set, change)) }
            for clash in set.clashes {
                let collection = set.set.changes.first { $0.id == clash.id }?.collection ?? ConflictRecord.collection
                let text = Texts.Sync.previewMightClash(
                    field: FieldWording.path(clash.path, in: collection, book.display),
                    record: book.name(collection, clash.id))
                try reporter.say("    ! " + text.spoken)
            }
        }
    }

    private func each(_ body: (PreviewedSet) throws -> Void) throws {
        var last: Int64 = 0
        while true {
            let sets = try book.workspace.store.preview(after: last, limit: Self.page)
            guard let end = sets.last else { return }
            for set in sets { try body(set) }
            last = end.set.number
        }
    }

    private func line(_ set: ChangeSet, _ change: Change) -> String {
        let fields = change.writes.map { FieldWording.path($0.path, in: change.collection, book.display) }
        let kind = FieldWording.kind(change.collection)
        let name = book.name(change.collection, change.id)
        let time = Moments.text(set.wallMilliseconds, zone: book.scene.zone)
        let life = change.writes.first { $0.path == .life }?.value
        let what =
            switch life {
            case VersionedRecord.deleted?: Texts.Sync.previewDelete(kind: kind, record: name)
            case .some: Texts.Sync.previewRestore(kind: kind, record: name)
            case nil where change.isCreating: Texts.Sync.previewNew(kind: kind, record: name)
            case nil: Texts.Sync.previewChange(kind: kind, record: name, fields: fields)
            }
        return "  \(set.number)  \(time)  \(what.spoken)"
    }

    private func writeJSON(_ reporter: Reporter) throws {
        var writer = JSONListWriter { text in try reporter.scene.output.write(text) }
        try each { set in
            if book.isLocked {
                return try writer.append(.object(["locked": .bool(true), "set": .int(set.set.number)]))
            }
            let changes = set.set.changes.map { change -> JSONOutput in
                .object([
                    "id": .string(change.id.description), "kind": .string(change.collection.text),
                    "new": .bool(change.isCreating), "paths": .list(change.writes.map { .string($0.path.text) }),
                ])
            }
            let clashes = set.clashes.map { clash -> JSONOutput in
                .object([
                    "id": .string(clash.id.description), "path": .string(clash.path.text),
                    "server": RecordJSON.value(clash.server), "unsent": RecordJSON.value(clash.unsent),
                ])
            }
            try writer.append(
                .object(["changes": .list(changes), "clashes": .list(clashes), "set": .int(set.set.number)]))
        }
        try writer.finish()
    }
}
