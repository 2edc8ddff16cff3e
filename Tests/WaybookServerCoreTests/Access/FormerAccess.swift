import Foundation
import GRDB
import WaybookModel
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

/// A server's file of the version before scopes had numbers, with units in scopes, units that left, and sizes, all by
/// chance; and the answers that the former version's own queries gave.
struct FormerAccess {
    static let scopes: [Scope] = [
        .workspace, .pool, .cards, .book(id(900)), .book(id(901)), .shared(id(900)), .box(id(901)), .shared(id(902)),
    ]
    static let last: Int64 = 60

    let path: String
    private(set) var units: [RecordID] = []
    private var random: SeededRandom

    static func id(_ number: UInt64) -> RecordID { RecordID(high: 0x0198_c2ef_0000_7000, low: 1 << 63 | number) }

    init(seed: UInt64) throws {
        let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
        path = folder.appendingPathComponent("waybook-former-\(UUID().uuidString)").path + "/server.db"
        random = SeededRandom(seed: seed)
        let file = try StoreFile(path: path, role: .server, migrations: Array(ServerSchema.migrations.prefix(7)))
        try file.write { db in
            for number in 0..<40 { try fill(unit: Self.id(UInt64(number)), db) }
        }
        try file.close()
    }

    func remove() { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }

    private mutating func below(_ bound: Int64) -> Int64 { Int64(random.below(Int(bound))) }

    private mutating func fill(unit: RecordID, _ db: Database) throws {
        units.append(unit)
        let isDirectory = below(8) == 0
        var readable: Int64 = 0
        for place in 0..<UInt64(1 + below(4)) {
            let isRoot = place == 0
            let collection = isRoot ? (isDirectory ? "user" : "customer") : (below(4) == 0 ? "conflict" : "interaction")
            let isDeleted = below(6) == 0
            if !isDeleted, collection != "user", collection != "conflict" { readable += 1 }
            let id = isRoot ? unit : Self.id(unit.low << 8 | 1 << 40 | place)
            try db.execute(
                sql: """
                    INSERT INTO record (id, collection, unit, fields, stamps, author, authored, others, deleted)
                    VALUES (?, ?, ?, '{}', '[]', 1, 1, 0, ?)
                    """, arguments: [Data(id.bytes), collection, isRoot ? nil : Data(unit.bytes), isDeleted])
        }
        if readable > 0 || below(2) == 0 {
            try db.execute(sql: "INSERT INTO unit_size VALUES (?, ?)", arguments: [Data(unit.bytes), readable])
        }
        let touched = 1 + below(Self.last)
        for scope in Self.scopes where below(3) == 0 {
            let since = below(2) == 0 ? touched : 1 + below(touched)
            try db.execute(
                sql: "INSERT INTO member (scope, unit, grade, since, touched) VALUES (?, ?, ?, ?, ?)",
                arguments: [scope.text, Data(unit.bytes), below(2) == 0 ? "view" : "edit", since, touched])
        }
        for scope in Self.scopes where below(4) == 0 {
            let at = 2 + below(Self.last)
            try db.execute(
                sql: "INSERT INTO departure VALUES (?, ?, ?, ?, ?, 'assigned', ?, ?)",
                arguments: [
                    Data(unit.bytes), scope.text, 1 + below(at - 1), at, at * 1_000,
                    below(2) == 0 ? nil : Data(Self.id(900).bytes), below(2) == 0 ? nil : "note \(at)",
                ])
        }
    }

    /// Some sets of scopes that somebody might hold.
    static let audiences: [Set<Scope>] =
        scopes.map { [$0] } + [[.workspace, .pool], [.book(id(900)), .shared(id(900))], Set(scopes), [.box(id(999))]]

