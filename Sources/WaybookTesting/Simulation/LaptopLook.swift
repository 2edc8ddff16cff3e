import Foundation
import GRDB
import WaybookModel
import WaybookServerCore
import WaybookStore

/// What a check asks of a laptop's store, all of one state: a transaction for each question took most of a history's time.
struct LaptopLook {
    /// The number under which it goes on, and the last of its sets whose verdict it has.
    var replica = ReplicaID(0)
    var answered: Int64 = 0
    /// How far it has read.
    var read: Int64 = 0
    var isPullingAfresh = false
    var outbox = StoredLines()
    var rejected = StoredLines()
    /// The records that it holds, and those of them that are leaving it.
    private var held: Set<Data> = []
    private var leaving: Set<Data> = []
    /// The server's rows as it has them, by identity; only where they were asked for.
    var rows: [Data: String] = [:]

    init(at store: ClientStore, withRows: Bool) throws {
        self = try store.file.read { try LaptopLook($0, withRows: withRows) }
    }

    private init(_ db: Database, withRows: Bool) throws {
        let meta = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT name, value FROM meta WHERE name IN ('replica', 'answered', 'checkpointSequence', 'freshPull')
                    """))
        while let row = try meta.next() {
            switch row[0] as String {
            case "replica": replica = ReplicaID(row[1])
            case "answered": answered = row[1]
            case "checkpointSequence": read = row[1]
            default: isPullingAfresh = true
            }
        }
        outbox = try StoredLines(db, "SELECT line FROM outbox ORDER BY number")
        rejected = try StoredLines(db, "SELECT line FROM rejected")
        let records = try Row.fetchCursor(db.cachedStatement(sql: "SELECT id, leaving IS NOT NULL FROM record"))
        while let row = try records.next() {
            held.insert(row[0])
            if row[1] as Bool { leaving.insert(row[0]) }
        }
        guard withRows else { return }
        let known = try Row.fetchCursor(
            db.cachedStatement(sql: "SELECT id, ifnull(server, fields) FROM record WHERE server IS NOT ''"))
        while let row = try known.next() { rows[row[0]] = row[1] }
    }

    /// Whether it shows a record, or would if that were not deleted.
    func holds(_ id: RecordID) -> Bool { keeps(id) && !leaving.contains(Data(id.bytes)) }

    /// The same, also of what is leaving.
    func keeps(_ id: RecordID) -> Bool { held.contains(Data(id.bytes)) }

    /// It has no verdict, and has read nothing, that the server does not have.
    func requireKnown(answeredBy judged: Int64, at sequence: Int64, _ name: String) throws {
        guard judged >= answered else {
            throw SimulationFailure(
                law: "I1", detail: "\(name) has the verdict on \(answered), the server sets to \(judged)")
        }
        guard sequence >= read else {
            throw SimulationFailure(law: "I7", detail: "\(name) has read through \(read), the server is at \(sequence)")
        }
    }
}

/// The lines of change sets as a store keeps them.
struct StoredLines {
    var lines: [Data] = []

    init() {}

    init(_ db: Database, _ sql: String) throws { lines = try Data.fetchAll(db.cachedStatement(sql: sql)) }

    /// Whether a set of them writes this text, which has nothing that JSON escapes.
    func write(_ text: String) -> Bool {
        let value = Array("\"\(text)\"".utf8)
        return lines.contains { line in
            line.withUnsafeBytes { $0.offset(of: value) != nil }
        }
    }
}
