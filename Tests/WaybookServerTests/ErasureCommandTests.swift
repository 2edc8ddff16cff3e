import Foundation
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTesting

@testable import WaybookServer
@testable import WaybookServerCore

/// Erasing, its receipts, and the document about one person, by the real program.
@Suite(.timeLimit(.minutes(2)), .serialized) struct ErasureCommandTests {
    private static let wang = RecordID(high: 0x0198_C2EF_0000_7000, low: 0x8000_0000_1234_ABCD)
    private static let purchase = RecordID(high: 0x0198_C2EF_0000_7000, low: 0x8000_0000_1234_0001)

    /// Puts a person with a purchase into the folder's file, as a laptop of an administrator would.
    private func fill(_ folder: DataFolderFixture) throws {
        let opened = try DataFolder(folder.data).openGuarded(now: 1)
        let (file, ledger) = (opened.file, opened.ledger)
        let now = SystemClock.now()
        let service = try ExchangeService(
            file: file, schema: Catalogue.schema, ledger: ledger, wallMilliseconds: { UInt64(now) },
            authorship: { _, _ in nil })
        let replica = ReplicaID(77)
        let values: [(RecordID, CollectionName, [String: Value])] = [
            (
                Self.wang, "customer",
                ["name": "Zqmarker 彗", "kind": "person", "notes": "zqmarker", "phones/+867319": ["raw": "7319"]]
            ),
            (
                Self.purchase, "purchase",
                ["customer": .string(Self.wang.description), "number": "A-1", "notes": "zqmarker"]
            ),
        ]
        let sets = values.enumerated().map { index, entry in
            ChangeSet(
                number: Int64(index) + 1,
                stamp: Stamp(milliseconds: UInt64(now) + UInt64(index), counter: 0, replica: replica), readThrough: 0,
                wallMilliseconds: now,
                changes: [
                    Change(
                        id: entry.0, collection: entry.1, isCreating: true,
                        writes: entry.2.compactMap { path, value in
                            FieldPath(parsing: path).map { Write(path: $0, value: value) }
                        })
                ])
        }
        let batch = PushBatch(
            principal: ExchangePrincipal(replica: replica, user: "ada", kind: .administrator), offsetMilliseconds: 0,
            answered: 0, sets: sets)
        let result = try service.commit([batch])[0]
        #expect(result.verdicts.allSatisfy { $0.verdict.isPlain })
        try file.close()
    }

    /// The files of the folder in which a marker stands.
    private func found(_ folder: DataFolderFixture) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.data).filter { name in
            guard let bytes = FileManager.default.contents(atPath: folder.data + "/" + name) else { return false }
            return ["qmarker", "彗", "7319"].contains { bytes.range(of: Data($0.utf8)) != nil }
        }
    }

    @Test func aPersonIsExportedThenErasedAndTheReceiptsAreListed() async throws {
        try await blocking { [self] in
            let folder = DataFolderFixture()
            try folder.initialise()
            try fill(folder)
            #expect(try found(folder) == ["server.db"])
            func run(_ arguments: String...) throws -> (status: Int32, output: String, errors: String) {
                let ended = try ServerProcess.command(arguments + ["--data", folder.data], environment: [:])
                return (ended.status, ended.output, ended.errors)
            }
            let id = Self.wang.description
            let file = folder.data + "-person.json"
            defer { try? FileManager.default.removeItem(atPath: file) }
            #expect(try run("export", id, "--out", file).status == 0)
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            let document = try JSONParser.parse(Array(try Data(contentsOf: URL(filePath: file)).dropLast()))
            // The customer, the purchase, and the card of the pool.
            #expect(mode == 0o600 && document.entries?["format"]?.text == PersonDocument.format)
            #expect(document.entries?["records"]?.elements?.count == 3 && document.entries?["seenBy"] != nil)
            #expect(try run("export", id, "--out", file).errors.contains("already"))

            #expect(try run("erase", id, "--reason", "curiosity", "--yes").status == 2)
            #expect(
                try run("erase", "0198c2ef-0000-7000-8000-000000000009", "--reason", "request", "--yes").status == 1)
            #expect(try run("erase", Self.purchase.description, "--reason", "request", "--yes").status == 1)
            #expect(try run("erasures", "list").output.contains(id) == false)
            let erased = try run("erase", id, "--reason", "request", "--yes")
            #expect(erased.status == 0 && erased.output.contains("Erased \(id): 3 records, held on 0 laptops."))
            // The command's own process has rewritten the file before it ended.
            #expect(try found(folder) == [])
            #expect(try run("erase", id, "--reason", "request", "--yes").output.contains("already"))
            #expect(try run("erasures", "list").output.contains("the person asked for it"))
            let receipt = try JSONParser.parse(Array(try run("erasures", "show", id, "--json").output.utf8.dropLast()))
            #expect(receipt.entries?["records"] == 3 && receipt.entries?["serverFree"]?.integer != nil)
            let audit = try run("audit", "list").output
            for word in ["person erased", "erasure confirmed everywhere", "records exported"] {
                #expect(audit.contains(word), "\(word)")
            }
            let ledger = try String(contentsOfFile: folder.data + "/security.ledger", encoding: .utf8)
            #expect(ledger.contains("\"kind\":\"erasure\"") && ledger.contains(id))
            #expect(try run("check").status == 0)
            let kept = try #require(try DataFolder(folder.data).open().read { try ServerRows($0).row(Self.purchase) })
            #expect(kept.record["number"] == "A-1" && kept.record["notes"] == nil && kept.record.isErased)
        }
    }
}
