import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookProtocol
import WaybookTesting

@testable import WaybookServerCore

/// Organisations at random: people, teams, customers, moves, shares, claims, role changes, lost answers and wires that
/// break anywhere. Whenever a laptop has read everything it holds exactly what the pure rules say that it may.
@Suite struct RandomFirmTests {
    static let seeds: [UInt64] = {
        let given = ProcessInfo.processInfo.environment["WAYBOOK_SEED"].flatMap { UInt64($0) }
        let runs = ProcessInfo.processInfo.environment["WAYBOOK_RUNS"].flatMap { UInt64($0) }
        return given.map { [$0] } ?? Array(1...(runs ?? 24))
    }()

    @Test(arguments: seeds) func everyLaptopHoldsWhatItMayAndNothingElse(seed: UInt64) throws {
        var run = try FirmRun(seed: seed)
        for step in 0..<160 {
            try run.step()
            if let fault = run.fault {
                Issue.record("seed \(seed), step \(step): \(fault)\n\(run.story.suffix(160).joined(separator: "\n"))")
                return
            }
        }
        try run.finish()
        if let fault = run.fault {
            Issue.record("seed \(seed), end: \(fault)\n\(run.story.suffix(160).joined(separator: "\n"))")
        }
        let lost = try run.typedAndLost()
        #expect(lost.isEmpty, "seed \(seed): \(lost)")
    }
}

