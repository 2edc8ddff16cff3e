import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// The number of readable records that the end line tells (`protocol/4-exchange.md#end`).
@Suite struct ReadableCountTests {
    private let workspace: Workspace
    private let ann: Laptop
    private let bob: Laptop

    init() throws {
        workspace = try Workspace()
        ann = Laptop(workspace, 1)
        bob = Laptop(workspace, 2)
    }

    private func told(_ laptop: Laptop) -> Int64? {
        guard case .end(let readable, _, _)? = laptop.answer.last else { return nil }
        return readable
    }

    /// What is kept is what a count finds, and what the last answer told.
    private func agrees(_ laptop: Laptop, _ expected: Int64) throws -> Bool {
        let counts = try workspace.service.file.read { db in
            let rows = ServerRows(db)
            return (try rows.readableCount(), try rows.countReadable())
        }
        return told(laptop) == expected && counts.0 == expected && counts.1 == expected
    }

    @Test func itFollowsCreatingEditingDeletingAndRestoringAndLeavesConflictsOut() throws {
        let (one, two) = (ann.create(["name": "1"]), ann.create(["name": "2"]))
        ann.create(["name": "c", "customer": .string(one.description)], in: "contact")
        try ann.sync()
        #expect(try agrees(ann, 3))
        ann.edit(one, ["city": "Rome"])
        try ann.sync()
        #expect(try agrees(ann, 3))
        try bob.sync()
        #expect(try agrees(bob, 3))
        ann.edit(one, ["city": "Oslo"])
        bob.edit(one, ["city": "Bern"])
        try ann.sync()
        try bob.sync()
        #expect(try workspace.conflicts(one).count == 1)
        #expect(try agrees(bob, 3))
        bob.delete(two)
        try bob.sync()
        #expect(try agrees(bob, 2))
        bob.restore(two)
        try bob.sync()
        #expect(try agrees(bob, 3))
    }

    @Test func aRefusedSetCountsNothingAndAResentOneCountsOnce() throws {
        ann.create(["name": "1", "score": 99])
        ann.create(["name": "2"])
        let before = ann.state
        try ann.sync()
        #expect(try agrees(ann, 1))
        ann.state = before
        try ann.sync()
        #expect(try agrees(ann, 1))
    }

    @Test func anExchangeWithoutFeedTellsItToo() throws {
        ann.create(["name": "1"])
        try ann.sync(pulls: false)
        #expect(told(ann) == 1)
    }

    @Test func aFileOfAnEarlierVersionIsCountedWhenItIsOpened() throws {
        ann.create(["name": "1"])
        ann.create(["name": "2"])
        try ann.sync()
        try workspace.service.file.write { try $0.execute(sql: "DELETE FROM server WHERE key = 'readable'") }
        _ = try ExchangeService(
            file: workspace.service.file, schema: TestSchema.schema, wallMilliseconds: { 0 },
            authorship: { _, _ in nil })
        ann.create(["name": "3"])
        try ann.sync()
        #expect(try agrees(ann, 3))
    }

    @Test func aNumberThatDriftedIsFoundByTheCheck() throws {
        ann.create(["name": "1"])
        try ann.sync()
        #expect(try workspace.service.file.read { try ServerCheck.run($0) }.faults.isEmpty)
        try workspace.service.file.write { try $0.execute(sql: "UPDATE server SET value = 7 WHERE key = 'readable'") }
        let faults = try workspace.service.file.read { try ServerCheck.run($0) }.faults
        #expect(faults == [.init(kind: .count, subject: "1")])
    }
}
