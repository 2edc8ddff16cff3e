import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookProtocol
import WaybookTesting

@testable import WaybookStore

/// Nothing of what left stays in the files (`protocol/2-invariants.md#i5`).
@Suite struct PurgingTests {
    /// What can be read of a unit in the files: no part of it in any that stays, and none that a neighbour in the index
    /// could share the beginning of.
    private struct Marks {
        static let leavingCharacter = "ヱ"
        static let leavingDigits = "7319"
        var word: String
        var chinese: String
        var phone: String

        init(_ number: Int, leaves: Bool) {
            let letters = "qxjvkwzp".map { String($0) }
            let part = letters[number % 8] + letters[number / 8 % 8] + letters[number / 64 % 8]
            word = part + (leaves ? "hidden" : "public") + part
            let first = String(UnicodeScalar(UInt32(0x4E00 + 37 * number)) ?? "一")
            chinese = first + (leaves ? Self.leavingCharacter : "鹭") + "公司"
            phone = "+8613" + (leaves ? Self.leavingDigits : "8256") + String(10_000 + number).suffix(4)
        }
    }

    private static let unitCount = 120

    private static func leaves(_ number: Int) -> Bool { number % 3 == 0 }
    private static func customer(_ number: Int) -> RecordID { identity(UInt64(1_000 + number * 10)) }

    private func page(_ random: inout SeededRandom, round: Int) -> [FeedItem] {
        (0..<Self.unitCount).flatMap { number -> [FeedItem] in
            guard round == 0 || random.chance(40) else { return [] }
            let marks = Marks(number, leaves: Self.leaves(number))
            let filler = String(repeating: "z", count: random.below(random.chance(20) ? 6_000 : 500))
            let written = stamp(Int64(round + 1))
            let id = Self.customer(number)
            let root = record(
                id,
                [
                    "name": (.string("\(marks.word) \(marks.chinese)"), written), "city": (.string(filler), written),
                    "phones/\(marks.phone)": (["label": "office"], written),
                    "tags/\(marks.word)\(round)": (.string("\(marks.word)\(round)"), written),
                ])
            let contacts = (1...3).map { index in
                record(
                    identity(UInt64(1_000 + number * 10 + index)), in: "contact",
                    [
                        "name": (.string("\(marks.word) \(filler.prefix(random.below(300)))"), written),
                        "customer": (.string(id.description), written),
                    ])
            }
            return [item(root)] + contacts.map { item($0, unit: id) }
        }
    }

    /// Where in the store's files there is something to be read of what leaves.
    private func found(_ client: Client) throws -> [String: Int] { try found(in: client.folder.path) }

