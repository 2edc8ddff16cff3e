import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookStore

/// Each thing that the doctor finds, by damaging a file with SQL; and what it mends, and leaves alone.
@Suite struct StoreCheckTests {
    private let client: Client
    private let acme: RecordID
    private let bolt: RecordID
    private let conflict = identity(77)

    /// A customer and a contact of the server's, an edit over the one, an answered set, and a new customer.
    init() throws {
        client = try Client()
        (acme, bolt) = (identity(1), identity(2))
        try client.receive(
            record(acme, ["name": ("Acme", stamp(1)), "city": ("Lyon 1234 5678", stamp(1))]), sequence: 1)
        try client.receive(
            record(
                bolt, in: "contact", ["name": ("Bolt", stamp(2)), "customer": (.string(acme.description), stamp(2))]),
            unit: acme, sequence: 2)
        let open: [String: (Value?, Stamp)] = [
            "about": (.string(acme.description), stamp(3)), "status": ("open", stamp(3)),
        ]
        try client.receive(record(conflict, in: ConflictRecord.collection, open), unit: acme, sequence: 3)
        try client.write(acme, ["city": "Paris"])
        try client.accept(through: 1)
        try client.write(acme, ["city": "Nice"])
        try client.add(["name": "Cast"])
        _ = try client.store.indexForSearch(atMost: 100)
    }

    private func damage(_ sql: String, _ arguments: StatementArguments = []) throws {
        try client.store.write { try $0.db.execute(sql: sql, arguments: arguments) }
    }

    private func kinds() throws -> Set<StoreFinding.Kind> { Set(try client.store.check().findings.map(\.kind)) }

    private func dump(_ table: String) throws -> [String] {
        try client.store.read { tables in
            try Row.fetchAll(tables.db, sql: "SELECT * FROM \(table)").map { "\($0)" }
        }
    }

    @Test func aWholeFileIsFoundWhole() throws {
        let report = try client.store.check()
        #expect(report.findings.isEmpty && report.records == 4, "\(report.findings)")
        #expect(report.digest?.count == 16)
        try client.store.repair()
        #expect(try client.store.check() == report, "and is not changed")
    }

    @Test func theDigestIsOfWhatTheServerHas() throws {
        let before = try client.store.check().digest
        try client.write(acme, ["city": "Brest"])
        #expect(try client.store.check().digest == before, "what is unsent does not count")
        try client.receive(record(identity(5), ["name": ("Dent", stamp(9))]), sequence: 9)
        #expect(try client.store.check().digest != before)
    }

    /// What can be made anew: found, made anew, and whole again, with every byte of unsent and answered work as it was.
    @Test(arguments: [
        (
            "UPDATE record SET fields = replace(fields, 'Nice', 'Nizza') WHERE server IS NOT NULL",
            StoreFinding.Kind.shown
        ),
        ("UPDATE record SET fields = server, server = NULL WHERE server <> ''", .shown),
        ("DELETE FROM record WHERE server = ''", .shown),
        ("UPDATE record SET deleted = 1 WHERE unit IS NOT NULL", .shown),
        ("UPDATE record SET unit = NULL WHERE unit IS NOT NULL", .unit),
        ("DELETE FROM touched WHERE number = 2", .touched),
        ("DELETE FROM touched", .shown),
        ("INSERT INTO touched (id, number) VALUES (x'00', 2)", .touched),
        ("DELETE FROM dispute", .conflict),
        ("UPDATE dispute SET about = x'00'", .conflict),
        ("INSERT INTO dispute (id, about) VALUES (x'01', x'02')", .conflict),
        ("INSERT INTO search (search) VALUES ('delete-all')", .index),
        ("INSERT INTO search (rowid, terms) VALUES (1, 'stranger')", .index),
        ("UPDATE search_data SET block = x'00' WHERE id > 10", .index),
        ("DROP VIEW customer", .views),
        ("UPDATE meta SET value = 7 WHERE name = 'journalBytes'", .count),
        ("UPDATE record SET fields = '{' WHERE server <> ''", .shown),
    ])
    func whatFollowsIsMadeAnew(sql: String, kind: StoreFinding.Kind) throws {
        let (before, digest) = (try ["outbox", "journal", "rejected"].map(dump), try client.store.check().digest)
        let shown = try client.shown(acme)
        try damage(sql)
        let found = try kinds()
        #expect(found.contains(kind) && found.allSatisfy(\.isDerived), "\(found)")
        try client.store.repair()
        let report = try client.store.check()
        #expect(report.findings.isEmpty && report.digest == digest, "\(report.findings)")
        #expect(try ["outbox", "journal", "rejected"].map(dump) == before, "repairTouchesNothingUnsent")
        #expect(try client.shown(acme).record == shown.record)
        let hits = try client.store.search("cast", limit: 9)
        #expect(hits.records.count == 1)
    }