/// One organisation under one seed.
struct FirmRun {
    private var random: SeededRandom
    private let firm: Firm
    private var people: [RecordID] = []
    private var teams: [RecordID] = []
    private var customers: [RecordID] = []
    private var typed: [String] = []
    private(set) var fault: String?
    private(set) var story: [String] = []

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        firm = try Firm(pageRows: [2, 7, 1_000][Int(seed % 3)])
        teams = [try firm.team("All")]
        for name in ["East", "West"] { teams.append(try firm.team(name, in: teams[0])) }
        let roles: [Role] = [.manager, .rep, .rep, .rep, .service, .viewer, .admin]
        for (index, role) in roles.enumerated() {
            let laptop = try firm.person("P\(index)", role)
            people.append(firm.person(of: laptop))
            try firm.join(laptop, random.pick(teams))
        }
    }

    private mutating func laptop() -> Laptop {
        guard let laptop = firm.laptops[random.pick(people)] else { preconditionFailure("nobody") }
        return laptop
    }

    private mutating func note(_ text: String) { story.append(text) }

    mutating func step() throws {
        firm.workspace.clock.advance(UInt64(random.below(60_000)))
        switch random.below(100) {
        case ..<14: create()
        case ..<40: edit()
        case ..<48: assign()
        case ..<54: share()
        case ..<60: claim()
        case ..<64: try direct()
        case ..<67: move()
        case ..<70: delete()
        case ..<73: lose()
        default: try exchange()
        }
    }

    // MARK: On the laptops

    private mutating func held(_ laptop: Laptop, _ collection: CollectionName) -> RecordID? {
        let ids = laptop.state.rows.values.filter { $0.collection == collection && !$0.isDeleted }.map(\.id).sorted()
        return ids.isEmpty ? nil : random.pick(ids)
    }

    private mutating func word() -> String {
        typed.append("word\(typed.count)")
        return typed[typed.count - 1]
    }

    private mutating func create() {
        let laptop = laptop()
        if let customer = held(laptop, "customer"), random.chance(60) {
            let id = laptop.create(
                ["customer": .string(customer.description), "subject": .string(word())], in: "interaction")
            return note("\(laptop.state.replica) adds \(id) to \(customer)")
        }
        let owner: Value? = random.chance(70) ? firm.user(laptop) : nil
        var fields: [String: Value?] = ["name": .string(word())]
        if let owner { fields["owner"] = owner }
        let id = laptop.create(fields)
        customers.append(id)
        note("\(laptop.state.replica) makes \(id)")
    }

    private mutating func edit() {
        let laptop = laptop()
        let collection = random.pick(["customer", "interaction"] as [CollectionName])
        guard let id = held(laptop, collection) else { return }
        laptop.edit(id, [collection == "customer" ? "city" : "subject": .string(word())])
        note("\(laptop.state.replica) edits \(id)")
    }

    private mutating func assign() {
        let laptop = laptop()
        guard let id = held(laptop, "customer") else { return }
        let owner: Value = random.chance(25) ? .null : .string(random.pick(people).description)
        laptop.edit(id, ["owner": owner])
        note("\(laptop.state.replica) gives \(id) to \(owner)")
    }

    private mutating func share() {
        let laptop = laptop()
        guard let id = held(laptop, "customer") else { return }
        let path = "members/\(random.pick(people))"
        let right: Value? = random.chance(40) ? nil : random.pick(["view", "edit"] as [Value])
        laptop.edit(id, [path: right])
        note("\(laptop.state.replica) shares \(id): \(path) \(String(describing: right))")
    }

    private mutating func claim() {
        let laptop = laptop()
        guard let id = held(laptop, "customerCard") else { return }
        laptop.edit(id, ["claimedBy": firm.user(laptop)])
        note("\(laptop.state.replica) claims \(id)")
    }

    private mutating func move() {
        let laptop = laptop()
        guard let id = held(laptop, "interaction"), let customer = held(laptop, "customer") else { return }
        laptop.edit(id, ["customer": .string(customer.description)])
        note("\(laptop.state.replica) moves \(id) to \(customer)")
    }

    private mutating func delete() {
        let laptop = laptop()
        guard let id = held(laptop, random.pick(["customer", "interaction"])) else { return }
        laptop.delete(id)
        note("\(laptop.state.replica) deletes \(id)")
    }

    /// A laptop is lost with all that it did not send; its owner begins anew.
    private mutating func lose() {
        let person = random.pick(people)
        guard let old = firm.laptops[person], old.state.outbox.isEmpty else { return }
        let new = firm.laptop(of: person)
        note("\(person) takes \(new.state.replica)")
    }

    // MARK: In the directory

    private mutating func direct() throws {
        let laptop = laptop()
        let isAdmin = firm.person(of: laptop) == people[6]
        switch random.below(3) {
        case 0:
            guard !isAdmin else { return }
            let role = random.pick([Role.manager, .rep, .service, .viewer, .admin])
            try firm.direct(laptop, ["role": .string(role.rawValue)])
            note("\(laptop.state.replica) becomes \(role)")
        case 1:
            let day = random.pick(["2026-01-01", "2030-01-01"])
            try firm.join(laptop, random.pick(teams), until: day)
            note("\(laptop.state.replica) joins a team until \(day)")
        default:
            let team = random.pick(Array(teams.dropFirst()))
            let parent: Value = random.chance(50) ? .null : .string(teams[0].description)
            try firm.workspace.direct(["parent": parent], of: team, in: "team")
            note("team \(team) under \(parent)")
        }
    }

    // MARK: Exchanges

    private mutating func exchange() throws {
        let laptop = laptop()
        switch random.below(4) {
        case 0:
            let kept = random.below(4_000)
            note("\(laptop.state.replica) is cut after \(kept)")
            try attempt(laptop) { _ = try laptop.sync(keptBytes: kept) }
        case 1:
            note("\(laptop.state.replica) loses an answer")
            try attempt(laptop) { _ = try laptop.sync(losesAnswer: true) }
        default:
            note("\(laptop.state.replica) syncs")
            try firm.settle(laptop)
            fault = try firm.difference(laptop).map { "\(laptop.state.replica) \($0)" }
        }
    }

    private func attempt(_ laptop: Laptop, _ exchange: () throws -> Void) throws {
        do {
            try exchange()
        } catch let problem as Problem where problem.code == .stale {
            laptop.startAfresh()
        }
    }

    /// Everybody reads everything; nothing that was typed is nowhere.
    mutating func finish() throws {
        for _ in 0..<2 { for person in people { if let laptop = firm.laptops[person] { try firm.settle(laptop) } } }
        for person in people {
            guard let laptop = firm.laptops[person], fault == nil else { continue }
            fault = try firm.difference(laptop).map { "\(laptop.state.replica) \($0)" }
        }
        guard fault == nil else { return }
        // A second exchange tells nothing.
        for person in people {
            guard let laptop = firm.laptops[person] else { continue }
            try firm.settle(laptop)
            let told = laptop.answer.filter { line in
                if case .record = line { return true }
                return false
            }
            if !told.isEmpty { fault = "\(laptop.state.replica) is told \(told.count) records again" }
        }
    }

    /// What a person typed and the server neither holds, nor held, nor refused, nor keeps for somebody to decide.
    func typedAndLost() throws -> [String] {
        var kept = try firm.workspace.service.file.read { db in
            try String.fetchAll(
                db,
                sql: """
                    SELECT fields FROM record UNION ALL SELECT fields FROM bin
                    UNION ALL SELECT value FROM history WHERE value IS NOT NULL
                    """)
        }
        let refused = (firm.laptops.values + firm.retired).flatMap(\.state.refused)
        kept += refused.map { String(decoding: ChangeSetLine.bytes($0), as: UTF8.self) }
        let words = Set(kept.flatMap { $0.split { !$0.isLetter && !$0.isNumber }.map(String.init) })
        return typed.filter { !words.contains($0) }
    }
}
