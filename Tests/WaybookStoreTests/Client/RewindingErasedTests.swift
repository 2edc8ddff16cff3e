import Foundation
import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookStore

/// Sets that are sent again to a server that was put back, about somebody who was erased meanwhile.
@Suite struct RewindingErasedTests {
    private let acme = identity(1)

    /// What was refused before stands in the list since then: it goes from there, and nothing of it stays in the journal.
    @Test func aRefusedSetGoesFromTheList() throws {
        let client = try Client()
        try client.receive(record(acme, ["name": ("Acme", stamp(1))]), sequence: 10)
        try client.store.finishExchange(isWholeFeed: true, at: client.now)
        try client.write(acme, ["city": "Markerville"])
        try client.answer(1, .rejected(Refusal(rule: .limit, record: acme, path: nil)))
        #expect(try client.store.rejected().count == 1)
        #expect(try client.store.rewind(to: ServerRewind(expected: 1, timeline: 1), at: client.now) == 1)
        try client.answer(1, .rejected(Refusal(rule: .erased, record: acme, path: nil)))
        #expect(try client.store.rejected().isEmpty)
        let journal = try client.store.read { try $0.journal(limit: .max).map(\.line) }
        #expect(journal.allSatisfy { !String(decoding: $0, as: UTF8.self).contains("Markerville") })
        #expect(try client.store.read { try $0.integer(.purgeDue) } != nil)
    }
}
