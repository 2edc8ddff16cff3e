import Foundation
import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// What comparing may cost a server (`protocol/4-exchange.md#comparing`).
@Suite struct FeedComparisonTests {
    @Test func oneComparesAtATimeAndNoneAllTheTime() {
        let slots = ComparisonSlots()
        let (ann, bob) = (ReplicaID(1), ReplicaID(2))
        let inner: Int?? = slots.run(for: ann, at: 1_000) { slots.run(for: bob, at: 1_000) { 1 } }
        #expect(inner == .some(nil), "another one compares")
        for _ in 1..<ComparisonSlots.mostForOne { #expect(slots.run(for: ann, at: 1_000) { 1 } == 1) }
        #expect(slots.run(for: ann, at: 1_000) { 1 } == nil && slots.run(for: bob, at: 1_000) { 1 } == 1)
        #expect(slots.run(for: ann, at: 1_001 + ComparisonSlots.spanMilliseconds) { 1 } == 1)
        #expect(slots.run(for: ann, at: 0) { 1 } == 1, "a clock that was set back")
    }

    /// Whoever makes identities chooses their bucket.
    @Test func aBucketThatIsTooLargeIsNotTold() throws {
        let workspace = try Workspace()
        let ann = Laptop(workspace, 1)
        let id = ann.create(["name": "Acme"])
        try ann.sync()
        let bucket = RecordDigest.bucket(of: id)
        try workspace.service.file.read { db in
            let rows = ServerRows(db)
            var comparison = FeedComparison(buckets: [bucket])
            let whole = try comparison.lines(rows, in: nil)
            #expect(whole.starts(with: Array("{\"bucket\":\(bucket)}\n".utf8)))
            #expect(whole.count { $0 == UInt8(ascii: "\n") } == 2)
            comparison.bucketBytes = whole.count - 1
            #expect(try comparison.lines(rows, in: nil).isEmpty)
        }
    }
}