    /// What cannot: found, and left as it is.
    @Test(arguments: [
        ("UPDATE record SET stamps = '[' WHERE unit IS NOT NULL", StoreFinding.Kind.record),
        ("UPDATE outbox SET line = x'7B7D' WHERE number = 2", .outbox),
        ("UPDATE outbox SET stamp = 'x' WHERE number = 2", .outbox),
        ("DELETE FROM outbox WHERE number = 3", .outbox),
        ("UPDATE outbox SET number = 9 WHERE number = 2", .outbox),
        ("UPDATE journal SET line = x'7B7D'", .journal),
        ("UPDATE journal SET number = 9", .journal),
        ("UPDATE outbox SET past = 'x' WHERE number = 2", .outbox),
        ("INSERT INTO rejected (number, line, verdict, at) VALUES (1, x'7B', '{}', 1)", .rejected),
    ])
    func whatDoesNotFollowIsTold(sql: String, kind: StoreFinding.Kind) throws {
        try damage(sql)
        let found = try kinds()
        #expect(found.contains(kind), "\(found)")
        #expect(!kind.isDerived)
        let before = try ["outbox", "journal", "rejected"].map(dump)
        try client.store.repair()
        #expect(try ["outbox", "journal", "rejected"].map(dump) == before)
    }

    /// What a record shows is all that is left of a set that cannot be read: mending leaves it.
    @Test(arguments: [
        "UPDATE outbox SET line = x'7B7D' WHERE number = 2", "DELETE FROM outbox WHERE number = 2",
        "UPDATE outbox SET line = x'7B7D' WHERE number = 3", "DELETE FROM outbox WHERE number = 3",
    ])
    func whatOfASetIsLeftStays(sql: String) throws {
        try damage(sql + "; INSERT INTO search (search) VALUES ('delete-all')")
        let (rows, links) = (try dump("record"), try dump("touched"))
        let found = try client.store.check().findings.filter { $0.kind != .index }
        #expect(found.count == 1 && found[0].kind == .outbox && found[0].subject.contains("("), "\(found)")
        try client.store.repair()
        #expect(try client.store.check().findings == found, "and nothing else is found by it")
        #expect(try dump("record") == rows && dump("touched") == links)
    }

    @Test func oneRecordThatCannotBeReadKeepsNoOtherFromBeingMended() throws {
        try damage("UPDATE record SET fields = '{' WHERE unit IS NOT NULL AND server IS NULL")
        try damage("DELETE FROM touched; INSERT INTO search (search) VALUES ('delete-all')")
        try client.store.repair()
        let found = try client.store.check()
        #expect(Set(found.findings.map(\.kind)) == [.record] && found.digest == nil, "\(found.findings)")
        #expect(try client.store.search("cast", limit: 9).records.count == 1)
    }

    @Test func aBrokenStructureIsFoundFirst() throws {
        // Two entries of an index change their places: what SQLite's own check is there for.
        try client.store.write { tables in
            try tables.db.execute(sql: "PRAGMA writable_schema = ON")
            try tables.db.execute(
                sql:
                    "UPDATE sqlite_schema SET sql = replace(sql, 'deleted = 1', 'deleted = 0') WHERE name = 'record_deleted'"
            )
        }
        try client.store.close()
        let store = try ClientStore(path: client.folder.store, schema: clientSchema)
        let report = try store.check()
        #expect(report.findings.map(\.kind) == [.structure])
        try store.close()
    }

    @Test func aCopyIsWholeAndDoesNotOverwrite() throws {
        let path = try client.store.file.keepCopy(at: noon)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600 && path == client.folder.store + ".before-\(noon)")
        #expect(throws: StoreFileError.self) { try client.store.file.keepCopy(at: noon) }
        let copied = try DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM outbox") }
        #expect(copied == 2)
    }

    @Test func whatIsToldDeletedStaysWhereItWasTold() throws {
        let gone = identity(9)
        let tombstone = record(gone, in: "contact", ["$life": ("deleted", stamp(9))])
        // Met for the first time, and once more.
        for sequence in [4, 5] as [Int64] {
            try client.receive(tombstone, unit: acme, sequence: sequence)
            #expect(try client.store.check().findings == [])
            try client.store.repair()
            #expect(try client.row(gone)?["unit"] as Data? == acme.blob)
        }
    }

    /// Nothing is left of the set but what is shown.
    @Test func whatALostSetWroteIsNotWrittenOver() throws {
        try damage("DELETE FROM outbox WHERE number = 2; DELETE FROM touched WHERE number = 2")
        #expect(try kinds() == [.outbox])
        let row = try client.row(acme)
        try client.store.repair()
        #expect(try client.row(acme) == row && row.map { ($0["fields"] as String).contains("Nice") } == true)
        #expect(try kinds() == [.outbox])
    }

    @Test(arguments: [
        "UPDATE outbox SET number = 9223372036854775807 WHERE number = 3",
        "UPDATE outbox SET number = -5 WHERE number = 3",
        "UPDATE journal SET number = 9223372036854775807",
        "UPDATE meta SET value = 9223372036854775807 WHERE name = 'lastSet'",
    ]) func numbersThatCannotBeAreToldAndEndNothing(sql: String) throws {
        try damage(sql)
        #expect(try !client.store.check().findings.isEmpty)
        try client.store.repair()
        _ = try client.store.check()
    }

    @Test func moreFaultsThanAreToldHideNoKind() throws {
        for number in 0..<150 as Range<Int64> {
            try damage("INSERT INTO rejected (number, line, verdict, at) VALUES (?, x'7B', '{}', 0)", [number])
        }
        try damage("INSERT INTO search (search) VALUES ('delete-all')")
        let report = try client.store.check()
        #expect(report.findings.count == StoreReport.maximumFindings && report.count == 151)
        #expect(report.kinds == [.rejected, .index])
    }
}
