import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// What each verb does.
extension Simulation {
    func act(_ step: SimulatedStep, _ one: SimulatedLaptop) async throws {
        switch step.verb {
        case .make, .hang, .write, .flag, .tag, .resolve, .move, .delete, .restore, .assign, .share, .claim, .decide,
            .erase, .retry, .discard:
            try edit(step, one)
        case .sync: try await synchronise(step, one)
        case .go: try await goOn(one, chunks: step["pause"])
        case .again: if one.run == nil { _ = try one.transport.deliverAgain() }
        case .role, .team, .disable: try direct(step)
        case .books: try moveBooks(most: step["most"])
        case .purge: _ = try ErasurePurge(service.file, now: { [wall] in wall.milliseconds }).perform()
        case .reopen: try reopenServer()
        case .backup: try backUp()
        case .putBack: try putBack(step["backup"])
        case .clock: one.laptop.setWallShift(Int64(step["shift"]))
        case .reboot: if one.run == nil { one.laptop.reboot(wallShiftMilliseconds: Int64(step["shift"])) }
        case .freeze: wall.set(shift: Int64(step["shift"]), isFrozen: step["frozen"] == 1)
        case .away: try pass(days: step["days"], isServed: step["server"] == 1)
        case .copy, .putCopy, .clone, .lose, .spoil, .restart: try await change(step.verb, one)
        case .power: try cutPower(step, one)
        case .disk: try breakDisk(step, one)
        }
    }

    // MARK: The server and whoever runs it

    private func direct(_ step: SimulatedStep) throws {
        // The first administrator stays one.
        let person = people[max(1, step.actor % people.count) % people.count]
        switch step.verb {
        case .role:
            let role = SimulatedVerb.roles[step["role"] % SimulatedVerb.roles.count]
            if person != people[0] { try direct(["role": .string(role)], of: person, in: "user") }
        case .team where step["how"] == 1: try join(person, team: step["team"])
        case .team:
            guard let mine = memberships.last(where: { $0.person == person }) else { return }
            try direct(["until": "2020-01-01"], of: mine.id, in: "membership")
        default:
            guard person != people[0] else { return }
            let status: Value = step["how"] == 0 ? "disabled" : "active"
            let successor = step["person"] % (people.count + 1)
            let named: Value = successor == people.count ? .null : .string(people[successor].description)
            try direct(["status": status, "successor": named], of: person, in: "user")
        }
    }

    func moveBooks(most: Int) throws {
        let moves = BookMove(service, ledger: ledger)
        for pending in try moves.pending() { _ = try moves.moveSome(pending, limit: max(1, most)) }
    }

    // MARK: Laptops that are not what they were

    private func change(_ verb: SimulatedVerb, _ one: SimulatedLaptop) async throws {
        switch verb {
        case .copy: try copy(one)
        case .putCopy: try await putCopy(one)
        case .clone: try clone(one)
        case .lose: try await lose(one)
        case .spoil: try spoil(one)
        default: try await restart(one)
        }
    }

    private func copyFile(of one: SimulatedLaptop) throws -> SimulatedLaptop.Copy {
        serial += 1
        let file = folder.appending(path: "copy-\(serial).db")
        _ = try one.laptop.store.file.checkpoint(.truncate)
        try FileManager.default.copyItem(at: one.folder.appending(path: "store.db"), to: file)
        model.copied.insert(one.transport.principal.replica)
        return SimulatedLaptop.Copy(
            file: file, principal: one.transport.principal.replica, saved: one.saved, allowed: one.allowed,
            made: one.made, hasReadAll: one.hasReadAll, putBacks: one.isBehind ? -1 : model.putBacks)
    }

    private func copy(_ one: SimulatedLaptop) throws {
        guard one.run == nil else { return }
        one.copy = try copyFile(of: one)
        note("\(one.name) is copied")
    }

    private func putCopy(_ one: SimulatedLaptop) async throws {
        guard let copy = one.copy else { return }
        await one.kill()
        serial += 1
        let place = try one.machine?.moveOn() ?? folder.appending(path: "\(one.name)-\(serial)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: copy.file, to: place.appending(path: "store.db"))
        one.folder = place
        one.faults = []
        try one.laptop.restart(on: place)
        one.transport.become(
            ExchangePrincipal(replica: copy.principal, user: one.person.description))
        become(copy, one)
        note("\(one.name) is put back from its copy")
    }

    private func become(_ copy: SimulatedLaptop.Copy, _ one: SimulatedLaptop) {
        (one.saved, one.allowed, one.made) = (copy.saved, copy.allowed, copy.made)
        (one.stored, one.hasReadAll) = (0, copy.hasReadAll)
        // Whether an older self still comes back with it depends on what the other has done since.
        (one.answered, one.owed) = ([], [])
        one.isBehind = copy.putBacks != model.putBacks
    }

    private func clone(_ one: SimulatedLaptop) throws {
        guard one.run == nil, laptops.count < history.laptops.count + Self.mostExtraLaptops else { return }
        let copy = try copyFile(of: one)
        let twin = try makeLaptop(
            laptops.count, of: one.person, one.kind, skew: 0, as: try one.laptop.store.replica(), from: copy.file)
        twin.transport.become(one.transport.principal)
        become(copy, twin)
        laptops.append(twin)
        note("\(twin.name) goes on with a copy of \(one.name)")
    }

    private func lose(_ one: SimulatedLaptop) async throws {
        await one.kill()
        try? one.laptop.close()
        one.machine?.end()
        guard let place = laptops.firstIndex(where: { $0 === one }) else { return }
        laptops[place] = try makeLaptop(one.index, of: one.person, one.kind, skew: 0, as: nil, from: nil)
        note("\(one.name) is lost")
    }

    private func spoil(_ one: SimulatedLaptop) throws {
        guard one.run == nil, try one.laptop.store.exchangeStart().checkpoint != nil else { return }
        try one.laptop.store.file.write {
            try $0.execute(sql: "UPDATE meta SET value = 'spoiled' WHERE name = 'checkpoint'")
        }
        (one.stored, one.hasReadAll) = (0, false)
        note("the server will not know the checkpoint of \(one.name)")
    }
}
