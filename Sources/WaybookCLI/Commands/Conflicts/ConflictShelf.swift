import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// The conflicts that wait for a decision.
struct ConflictShelf {
    private let book: RecordBook

    init(_ book: RecordBook) { self.book = book }

    /// The open ones, oldest first; those that conditions hold for.
    func open(where conditions: String? = nil) throws -> [OpenConflict] {
        let filter = try conditions.map { try RecordListing.parse($0, Conflict.collection, book) } ?? .all
        return try book.workspace.store.conflicts().filter { filter.matches($0.record) }.compactMap { listed in
            OpenConflict(listed.record, book)
        }
    }

    /// The one that an identity, or the beginning of one, names.
    func conflict(_ reference: String) throws -> OpenConflict {
        let found = try open().filter { $0.id.description.hasPrefix(reference.lowercased()) }
        switch found.count {
        case 1: return found[0]
        case 0: throw try missing(reference)
        default:
            throw CommandFailure(
                "conflict-ambiguous",
                Texts.Records.ambiguousAmong(
                    reference: reference, count: found.count,
                    candidates: found.prefix(10).map { "\n  \($0.id)  \($0.recordName)  \($0.fieldName)" }))
        }
    }

    private func missing(_ reference: String) throws -> CommandFailure {
        if let id = RecordID(reference), let settled = try book.workspace.store.record(id)?.record,
            settled.collection == ConflictRecord.collection
        {
            let who = View<Conflict>(settled).resolvedBy ?? book.workspace.session.name
            return CommandFailure("conflict-resolved", Texts.Conflict.alreadyResolved(id: reference, who: who))
        }
        return CommandFailure(
            "conflict-not-found", Texts.Conflict.notFound(id: reference),
            hint: Texts.Records.notFoundHint(command: "waybook conflict list"))
    }
}

/// One open conflict, with what stands on either side.
struct OpenConflict {
    let id: RecordID
    let about: RecordID
    let collection: CollectionName
    let path: FieldPath
    /// The losing value; nil for a removal.
    let other: Value?
    /// What both were made on; nil where it is no longer known.
    let base: Value?
    private let view: View<Conflict>
    private let book: RecordBook

    init?(_ record: VersionedRecord, _ book: RecordBook) {
        guard let conflict = ConflictRecord(record) else { return nil }
        id = conflict.id
        about = conflict.about
        collection = conflict.aboutCollection
        path = conflict.loser.path
        other = conflict.loser.value
        view = View<Conflict>(record)
        base = view.valueBefore
        self.book = book
    }

    /// The present value, as shown here.
    var current: Value? { (try? book.workspace.store.record(about))?.record.atoms[path]?.value }

    var shortID: String { String(id.description.prefix(8)) }
    var recordName: String { book.name(collection, about) }
    var fieldName: String { FieldWording.path(path, in: collection) }
    var author: String { view.author ?? Texts.Words.unknown.spoken }
    var device: String { view.device ?? Texts.Words.unknown.spoken }
    var rival: String { view.rival ?? Texts.Words.unknown.spoken }
    var rivalDevice: String { view.rivalDevice ?? Texts.Words.unknown.spoken }
    var currentText: String {
        // A record that lives without ever having been brought back has no life to show.
        path == .life && current == nil ? Texts.Words.alive.spoken : text(current)
    }
    var otherText: String { text(other) }
    var baseText: String { base == nil ? Texts.Conflict.baseUnknown.spoken : text(base) }

    func text(_ value: Value?) -> String { FieldWording.value(value, at: path, in: collection, book.display) }

    func side(_ value: String, _ who: String, _ device: String) -> String {
        let time = view.foundAt.map { Moments.text($0.milliseconds, zone: book.scene.zone) }
        return Texts.Conflict.side(
            value: value, who: who, device: device, time: time ?? Texts.Words.unknown.spoken
        ).spoken
    }

    var json: JSONOutput {
        .object([
            "about": .string(about.description), "aboutKind": .string(collection.text), "author": .string(author),
            "base": RecordJSON.value(base), "current": RecordJSON.value(current), "device": .string(device),
            "id": .string(id.description), "other": RecordJSON.value(other), "path": .string(path.text),
            "record": .string(recordName), "rival": .string(rival), "rivalDevice": .string(rivalDevice),
        ])
    }
}
