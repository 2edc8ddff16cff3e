import GRDB
import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookStore

/// A small schema with one field of each kind that the store treats in a way of its own.
let clientSchema = Schema(
    version: 1,
    collections: [
        CollectionSchema(
            "customer", "Customer", "客户", title: "name", list: ["name", "city"],
            access: .directory,
            fields: [
                FieldSchema("name", .text(maximum: 120), .register, "Name", "名称", required: true, searched: true),
                FieldSchema("city", .text(maximum: 80), .register, "City", "城市", searched: true),
                FieldSchema("kind", .text(maximum: 20), .immutable, "Kind", "类型"),
                FieldSchema("credit", .decimal, .register, "Credit", "额度"),
                FieldSchema("rank", .integer(0...100), .register, "Rank", "级别"),
                FieldSchema("tags", .set(key: .text, maximum: 64), .set, "Tags", "标签", searched: true),
                FieldSchema(
                    "phones",
                    .map(
                        key: .phone, value: .structure([StructureField("label", .text(maximum: 20), "Label", "标签")]),
                        flags: [StructureField("optOut", .bool, "Opted out", "拒绝")]),
                    .map(flags: ["optOut": .init(prefer: true)]), "Phones", "电话", searched: true),
            ]),
        CollectionSchema(
            "contact", "Contact", "联系人", root: "customer", title: "name", list: ["name"],
            access: .directory,
            fields: [
                FieldSchema("name", .text(maximum: 120), .register, "Name", "姓名", required: true, searched: true),
                FieldSchema("customer", .reference("customer"), .served, "Customer", "客户", required: true),
            ]),
        CollectionSchema(
            CardRecord.collection, "Card", "名片", title: "name", list: ["name"],
            access: .directory,
            fields: [
                FieldSchema("name", .text(maximum: 120), .register, "Name", "名称"),
                FieldSchema(CardRecord.Field.claimedBy, .reference("user"), .served, "Claimed by", "认领人"),
            ]),
    ])

let laptop = ReplicaID(7)
let otherLaptop = ReplicaID(8)
let noon: Int64 = 1_763_700_000_000

/// A replica on a real file, with a clock that the test turns.
final class Client {
    let folder: TestFolder
    let store: ClientStore
    var now: ClientTime
    private var ids: UInt64 = 0

    init(adopting replica: ReplicaID? = laptop, journal: JournalLimits = JournalLimits()) throws {
        folder = try TestFolder()
        store = try ClientStore(path: folder.store, schema: clientSchema, synchronous: .full, journal: journal)
        now = ClientTime(wallMilliseconds: noon, bootMilliseconds: 1_000, bootID: "a")
        if let replica { try store.adopt(replica) }
    }

    func newID() -> RecordID {
        ids += 1
        return RecordID.version7(milliseconds: UInt64(noon), random: (ids, ids))
    }

    func pass(milliseconds: Int64) {
        now.wallMilliseconds += milliseconds
        now.bootMilliseconds += milliseconds
    }

    @discardableResult
    func add(_ values: [String: Value], to collection: CollectionName = "customer") throws -> RecordID {
        let id = newID()
        let outcome = try store.edit(UserAction([change(id, values, in: collection, isCreating: true)]), at: now)
        guard case .saved = outcome else { throw Unexpected(outcome: outcome) }
        return id
    }

    @discardableResult
    func write(_ id: RecordID, _ values: [String: Value], resolves: [RecordID] = []) throws -> EditOutcome {
        pass(milliseconds: 1)
        return try store.edit(UserAction([change(id, values)], resolves: resolves), at: now)
    }

    struct Unexpected: Error { var outcome: EditOutcome }

    /// Takes plain verdicts up to and including a set.
    func accept(through last: Int64) throws {
        let first = try store.exchangeStart().answered + 1
        guard first <= last else { return }
        try store.take((first...last).map { ($0, .accepted(stamp: nil, outcomes: [])) }, at: now)
    }

    func answer(_ number: Int64, _ verdict: Verdict) throws { try store.take([(number, verdict)], at: now) }

    /// Takes one record of the feed.
    func receive(_ record: VersionedRecord, unit: RecordID? = nil, isWhole: Bool = true, sequence: Int64) throws {
        let feed = FeedRecord(record: record, unit: unit ?? record.id, isWhole: isWhole)
        let incoming = IncomingRecord(feed)
        try store.take([.record(incoming)], checkpoint: "token-\(sequence)", sequence: sequence, at: now)
    }

    func shown(_ id: RecordID) throws -> ShownRecord { try #require(try store.record(id)) }

    func value(_ id: RecordID, _ field: FieldName) throws -> Value? { try store.record(id)?.record[field] }

    func sets() throws -> [ChangeSet] { try store.preview().map(\.set) }

    /// Reads the file as any other SQLite tool does.
    func elsewhere<T>(_ body: (Database) throws -> T) throws -> T {
        try DatabaseQueue(path: folder.store).read(body)
    }

    func row(_ id: RecordID) throws -> Row? {
        try store.read { try Row.fetchOne($0.db, sql: "SELECT * FROM record WHERE id = ?", arguments: [id.blob]) }
    }
}

func change(
    _ id: RecordID, _ values: [String: Value], in collection: CollectionName = "customer", isCreating: Bool = false
) -> Change {
    let writes = values.compactMap { text, value in FieldPath(parsing: text).map { Write(path: $0, value: value) } }
    return Change(id: id, collection: collection, isCreating: isCreating, writes: writes)
}

func stamp(_ milliseconds: Int64, _ replica: ReplicaID = otherLaptop) -> Stamp {
    Stamp(milliseconds: UInt64(noon + milliseconds), counter: 0, replica: replica)
}

func record(
    _ id: RecordID, in collection: CollectionName = "customer", _ atoms: [String: (Value?, Stamp)], commit: Int64 = 1
) -> VersionedRecord {
    var record = VersionedRecord(id: id, collection: collection)
    for (text, (value, stamp)) in atoms {
        if let path = FieldPath(parsing: text) { record.atoms[path] = Atom(value: value, stamp: stamp, commit: commit) }
    }
    return record
}

func identity(_ number: UInt64) -> RecordID { RecordID.version7(milliseconds: UInt64(noon), random: (number, ~number)) }

/// A whole record as the feed tells it.
func item(_ record: VersionedRecord, unit: RecordID? = nil) -> FeedItem {
    let feed = FeedRecord(record: record, unit: unit ?? record.id, isWhole: true)
    return .record(IncomingRecord(feed))
}

extension Client {
    /// Takes a page of the feed.
    func take(_ page: [FeedItem], sequence: Int64) throws {
        try store.take(page, checkpoint: "token-\(sequence)", sequence: sequence, at: now)
    }
}
