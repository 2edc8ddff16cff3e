import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// What is back of what a server lost that was put back, and which devices have not come yet
/// (`docs/operations.md#what-came-back`).
public struct HealingReport: Sendable {
    /// A device that was there before the server was put back.
    public struct Device: Sendable {
        /// How far it has come.
        public enum State: String, Sendable, CaseIterable {
            /// It has synchronised, and nothing of what it had sent or read was lost.
            case unaffected
            /// All that it had has been judged again.
            case healed
            /// It has begun to send again.
            case underWay
            /// It has not synchronised since.
            case notSeen
            /// It was revoked, or its person is disabled, and it has not come.
            case cutOff
        }

        public var device: DirectoryDevice
        public var email: String
        public var state: State
        /// What became of what it sent again; nil where it sent nothing.
        public var healing: Healing?
        /// How many of its sets wait for a record, and the items that tell of these.
        public var waiting = 0
        public var waitingItems = 0
        /// When an exchange of it came to its end last, milliseconds since 1970.
        public var synced: Int64?
        /// Whether it came after the healing was ended.
        public var isLate = false
    }

    /// A record that is not back, or that the authors do not see, and for which sets wait.
    public struct Awaited: Sendable {
        public var record: RecordID
        /// Whether there is such a record by now.
        public var isThere: Bool
        public var sets: Int
        public var devices: Int
    }

    /// The timeline that the server is on.
    public var present: UInt8
    /// All that ever began, in the order of their numbers; none where the server was never put back.
    public var timelines: [Timeline]
    public var devices: [Device]
    /// What sets wait for, the most awaited first; at most ``mostAwaited``.
    public var awaited: [Awaited]
    /// How many records are awaited in all.
    public var awaitedRecords: Int
    /// What laptops told of others' lost writes.
    public var witness: WitnessCount
    /// The end of the healing; nil while it goes on.
    public var closed: ClosedHealing?
    /// Of what waits for a decision, the values that were told after that.
    public var lateValues = 0

    /// The most awaited records that are named.
    public static let mostAwaited = 1_000

    /// The present timeline; nil on the first.
    public var timeline: Timeline? { timelines.first { $0.number == present } }

    /// Of sets that had been answered: how many are back, and how many of those were asked about.
    public var back: (sets: Int64, asked: Int64) {
        let healings = devices.compactMap(\.healing)
        return (healings.reduce(0) { $0 + $1.back + $1.asked }, healings.reduce(0) { $0 + $1.asked })
    }

    /// How many sets the devices sent that no longer have them.
    public var trimmed: Int64 { devices.reduce(0) { $0 + ($1.healing?.trimmed ?? 0) } }

    /// How many lost commits neither came back, nor wait, nor were told by anybody: the server's own among them. At most so
    /// many are nobody's; nil where nobody knows how many were lost.
    public var nobodys: Int64? {
        let waiting = devices.reduce(0) { $0 + Int64($1.waiting) }
        let handed = devices.reduce(0) { $0 + max(0, ($1.healing?.handed ?? 0) - Int64($1.waitingItems)) }
        return timeline?.lostCommits.map { max(0, $0 - back.sets - waiting - handed - Int64(witness.commits)) }
    }

    /// Reads it in a snapshot.
    public init(_ db: Database) throws {
        let table = TimelineTable(db)
        let present = try table.present() ?? Timeline.first
        self.present = present
        timelines = try table.all()
        awaited = try Self.awaited(db)
        awaitedRecords = try Int.fetchOne(db, sql: "SELECT count(DISTINCT awaits) FROM waiting_set") ?? 0
        witness = try WitnessTable(db).count()
        devices = []
        closed = try HealingClosing(db).closed(present)
        if let closed { lateValues = try WitnessTable(db).countOpen(after: closed.closed) }
        guard let timeline else { return }
        let healings = Dictionary(uniqueKeysWithValues: try HealingTable(db).all(on: present).map { ($0.replica, $0) })
        let (sets, items) = (try Self.counts(db, "waiting_set"), try Self.counts(db, "waiting_item"))
        let states = try Directory().states(db)
        let users = Dictionary(uniqueKeysWithValues: try Directory().users(db).map { ($0.id, $0) })
        // A number that was given since was never answered before.
        devices = try Directory().devices(db).filter { $0.replica.timeline != Int(present) }.map { device in
            let (user, synced) = (users[device.user], states[device.replica]?.synced)
            let isCutOff = device.revoked != nil || user?.disabled != nil
            var told = Device(
                device: device, email: user?.email ?? "",
                state: Self.state(
                    healings[device.replica], isCutOff: isCutOff,
                    hasSynced: synced.map { $0 > timeline.restored } ?? false),
                healing: healings[device.replica], waiting: sets[device.replica] ?? 0,
                waitingItems: items[device.replica] ?? 0, synced: synced)
            if let end = closed?.closed, let began = told.healing?.began { told.isLate = began > end }
            return told
        }
    }

    /// What has nothing to send again goes on by its checkpoint, and its exchange comes to an end all the same.
    static func state(_ healing: Healing?, isCutOff: Bool, hasSynced: Bool) -> Device.State {
        if let healing { return healing.ended == nil ? .underWay : .healed }
        if hasSynced { return .unaffected }
        return isCutOff ? .cutOff : .notSeen
    }

    private static func awaited(_ db: Database) throws -> [Awaited] {
        let sql = """
            SELECT awaits, EXISTS (SELECT 1 FROM record WHERE id = awaits), count(*), count(DISTINCT replica)
            FROM waiting_set GROUP BY awaits ORDER BY 3 DESC, 1 LIMIT ?
            """
        return try Row.fetchAll(db, sql: sql, arguments: [mostAwaited]).compactMap { row in
            RecordID(bytes: row[0] as Data).map {
                Awaited(record: $0, isThere: row[1], sets: row[2], devices: row[3])
            }
        }
    }

    private static func counts(_ db: Database, _ table: String) throws -> [ReplicaID: Int] {
        let rows = try Row.fetchAll(db, sql: "SELECT replica, count(*) FROM \(table) GROUP BY replica")
        return Dictionary(uniqueKeysWithValues: rows.map { (ReplicaID($0[0]), $0[1] as Int) })
    }
}

extension Timeline {
    /// How many commits of after the fork are known to be lost: those of the timeline that was the last before; nil where
    /// nobody knows.
    public var lostCommits: Int64? {
        reached.map { max(0, $0 - max(fork, Self.start(of: Self.number(of: $0)))) }
    }
}
