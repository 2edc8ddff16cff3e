import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// What must hold on a laptop, after each synchronisation and each start.
extension Simulation {
    func catchUp() throws { try service.file.read { try units.catchUp(ServerRows($0)) } }

    func codes(seenBy person: RecordID) -> Set<Int> {
        codes(of: units.units(seenBy: person, at: wall.milliseconds))
    }

    /// The codes of all that these units hold, and of what was deleted before anybody was told its texts.
    private func codes(of seen: Set<RecordID>) -> Set<Int> {
        var codes = units.codes(of: seen)
        for unit in seen { codes.formUnion(units.records(ofUnit: unit).compactMap { model.codes[$0] }) }
        return codes
    }

    /// I5 on the way: nothing of a unit goes to somebody who may not see it now.
    func requireVisible(_ told: FeedRecord, to one: SimulatedLaptop) throws {
        try catchUp()
        guard units.isSeen(told.unit, by: one.person, at: wall.milliseconds) else {
            throw SimulationFailure(law: "I5", detail: "\(one.name) is told \(told.record.id) of \(told.unit)")
        }
        // Until its exchange has ended, however that is.
        one.allowed.formUnion(units.codes(ofRecords: [told.record.id]))
    }

    /// An author is not told again that it deleted something itself, unless its copy, or the unit, comes anew.
    func requireNews(_ told: FeedRecord, to one: SimulatedLaptop) throws {
        let (reader, store) = (one.transport.principal.replica, one.laptop.store)
        guard told.record.isDeleted, !told.isWhole, one.hasReadAll, !one.isBehind,
            told.record.atoms.values.contains(where: { $0.stamp.replica == reader }),
            try !store.status().isPullingAfresh,
            try service.file.read({ try ServerRows($0).held(told.unit, by: reader) }) != .coming,
            let held = try store.record(told.record.id), held.unit == told.unit
        else { return }
        for (path, atom) in told.record.atoms where atom.stamp.replica == reader {
            // Once the server was put back what it gave a stamp may have waited.
            let mayHaveWaited = service.timeline > Timeline.first && atom.stamp.isServerGiven
            guard !mayHaveWaited, held.record.atoms[path]?.stamp == atom.stamp else { continue }
            throw SimulationFailure(
                law: "echo", detail: "\(path) of \(told.record.id), deleted, came back to its author")
        }
    }

    func check(_ one: SimulatedLaptop, isWhole: Bool) throws {
        let look = try LaptopLook(at: one.laptop.store, withRows: isWhole)
        let (judged, last) = try service.file.read { db in
            try units.catchUp(ServerRows(db))
            return (try ServerView.lastSet(of: look.replica, db), try ServerRows(db).lastSequence())
        }
        try checkPosition(one, look, judged: judged, last: last)
        try checkAcknowledged(one, look)
        let isCurrent = isWhole && one.stored == last
        let seen = units.units(seenBy: one.person, at: wall.milliseconds)
        try checkFiles(one, look, seen, isCurrent: isCurrent)
        try forgetWhatLeft(one, look)
        if isCurrent { try compare(one, look.rows, seen) }
    }

    /// What has left, has left the journal too.
    func forgetWhatLeft(_ one: SimulatedLaptop, _ look: LaptopLook) throws {
        one.answered = try one.answered.filter { try look.holds($0.place.record) || isInItem($0, on: one) }
    }

    /// I7: it knows of nothing that the server does not have, and does not fall back.
    private func checkPosition(_ one: SimulatedLaptop, _ look: LaptopLook, judged: Int64, last: Int64) throws {
        guard !one.isBehind else { return }
        try look.requireKnown(answeredBy: judged, at: last, one.name)
        guard look.isPullingAfresh || look.read >= one.stored else {
            throw SimulationFailure(law: "I7", detail: "\(one.name) fell back from \(one.stored) to \(look.read)")
        }
        one.stored = look.isPullingAfresh ? 0 : look.read
    }

    // MARK: I1 and I9

