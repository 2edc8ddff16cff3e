import Synchronization
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore

/// The records of a workspace as people name them: by identity, the beginning of one, or by name; and their names.
///
/// A class for the names that it has looked up already.
final class RecordBook: Sendable {
    /// The fewest characters that are taken for the beginning of an identity.
    static let shortestPrefix = 4
    /// The most candidates that are looked at for a name.
    static let mostCandidates = 50

    let workspace: Workspace
    let scene: CommandScene
    private let titles = Mutex<[RecordID: String]>([:])
    private let resolved = Mutex<[String: RecordID?]>([:])
    /// How many references by name were refused, for the lease has ended.
    let lookups = Mutex(0)

    init(_ workspace: Workspace, scene: CommandScene = .current) {
        self.workspace = workspace
        self.scene = scene
    }

    private var store: ClientStore { workspace.store }

    /// What a reference may mean.
    enum Finding {
        case found(RecordID)
        case none
        /// Several fit; some of them.
        case several([ListedRecord])
    }

    /// Finds the record that a person means.
    /// - Parameter deleted: whether deleted records are meant instead.
    func find(_ text: String, in collection: CollectionName, deleted: Bool = false) throws -> Finding {
        if isLocked { return try findLocked(text, in: collection) }
        let scope: RecordQuery.Scope = deleted ? .deleted : .visible
        if let id = RecordID(text) {
            guard let record = try store.record(id), record.record.collection == collection else { return .none }
            return .found(id)
        }
        if collection == DirectoryRecord.user, let id = try person(byAccount: text) { return .found(id) }
        if let finding = try byPrefix(text, collection, scope) { return finding }
        return try byName(text, collection, scope)
    }

    private func byPrefix(
        _ text: String, _ collection: CollectionName, _ scope: RecordQuery.Scope
    ) throws -> Finding? {
        let prefix = text.lowercased()
        let isHex = prefix.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == 0x2D }
        guard isHex, prefix.count >= Self.shortestPrefix, prefix.count < 36 else { return nil }
        let query = RecordQuery(
            collection, filter: .begins(FieldSelector("id"), prefix), limit: Self.mostCandidates, scope: scope)
        return Self.finding(try store.list(query))
    }

    private static func finding(_ records: [ListedRecord]) -> Finding? {
        switch records.count {
        case 0: nil
        case 1: .found(records[0].id)
        default: .several(records)
        }
    }

    /// The exact name first, then a part of one.
    private func byName(
        _ text: String, _ collection: CollectionName, _ scope: RecordQuery.Scope
    ) throws -> Finding {
        guard let title = Catalogue.schema[collection]?.titleField else { return .none }
        let wanted = ElementKey.fold(text)
        guard !wanted.isEmpty else { return .none }
        func isNamed(_ record: ListedRecord) -> Bool {
            ElementKey.fold(record.fields[title.text]?.text ?? "") == wanted
        }
        func isLike(_ record: ListedRecord) -> Bool {
            ElementKey.fold(record.fields[title.text]?.text ?? "").contains(wanted)
        }
        if scope == .visible {
            let answer = try store.search(text, in: collection, limit: Self.mostCandidates)
            if answer.isComplete, answer.records.count < Self.mostCandidates, answer.records.contains(where: isLike) {
                if let finding = Self.finding(answer.records.filter(isNamed)) { return finding }
                return try part(answer.records.filter(isLike), of: text, collection, scope)
            }
        }
        let selector = FieldSelector(title)
        let exact = RecordQuery(
            collection, filter: .compare(selector, .equal, .string(TypedText.line(text))), limit: Self.mostCandidates,
            scope: scope)
        if let finding = Self.finding(try store.list(exact)) { return finding }
        let like = RecordQuery(
            collection, filter: .contains(selector, TypedText.line(text)), limit: Self.mostCandidates, scope: scope)
        let records = try store.list(like)
        if let finding = Self.finding(records.filter(isNamed)) { return finding }
        return try part(records, of: text, collection, scope)
    }

    /// The records of which the text is a part of the name; none where it is the whole name of one that is deleted (or,
    /// among the deleted, of one that lives): what is meant is that one, and no other may be changed in its place.
    private func part(
        _ records: [ListedRecord], of text: String, _ collection: CollectionName, _ scope: RecordQuery.Scope
    ) throws -> Finding {
        guard let finding = Self.finding(records), let title = Catalogue.schema[collection]?.titleField else {
            return .none
        }
        let whole = RecordQuery(
            collection, filter: .compare(FieldSelector(title), .equal, .string(TypedText.line(text))), limit: 1,
            scope: scope == .deleted ? .visible : .deleted)
        return try store.list(whole).isEmpty ? finding : .none
    }

    /// The name of a record; nil where this replica has none of it, it has no name, or it may not be shown.
    func title(_ collection: CollectionName, _ id: RecordID) -> String? {
        if isLocked { return nil }
        if let known = titles.withLock({ $0[id] }) { return known }
        if id == workspace.session.user { return workspace.session.name }
        guard let record = try? store.record(id)?.record, let title = title(of: record) else { return nil }
        titles.withLock { $0[id] = title }
        return title
    }

    /// The name that a record gives itself; of one that is known by another, as somebody's time in a team, the other's.
    private func title(of record: VersionedRecord) -> String? {
        guard !isLocked, let kind = Catalogue.schema[record.collection], let field = kind[kind.titleField],
            let text = record[field.name]?.text, !text.isEmpty
        else { return nil }
        guard case .reference = field.type else { return text }
        return display.text(field, in: record)
    }

    /// The name of a record, or the beginning of its identity.
    func name(of record: VersionedRecord) -> String { title(of: record) ?? Self.short(record.id) }

    /// The name of what a change writes to; of one that is not here, as the change itself tells it.
    func name(of change: Change) -> String {
        if let title = title(change.collection, change.id) { return title }
        var record = VersionedRecord(id: change.id, collection: change.collection)
        let stamp = Stamp(milliseconds: 0, counter: 0, replica: ReplicaID(0))
        for write in change.writes { record.atoms[write.path] = Atom(value: write.value, stamp: stamp) }
        return name(of: record)
    }

    func name(_ collection: CollectionName, _ id: RecordID) -> String { title(collection, id) ?? Self.short(id) }

    /// The beginning of an identity, long enough to tell records apart: of a version 7 the part that time alone does not
    /// make.
    static func short(_ id: RecordID) -> String { String(id.description.prefix(13)) }

    /// How values are shown.
    var display: FieldDisplay {
        FieldDisplay(language: scene.language, zone: scene.zone) { [self] collection, id in title(collection, id) }
    }

    /// How texts are read; references by name are looked up once each.
    func inputContext() -> InputContext {
        var context = InputContext(
            now: scene.now, zone: scene.zone, makeID: workspace.device.makeID
        ) { [self] collection, text in
            let key = collection.text + "\n" + text
            if let known = resolved.withLock({ $0[key] }) { return known }
            var id: RecordID?
            if case .found(let found)? = try? find(text, in: collection) {
                id = found
            } else if collection == DirectoryRecord.user, isOwnName(text) {
                id = workspace.session.user
            }
            resolved.withLock { $0[key] = .some(id) }
            return id
        }
        context.hidesRecord = isLocked
        return context
    }
}
