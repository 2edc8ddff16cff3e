import Foundation
import GRDB
import WaybookModel
import WaybookServerCore
import WaybookStore

extension LeakFirm {
    /// Lives through the whole plan. Throws a ``LeakFound`` at the first thing that must not be.
    public func run() async throws -> LeakReport {
        try await begin()
        for _ in 0..<plan.steps { try await step() }
        try await settle()
        return report
    }

    /// The administrator makes everybody's books; everybody reads once.
    private func begin() async throws {
        for one in held { one.laptop.transport.set(weather(0)) }
        try await synchronise(held[0])
        let keepers = people.filter { [.rep, .manager].contains(units.person($0)?.role) }
        for index in 0..<plan.customers {
            let owner = random.chance(5) ? nil : random.pick(keepers)
            try makeCustomer(on: held[0], owner: owner)
            if index % 500 == 499 { try await synchronise(held[0]) }
        }
        for one in held { try await synchronise(one) }
        for one in held { one.laptop.transport.set(weather(plan.cutPercent)) }
    }

    private func step() async throws {
        try plantScopes()
        let one = random.pick(held)
        let number = random.below(100)
        switch number {
        case ..<4: try makeCustomer(on: one, owner: nil)
        case ..<10: try addHanging(on: one)
        case ..<22: try edit(on: one)
        case ..<25: try move(on: one)
        case ..<27: try deleteOrRestore(on: one)
        case ..<30: try decide(on: one)
        case ..<36: try assign(on: leader())
        case ..<38: try assignMany(on: leader())
        case ..<43: try share(on: one)
        case ..<47: try claim(on: one)
        case ..<50: try reorganise()
        case ..<52: try changeRole()
        case ..<54: try disableOrEnable()
        case ..<58: try moveBooks()
        case ..<62: try await change(one)
        default: try await synchronise(one)
        }
        count(Self.name(of: number))
    }

    private static func name(of number: Int) -> String {
        let names = [
            (4, "create"), (10, "hang"), (22, "edit"), (25, "move"), (27, "delete"), (30, "decide"), (36, "assign"),
            (38, "assign many"), (43, "share"), (47, "claim"), (50, "team"), (52, "role"), (54, "disable"),
            (58, "book moves"), (62, "laptop"),
        ]
        return names.first { number < $0.0 }?.1 ?? "sync"
    }

    /// Somebody who may assign, most times.
    private func leader() throws -> Held {
        let leaders = held.filter { [.admin, .manager].contains(units.person($0.person)?.role) }
        return random.pick(leaders.isEmpty ? held : leaders)
    }

    // MARK: The directory

    private func reorganise() throws {
        let person = random.pick(people)
        switch random.below(3) {
        case 0:
            let mine = units.organisation.memberships.filter { $0.user == person }
            guard !mine.isEmpty else { return }
            try service.file.read { db in
                try Data.fetchAll(
                    db, sql: "SELECT id FROM record WHERE collection = 'membership' AND fields LIKE ?",
                    arguments: ["%\(person)%"])
            }.compactMap { RecordID(bytes: $0) }.prefix(1).forEach {
                try direct(["until": "2020-01-01"], of: $0, in: "membership")
            }
            note("\(person) leaves a team")
        case 1:
            try join(person, random.pick(teams))
            note("\(person) joins a team")
        default:
            let team = random.pick(teams.dropFirst().map { $0 })
            let parent: Value = random.chance(40) ? .null : .string(random.pick(teams).description)
            try direct(["parent": parent], of: team, in: "team")
            note("team \(team) under \(parent)")
        }
    }

    private func changeRole() throws {
        let person = random.pick(people.dropFirst().map { $0 })
        let role = random.pick([Role.manager, .rep, .rep, .service, .viewer, .admin])
        try direct(["role": .string(role.rawValue)], of: person, in: "user")
        note("\(person) becomes \(role)")
    }

    private func disableOrEnable() throws {
        let person = random.pick(people.dropFirst().map { $0 })
        try catchUp()
        let isActive = units.person(person)?.isActive == true
        let successor: Value = random.chance(30) ? .null : .string(random.pick(people).description)
        try direct(
            ["status": isActive ? "disabled" : "active", "successor": successor], of: person, in: "user")
        note("\(person) is \(isActive ? "disabled" : "enabled")")
    }

    /// What the server does by itself about the books of those who were disabled.
    private func moveBooks() throws {
        let moves = BookMove(service)
        for pending in try moves.pending() { _ = try moves.moveSome(pending, limit: 1 + random.below(40)) }
        note("books move")
    }

    // MARK: Laptops that come, go, are copied

    private func change(_ one: Held) async throws {
        switch random.below(5) {
        case 0:
            try lose(one)
            try addLaptop(of: one.person)
            note("\(one.name) is lost")
        case 1:
            guard held.count < plan.users * 3 / 2 else { return }
            try addLaptop(of: one.person)
            note("\(one.person) has one more laptop")
        default:
            // A copy of the files, which somebody goes on with, beside the laptop or in its place.
            let copy = folder.appending(path: "copy.db")
            try? FileManager.default.removeItem(at: copy)
            try one.laptop.store.file.checkpoint(.truncate)
            try FileManager.default.copyItem(at: one.folder.appending(path: "store.db"), to: copy)
            let replica = try one.laptop.store.exchangeStart().replica
            let allowed = one.allowed
            if random.chance(50) {
                for _ in 0..<3 { try edit(on: one) }
                try await synchronise(one)
            }
            if random.chance(60) { try lose(one) }
            let clone = try addLaptop(of: one.person, copying: copy, as: replica)
            clone.allowed = allowed
            note("\(clone.name) goes on with a copy of \(one.name)")
        }
    }

    /// The lines are good; everybody reads everything.
    private func settle() async throws {
        for one in held { one.laptop.transport.set(weather(0)) }
        let moves = BookMove(service)
        for pending in try moves.pending() { while try moves.moveSome(pending).units > 0 {} }
        for _ in 0..<2 { for one in held { try await synchronise(one) } }
    }
}