    /// What the former queries say, a line each.
    func formerAnswers() throws -> [String] {
        let file = try StoreFile(path: path, role: .server, migrations: Array(ServerSchema.migrations.prefix(7)))
        defer { try? file.close() }
        return try file.read { db in
            var lines: [String] = []
            for unit in units {
                let key = Data(unit.bytes)
                lines += try Row.fetchAll(
                    db, sql: "SELECT scope, grade, since, touched FROM member WHERE unit = ? ORDER BY scope",
                    arguments: [key]
                ).map { "\(unit) in \($0[0] as String) \($0[1] as String) \($0[2] as Int64) \($0[3] as Int64)" }
                lines += try Row.fetchAll(
                    db,
                    sql: """
                        SELECT scope, since, at, time, reason, by, note FROM departure
                        WHERE unit = ? ORDER BY at DESC, scope
                        """, arguments: [key]
                ).map { row in
                    let by = (row[5] as Data?).flatMap { RecordID(bytes: $0) }
                    return "\(unit) left \(row[0] as String) \(row[1] as Int64) \(row[2] as Int64) \(row[3] as Int64) "
                        + "\(row[4] as String) \(by?.description ?? "-") \(row[6] as String? ?? "-")"
                }
            }
            for scopes in Self.audiences { lines += try Self.formerAnswers(db, scopes) }
            return lines
        }
    }

    private static func formerAnswers(_ db: Database, _ scopes: Set<Scope>) throws -> [String] {
        let texts = scopes.map(\.text).sorted()
        let marks = databaseQuestionMarks(count: texts.count)
        let of = texts.joined(separator: ",")
        let size = try Int64.fetchOne(
            db,
            sql: """
                SELECT sum(readable) FROM unit_size WHERE unit IN (SELECT unit FROM member WHERE scope IN (\(marks)))
                """, arguments: StatementArguments(texts))
        var lines = ["\(of) has \(size ?? 0)"]
        for sequence in 0...last + 2 {
            let came = try Int.fetchOne(
                db, sql: "SELECT 1 FROM member WHERE scope IN (\(marks)) AND since > ? LIMIT 1",
                arguments: StatementArguments(texts) + [sequence])
            let left = try Int.fetchOne(
                db, sql: "SELECT 1 FROM departure WHERE scope IN (\(marks)) AND at > ? LIMIT 1",
                arguments: StatementArguments(texts) + [sequence])
            lines.append("\(of) moved after \(sequence): \(came != nil || left != nil)")
        }
        guard let text = texts.first, texts.count == 1 else { return lines }
        let touched = try Row.fetchAll(
            db,
            sql: "SELECT touched, unit FROM member WHERE scope = ? AND touched > 7 AND touched <= 50 ORDER BY 1, 2",
            arguments: [text])
        lines += touched.map { "\(of) touched \($0[0] as Int64) \(RecordID(bytes: $0[1] as Data)?.description ?? "?")" }
        let horizon = try Int64.fetchOne(
            db, sql: "SELECT touched FROM member WHERE scope = ? AND touched > 7 ORDER BY touched LIMIT 1 OFFSET 3",
            arguments: [text])
        return lines + ["\(of) horizon \(horizon ?? -1)"]
    }

    /// What this version says of a file that it has opened, in the same words.
    func answers(_ rows: ServerRows) throws -> [String] {
        var lines: [String] = []
        for unit in units {
            for (scope, member) in try rows.members(of: unit).sorted(by: { $0.key < $1.key }) {
                lines.append("\(unit) in \(scope.text) \(member.grade.rawValue) \(member.since) \(member.touched)")
            }
            for (scope, end) in try rows.departures(of: unit) {
                lines.append(
                    "\(unit) left \(scope.text) \(end.since) \(end.at) \(end.milliseconds) \(end.reason) "
                        + "\(end.by?.description ?? "-") \(end.note ?? "-")")
            }
        }
        for scopes in Self.audiences {
            let of = scopes.map(\.text).sorted().joined(separator: ",")
            lines.append("\(of) has \(try rows.readableCount(in: scopes))")
            for sequence in 0...Self.last + 2 {
                lines.append("\(of) moved after \(sequence): \(try rows.hasMoves(in: scopes, after: sequence))")
            }
            guard let scope = scopes.first, scopes.count == 1 else { continue }
            lines += try rows.touchedUnits(in: scope, after: 7, through: 50)
                .sorted { ($0.touched, $0.unit) < ($1.touched, $1.unit) }
                .map { "\(of) touched \($0.touched) \($0.unit)" }
            lines.append("\(of) horizon \(try rows.horizon(in: scope, after: 7, count: 3) ?? -1)")
        }
        return lines
    }
}