    /// Each edit that was acknowledged is in the outbox, or the server has ruled on it and what it refused is listed.
    func checkAcknowledged(_ one: SimulatedLaptop, _ look: LaptopLook) throws {
        var kept: [SimulatedLaptop.Saved] = []
        for var saved in one.saved where !saved.changes.contains(where: { model.erased.contains($0.id) }) {
            guard !saved.texts.isEmpty else { continue }
            if saved.texts.allSatisfy({ look.outbox.write($0) }) {
                // What is unsent is about something, until it is answered.
                for change in saved.changes where !look.keeps(change.id) {
                    throw SimulationFailure(
                        law: "I1", detail: "\(one.name) let \(change.id) go before \(saved.texts) was answered")
                }
                try checkRoots(&saved, one, look)
                saved.at = wall.milliseconds
                kept.append(saved)
                continue
            }
            for (place, text) in saved.writes {
                switch model.ruling(on: text) {
                case .accepted:
                    one.answered.append(
                        SimulatedLaptop.Owed(place: place, text: text, at: min(saved.at, wall.milliseconds)))
                case .handover: continue
                case .rejected:
                    let isHeld = saved.changes.allSatisfy { look.holds($0.id) }
                    guard look.rejected.write(text) || !isHeld else {
                        throw SimulationFailure(
                            law: "I9", detail: "\(one.name): “\(text)” was refused and is not listed")
                    }
                case nil:
                    throw SimulationFailure(law: "I1", detail: "\(one.name) lost the saved edit “\(text)”")
                }
            }
        }
        one.saved = kept
    }

    /// A unit about which something is unsent stays, hidden, until that is answered; but for what is read anew.
    private func checkRoots(_ saved: inout SimulatedLaptop.Saved, _ one: SimulatedLaptop, _ look: LaptopLook) throws {
        if model.putBacks > 0 || look.isPullingAfresh || !one.hasReadAll { saved.roots = [] }
        guard !saved.roots.isEmpty else { return }
        for id in saved.changes.map(\.id) {
            guard let root = units.unit(of: id), saved.roots.contains(root), !model.deleted.contains(root) else {
                continue
            }
            guard look.keeps(root) else {
                throw SimulationFailure(
                    law: "I1", detail: "\(one.name) let \(root) go before \(saved.texts) of \(id) was answered")
            }
            coverage.count("unit kept while unsent")
        }
    }

    // MARK: I5

    /// The files hold no code of what their holder may not see.
    /// - Parameter isCurrent: whether it has read everything.
    private func checkFiles(
        _ one: SimulatedLaptop, _ look: LaptopLook, _ seen: Set<RecordID>, isCurrent: Bool
    ) throws {
        let now = codes(of: seen)
        let refused = try units.codesRefused(in: look.rejected.lines, seen, schema: schemas.server) { set in
            model.refusedAgain.contains(SimulatedModel.SetName(set))
        }
        // What the server does not know is nobody's but its author's, also after it was refused and discarded.
        let unknown = one.made.intersection(model.codes.filter { units.unit(of: $0.key) == nil }.values)
        one.allowed = (isCurrent ? now : one.allowed.union(now)).union(refused).union(unknown)
        // What was made while the exchange was under way is its author's until it is answered.
        for line in look.outbox.lines { one.allowed.formUnion(line.withUnsafeBytes { Marker.codes(in: $0) }) }
        let leaked = try codes(inFilesOf: one).subtracting(one.allowed)
        guard leaked.isEmpty else {
            let names = model.codes.filter { leaked.contains($0.value) }.keys.sorted().map(\.description)
            throw SimulationFailure(law: "I5", detail: "\(one.name) holds texts of \(names)")
        }
    }

    func codes(inFilesOf one: SimulatedLaptop) throws -> Set<Int> {
        var found: Set<Int> = []
        for ending in ["", "-wal"] {
            let file = one.folder.appending(path: "store.db" + ending)
            guard let bytes = try? Data(contentsOf: file) else { continue }
            found.formUnion(bytes.withUnsafeBytes { Marker.codes(in: $0) })
        }
        return found
    }

    // MARK: I2

    private static let deletedLife = "\"$life\":\"deleted\""

    /// Everything that may be held is there as the server has it, and nothing else.
    private func compare(_ one: SimulatedLaptop, _ rows: [Data: String], _ seen: Set<RecordID>) throws {
        coverage.count("comparisons")
        let theirs = try service.file.read { db in
            try Row.fetchAll(
                db.cachedStatement(sql: "SELECT id, ifnull(unit, id), fields, deleted FROM record"))
        }
        var ours = rows
        for row in theirs {
            guard let unit = RecordID(bytes: row[1] as Data), seen.contains(unit) else { continue }
            let held = ours.removeValue(forKey: row[0])
            guard row[3] == false, held != row[2] as String else { continue }
            throw SimulationFailure(
                law: "I2", detail: "\(one.name) has \(held ?? "nothing"), the server \(row[2] as String)")
        }
        // What is gone for good leaves its delete behind on those who read of it.
        ours = ours.filter { id, fields in
            guard fields.contains(Self.deletedLife), let id = RecordID(bytes: id) else { return true }
            return !model.removed.contains(id)
        }
        if let (id, fields) = ours.first {
            let name = RecordID(bytes: id)?.description ?? ""
            throw SimulationFailure(law: "I2", detail: "\(one.name) holds \(name) beyond what it may: \(fields)")
        }
    }
}
