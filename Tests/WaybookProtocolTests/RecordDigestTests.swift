import Foundation
import Testing
import WaybookModel

@testable import WaybookProtocol

/// `protocol/vectors/digest`: what two sides compare records by.
@Suite struct RecordDigestTests {
    private static func cases() throws -> [[String: Value]] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = folder.appending(path: "protocol/vectors/digest/digests.json")
        let list = try JSONParser.parse(Array(try Data(contentsOf: file))).elements ?? []
        return list.compactMap(\.entries)
    }

    private static func record(_ entries: [String: Value]) throws -> VersionedRecord {
        var record = VersionedRecord(
            id: try #require(entries["id"]?.text.flatMap { RecordID($0) }),
            collection: CollectionName(try #require(entries["in"]?.text)))
        for (path, state) in try #require(entries["atoms"]?.entries) {
            let state = try #require(state.entries)
            let stamp = try #require(state["stamp"]?.text.flatMap { Stamp($0) })
            record.atoms[try #require(FieldPath(parsing: path))] = Atom(
                value: state["value"], stamp: stamp, origin: state["origin"]?.text.flatMap { Stamp($0) } ?? stamp,
                commit: state["commit"]?.integer ?? 0)
        }
        return record
    }

    @Test func hashesAndRootsAreThoseOfTheVectors() throws {
        let cases = try Self.cases()
        #expect(cases.count == 9)
        for entries in cases {
            let comment = entries["comment"]?.text ?? ""
            guard let root = entries["root"]?.text else {
                let record = try Self.record(entries)
                #expect(
                    String(decoding: RecordEncoding.canonicalBytes(record), as: UTF8.self) == entries["bytes"]?.text)
                let digits = String(RecordDigest.hash(record), radix: 16)
                let whole = String(repeating: "0", count: 16 - digits.count) + digits
                #expect(whole == entries["hash"]?.text, "\(comment)")
                continue
            }
            let records = try #require(entries["records"]?.elements).map { try Self.record(try #require($0.entries)) }
            for order in [records, records.reversed()] {
                var sums = DigestSums()
                for record in order { sums.add(record) }
                #expect(sums.root == root, "\(comment)")
            }
        }
    }
}
