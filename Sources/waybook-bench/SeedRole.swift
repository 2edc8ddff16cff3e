import Foundation
import WaybookModel
import WaybookServer
import WaybookServerCore
import WaybookStore

/// Fills a server's file as pushes would have filled it, without judging: for pulls of many records without the push.
struct SeedRole {
    private static let batch = 10_000
    private let options: Options

    init(_ options: Options) { self.options = options }

    func run() throws {
        let count = try options.number("records")
        let file = try DataFolder(try options.text("data")).open()
        let owner = try file.read { db in try ServerRows(db).directory().first { $0.collection == "user" }?.id }
        guard let owner else { throw Failure("the workspace has no user") }
        for first in stride(from: 0, to: count, by: Self.batch) {
            try file.write { db in
                let rows = ServerRows(db)
                let before = try rows.lastSequence() - Int64(first)
                for index in first..<min(first + Self.batch, count) {
                    let sequence = before + Int64(index + 1)
                    try rows.store(
                        Self.row(index, owner, sequence), at: FeedPosition.make(sequence: sequence, index: 0))
                }
                try rows.set("sequence", before + Int64(min(first + Self.batch, count)))
            }
        }
        try file.close()
        print(try Figures().line)
    }

    private static func row(_ index: Int, _ owner: RecordID, _ sequence: Int64) -> ServerRow {
        let change = Workload.creation(index, owner: owner)
        let stamp = Stamp(milliseconds: 1_767_225_600_000 + UInt64(index), counter: 0, replica: ReplicaID(1))
        var record = VersionedRecord(id: change.id, collection: change.collection)
        for write in change.writes {
            record.atoms[write.path] = Atom(value: write.value, stamp: stamp, commit: sequence)
        }
        var row = ServerRow(record: record, unit: change.id)
        row.noteAuthor(ReplicaID(1), sequence: sequence)
        return row
    }
}