    private func found(in folder: String) throws -> [String: Int] {
        let needles = [Data("hidden".utf8), Data(Marks.leavingCharacter.utf8), Data(Marks.leavingDigits.utf8)]
        var found: [String: Int] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
            for needle in needles where bytes.range(of: needle) != nil {
                found["\(name): \(String(decoding: needle, as: UTF8.self))"] = 1
            }
        }
        return found
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func noByteOfWhatLeftIsInAnyFileAndWhatStaysIsFound(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let client = try Client()
        for round in 0..<12 {
            try client.take(page(&random, round: round), sequence: Int64(round + 1))
            if random.chance(60) { while try client.store.indexForSearch(atMost: 100) {} }
            if random.chance(40) { try client.store.file.checkpoint(.truncate) }
        }
        // Own work on them: answered, refused, and still unsent.
        for number in stride(from: 0, to: 30, by: 3) {
            try client.write(Self.customer(number), ["city": .string("hidden own \(number) ヱ")])
        }
        try client.accept(through: 5)
        try client.answer(6, .rejected(Refusal(rule: .limit, record: nil, path: nil)))
        while try client.store.indexForSearch() {}
        #expect(try client.store.search("ヱ").records.count == 40 && client.store.search("7319").records.count == 40)
        #expect(try !found(client).isEmpty)

        let departures = (0..<Self.unitCount).filter(Self.leaves).map { number in
            FeedItem.departed(
                Departure(unit: Self.customer(number), cause: DepartureCause(.team, by: nil, atMilliseconds: noon)))
        }
        for (index, item) in departures.enumerated() { try client.take([item], sequence: 20 + Int64(index)) }
        let start = try client.store.exchangeStart()
        for number in (start.answered + 1)...start.lastSet { try client.answer(number, .handover(identity(5))) }
        let copy = try client.store.file.keepCopy(at: noon)
        #expect(try client.store.purgeDeparted())
        #expect(try found(client) == [:], "seed \(seed)")
        #expect(!FileManager.default.fileExists(atPath: copy), "what it was copied of has left")

        #expect(try client.elsewhere { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
        #expect(try client.store.status().recordCount == Self.unitCount / 3 * 2 * 4)
        for number in 0..<Self.unitCount where !Self.leaves(number) {
            let marks = Marks(number, leaves: false)
            #expect(try client.store.record(Self.customer(number))?.isVisible == true)
            for text in [marks.chinese, marks.phone, marks.word] {
                let ids = try client.store.search(text, limit: 1_000).records.map(\.id)
                #expect(ids.contains(Self.customer(number)), "\(text), seed \(seed)")
            }
        }
        #expect(try client.store.search("ヱ").records.isEmpty && client.store.search("7319").records.isEmpty)
    }

    /// The power is cut somewhere between the page and the end of the purge; the next start goes on from there.
    @Test func aPowerCutAnywhereOnTheWayIsMadeGoodAtTheNextStart() throws {
        var cuts = 0
        for operations in stride(from: 0, to: 200, by: 8) {
            let survivors = FaultVFS.Survivors.allCases[operations / 8 % FaultVFS.Survivors.allCases.count]
            let image = try TestFolder()
            let client = try Client()
            let shim = try FaultVFS(watching: client.folder.path)
            defer { shim.forget() }
            // Opened anew, under the shim.
            try client.store.close()
            let store = try ClientStore(path: client.folder.store, schema: clientSchema)
            var random = SeededRandom(seed: 5)
            try store.take(
                Array(page(&random, round: 0).prefix(40)), checkpoint: "token-1", sequence: 1, at: client.now)
            while try store.indexForSearch() {}
            let edit = change(Self.customer(0), ["city": "hidden own"])
            _ = try store.edit(UserAction([edit]), at: client.now)
            shim.cutPower(afterOperations: operations, to: image.path, survivors: survivors, seed: UInt64(operations))
            try leave(store, client.now)
            try store.close()
            guard try shim.powerWasCut() else { continue }
            cuts += 1

            let reopened = try ClientStore(path: image.store, schema: clientSchema)
            try leave(reopened, client.now)
            #expect(try reopened.record(Self.customer(0)) == nil && reopened.record(Self.customer(1)) != nil)
            #expect(try reopened.exchangeStart().purgedSequence == 2 && reopened.exchangeStart().outbox.sets == 0)
            #expect(try found(in: image.path) == [:], "after \(operations) operations, \(survivors)")
            #expect(try reopened.search("ヱ").records.isEmpty && !reopened.search("鹭").records.isEmpty)
            try reopened.close()
        }
        #expect(cuts > 10)
    }

    /// What an exchange does about it, as far as the store has not done it yet.
    private func leave(_ store: ClientStore, _ now: ClientTime) throws {
        let start = try store.exchangeStart()
        if start.checkpoint == "token-1" {
            let departures = (0..<10).filter(Self.leaves).map { number in
                FeedItem.departed(
                    Departure(unit: Self.customer(number), cause: DepartureCause(.team, by: nil, atMilliseconds: noon)))
            }
            try store.take(departures, checkpoint: "token-2", sequence: 2, at: now)
        }
        if start.answered == 0 { try store.take([(1, .handover(identity(5)))], at: now) }
        #expect(try store.purgeDeparted())
    }
}
