import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// A record of the feed with the texts that are stored of it.
public struct IncomingRecord: Hashable, Sendable {
    public var feed: FeedRecord
    /// Canonical fields and stamp groups, as received.
    public var fields: String
    public var stamps: String

    public init(_ feed: FeedRecord, fields: String, stamps: String) {
        self.feed = feed
        self.fields = fields
        self.stamps = stamps
    }

    /// Takes the texts from the parsed line.
    public init?(_ feed: FeedRecord, line: Value) {
        guard let fields = line.entries?["fields"], let stamps = line.entries?["stamps"] else { return nil }
        self.init(feed, fields: CanonicalJSON.text(fields), stamps: CanonicalJSON.text(stamps))
    }
}

/// Takes what the server tells of others into the server rows, inside one transaction.
struct Receiving {
    let tables: ClientTables
    let own: ReplicaID
    let now: ClientTime
    private let isPullingAfresh: Bool
    private(set) var highest: Stamp?
    /// New records by collection, for one line of the log each.
    private var arrived: [CollectionName: Int] = [:]
    private var changed = 0

    /// The most log lines a page that name their record; the rest is counted.
    static let mostNamedLines = 100

    init(_ tables: ClientTables, own: ReplicaID, now: ClientTime) throws {
        self.tables = tables
        self.own = own
        self.now = now
        isPullingAfresh = try tables.isPullingAfresh()
    }

    mutating func take(_ incoming: IncomingRecord) throws {
        let record = incoming.feed.record
        for atom in record.atoms.values where highest.map({ $0 < atom.stamp }) ?? true { highest = atom.stamp }
        if isPullingAfresh { try tables.noteTold(record.id) }
        guard var stored = try tables.load(record.id) else {
            arrived[record.collection, default: 0] += 1
            return try insert(incoming)
        }
        let server = Self.joined(stored.server, incoming.feed)
        try noteChanges(from: stored.server, to: server)
        stored.server = server
        stored.unit = incoming.feed.unit
        try tables.save(stored)
    }

    /// Writes the lines of the log and observes the clock.
    func finish() throws {
        if let highest { try tables.observe(vetted: highest) }
        for collection in arrived.keys.sorted(by: { $0.text < $1.text }) {
            try tables.log(
                .arrived, at: now.wallMilliseconds, collection: collection, count: arrived[collection] ?? 0)
        }
        if changed > Self.mostNamedLines {
            try tables.log(.changed, at: now.wallMilliseconds, count: changed - Self.mostNamedLines)
        }
    }

    private func insert(_ incoming: IncomingRecord) throws {
        let feed = incoming.feed
        try tables.noteDispute(feed.record.id, feed.record.collection, feed.record)
        try tables.insert(
            feed.record.id, feed.record.collection, unit: feed.unit == feed.record.id ? nil : feed.unit.blob,
            isDeleted: feed.record.isDeleted, fields: incoming.fields, stamps: incoming.stamps, server: nil)
    }

    /// A whole record takes the place of the server row, an increment is joined into it; neither lowers a stamp. What
    /// a tombstone does not tell stays as its bin.
    static func joined(_ present: VersionedRecord?, _ feed: FeedRecord) -> VersionedRecord {
        guard let present else { return feed.record }
        guard feed.isWhole, !feed.record.isDeleted else { return Join.records(present, feed.record) }
        var whole = feed.record
        for (path, atom) in whole.atoms {
            if let ours = present.atoms[path] { whole.atoms[path] = Join.atoms(atom, ours) }
        }
        return whole
    }

    private mutating func noteChanges(from old: VersionedRecord?, to new: VersionedRecord) throws {
        var isChanged = false
        for path in new.sortedPaths {
            guard let atom = new.atoms[path], atom.value != old?.atoms[path]?.value, atom.stamp.replica != own else {
                continue
            }
            isChanged = true
            try tables.note(
                .received, new.id, path: path, value: atom.value, stamp: atom.stamp, at: now.wallMilliseconds)
        }
        guard isChanged else { return }
        changed += 1
        guard changed <= Self.mostNamedLines else { return }
        try tables.log(.changed, at: now.wallMilliseconds, record: new.id, collection: new.collection)
    }
}
