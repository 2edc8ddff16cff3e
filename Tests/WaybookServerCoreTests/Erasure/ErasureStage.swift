import Foundation
import GRDB
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// A rep and an administrator, and a person to be erased whose every word is a marker.
final class ErasureStage {
    // A class: a test's closures share it.

    static let markers = ["marker", "王标记", "7319555"]

    let firm: Firm
    let ann: Laptop
    let ada: Laptop

    init() throws {
        firm = try Firm()
        (ann, ada) = (try firm.person("Ann", .rep), try firm.person("Ada", .admin))
        try firm.settle(ann)
        try firm.settle(ada)
    }

    /// A person in Ann's book, known to the server and to her.
    func person() throws -> RecordID {
        let id = ann.create([
            "name": "王标记 Marker", "kind": "person", "owner": firm.user(ann), "notes": "Marker likes tea",
            "phones/+86137319555": ["raw": "137319555"], "tags/marker": "Marker", "city": "Markerville",
        ])
        try firm.settle(ann)
        ann.edit(id, ["city": "Old Markertown"])
        ann.edit(id, ["city": "Markerville"])
        try firm.settle(ann)
        return id
    }

    func ref(_ id: RecordID) -> Value { .string(id.description) }

    /// Lets both read what there is.
    func settle() throws {
        for _ in 0..<2 {
            try firm.settle(ann)
            try firm.settle(ada)
        }
    }

    /// The administrator asks for it; then both laptops hear of it, unless told otherwise.
    func erase(_ id: RecordID, settling: Bool = true) throws {
        try firm.settle(ada)
        ada.edit(id, ["$erased": "request"])
        try firm.settle(ada)
        if settling { try settle() }
    }

    /// Where a marker stands in the server's tables.
    func mentions() throws -> [String] {
        try firm.workspace.dump().filter { line in
            Self.markers.contains { line.lowercased().contains($0) }
        }
    }

    /// Where a marker stands in what a laptop was told and holds.
    func mentions(_ laptop: Laptop) throws -> [String] {
        laptop.state.rows.values.map { CanonicalJSON.text(RecordEncoding.fields($0)) }.filter { line in
            Self.markers.contains { line.lowercased().contains($0) }
        }
    }

    /// The last refusal that a laptop got.
    func refusal(of laptop: Laptop) -> Refusal? {
        let last = laptop.state.verdicts.filter { rule($0.value) != nil }.max { $0.key < $1.key }
        guard case .rejected(let refusal)? = last?.value else { return nil }
        return refusal
    }

    func rule(_ verdict: Verdict) -> RefusalRule? {
        guard case .rejected(let refusal) = verdict else { return nil }
        return refusal.rule
    }
}
