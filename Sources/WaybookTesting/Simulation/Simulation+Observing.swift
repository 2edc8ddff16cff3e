import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// What the server does, set by set, held against the model.
extension Simulation {
    func observe(_ set: ChangeSet, _ verdict: Verdict, before: ServerView, after: ServerView) throws {
        model.settle(set)
        noteUnits(of: set)
        switch verdict {
        case .accepted(let given, let outcomes):
            coverage.count("verdict accepted")
            if given != nil { coverage.count("verdict restamped") }
            for outcome in outcomes { coverage.count("outcome \(outcome.outcome)") }
            if outcomes.isEmpty { coverage.count("outcome applied") }
            try checkOrder(set, given ?? set.stamp)
            try arrive(set, stamp: given ?? set.stamp, before: before, after: after)
        case .rejected(let refusal):
            coverage.count("verdict rejected")
            coverage.count("refused \(refusal.rule)")
            if model.putBacks > 0, refusal.rule == .before || refusal.rule == .unknown {
                model.refusedAgain.insert(SimulatedModel.SetName(set))
            }
            refuse(set, as: .rejected)
        case .quarantined:
            coverage.count("verdict quarantined")
            refuse(set, as: .rejected)
        case .handover(let item):
            coverage.count("verdict handover")
            // What was written before the unit moved on is applied, and told to who answers for it now.
            let row = try service.file.read { try ServerRows($0).row(item) }
            if row?.record[HandoverRecord.Field.status]?.text == "accepted" {
                coverage.count("verdict late")
                try arrive(set, stamp: set.stamp, before: before, after: after)
            } else {
                if row?.record[HandoverRecord.Field.why]?.text == "afterDelete" {
                    coverage.count("verdict afterDelete")
                }
                refuse(set, as: .handover)
                for change in set.changes where change.isCreating {
                    if let root = root(of: change, at: set.stamp) { model.handedUnder[change.id] = root }
                }
            }
        }
        if model.putBacks > 0 { for (place, text) in modelled(set) { model.ruledAgain[text] = (place, verdict) } }
        note("server: set \(set.number) of \(set.stamp.replica.number): \(verdict)")
        try noteLives(touchedBy: set)
    }

    private func refuse(_ set: ChangeSet, as ruling: SimulatedModel.Ruling) {
        for (place, text) in modelled(set) {
            model.oracle.refuse(text, at: place)
            model.rule(ruling, on: text, in: set)
        }
    }

    /// The root that a record is to hang on; nil for one of its own.
    private func root(of change: Change, at stamp: Stamp) -> RecordID? {
        var draft = VersionedRecord(id: change.id, collection: change.collection)
        for write in change.writes { draft.atoms[write.path] = Atom(value: write.value, stamp: stamp) }
        return schemas.server.unit(of: draft).flatMap { $0 == change.id ? nil : $0 }
    }

    func modelled(_ set: ChangeSet) -> [(WriteOracle.Place, String)] {
        set.changes.flatMap { change in
            change.writes.compactMap { write in
                guard schemas.isModelled(write.path, in: change.collection), let text = write.value?.text else {
                    return nil
                }
                return (WriteOracle.Place(record: change.id, path: write.path), text)
            }
        }
    }

    private func arrive(_ set: ChangeSet, stamp: Stamp, before: ServerView, after: ServerView) throws {
        try noteErasures(set)
        let written = modelled(set)
        try catchUp()
        for (place, text) in written {
            model.rule(.accepted, on: text, in: set)
            model.sentBy[text] = set.stamp.replica
            if !isSeen(place.record, byAuthorOf: set) { model.oracle.leaveOpen(text, at: place) }
            guard model.putBacks == 0 else {
                model.oracle.accept(text, at: place, stamp: stamp)
                continue
            }
            let expected = model.oracle.arrive(
                text, at: place, stamp: stamp, before: before.rows[place.record]?.atoms[place.path])
            let present = after.rows[place.record]?.atoms[place.path]
            if model.oracle.knows(place), !model.oracle.hasTwins(at: place), present?.value?.text != expected {
                let found = present?.value?.text ?? "nothing"
                throw SimulationFailure(law: "present", detail: "\(place): \(found), should be \(expected)")
            }
        }
        for id in set.resolves {
            guard let (place, text) = model.keeps[id], isSeen(place.record, byAuthorOf: set) else { continue }
            model.oracle.settle(text, at: place)
        }
        for change in set.changes { try checkStamps(change, before: before, after: after) }
        try checkClaim(set, before: before, after: after)
        try checkOpen(at: written.map(\.0))
    }

    /// Whether the author of a set sees what a record hangs on: a conflict that its author does not see is none
    /// (`protocol/8-access.md#pushes`), and whoever sees it is asked on.
    private func isSeen(_ record: RecordID, byAuthorOf set: ChangeSet) -> Bool {
        guard let author = laptops.first(where: { $0.transport.principal.replica == set.stamp.replica }),
            let unit = units.unit(of: record)
        else { return true }
        return units.isSeen(unit, by: author.person, at: wall.milliseconds)
    }

    /// What a laptop made later has the later stamp, whatever became of its own. What is sent again to a server that was put
    /// back keeps the stamp that it was once given, which its verdict does not say.
    private func checkOrder(_ set: ChangeSet, _ stamp: Stamp) throws {
        guard model.putBacks == 0 else { return }
        if let last = model.lastStamps[set.stamp.replica], stamp <= last {
            throw SimulationFailure(
                law: "stamps rise", detail: "set \(set.number) of \(set.stamp.replica): \(stamp) after \(last)")
        }
        model.lastStamps[set.stamp.replica] = stamp
    }

    private func checkStamps(_ change: Change, before: ServerView, after: ServerView) throws {
        for write in change.writes {
            guard let present = after.rows[change.id]?.atoms[write.path] else { continue }
            if let old = before.rows[change.id]?.atoms[write.path], present.stamp < old.stamp {
                throw SimulationFailure(law: "stamps rise", detail: "\(write.path) of \(change.id)")
            }
            if present.stamp.milliseconds > UInt64(clamping: wall.highest) + 121_000 {
                throw SimulationFailure(law: "I10", detail: "\(write.path) of \(change.id): a stamp from the future")
            }
        }
    }

    /// A customer in the pool is whoever's claim arrives first. One that comes again to a server that was put back is not
    /// refused, and takes nothing from whoever has the customer since.
    private func checkClaim(_ set: ChangeSet, before: ServerView, after: ServerView) throws {
        let path = FieldPath("claimedBy")
        for change in set.changes {
            guard let claim = change.writes.first(where: { $0.path == path })?.value,
                let old = before.rows[change.id]?.atoms[path]?.value, old != .null, old != claim
            else { continue }
            if model.putBacks > 0, after.rows[change.id]?.atoms[path]?.value == old {
                coverage.count("restore claimed since")
                continue
            }
            throw SimulationFailure(law: "served", detail: "a second claim of \(change.id) was granted")
        }
    }

    /// I3 at the places that a set wrote to.
    private func checkOpen(at places: [WriteOracle.Place]) throws {
        guard !places.isEmpty, model.putBacks == 0 else { return }
        try service.file.read { db in
            for place in places where model.oracle.knows(place) { _ = try checkConflicts(at: place, ServerRows(db)) }
        }
    }

    /// Returns how many are open.
    func checkConflicts(at place: WriteOracle.Place, _ rows: ServerRows) throws -> Int {
        let listed = try rows.openConflicts(of: place.record, at: place.path)
        let texts = listed.compactMap { $0.loser.value?.text }
        let open = model.oracle.open(at: place)
        let isLawful =
            model.oracle.hasTwins(at: place)
            ? try holdsHeads(texts, at: place, rows) : texts.count == Set(texts).count && Set(texts) == open
        guard isLawful else {
            let story = model.oracle.story(of: Set(texts).symmetricDifference(open), at: place)
            throw SimulationFailure(
                law: "I3", detail: "\(place): lists \(texts.sorted()), heads \(open.sorted()); \(story)")
        }
        return texts.count
    }

    /// Where a write has arrived twice, each head is listed or present still, and none is listed more often than it arrived.
    private func holdsHeads(_ texts: [String], at place: WriteOracle.Place, _ rows: ServerRows) throws -> Bool {
        let present = try rows.row(place.record)?.record.atoms[place.path]?.value?.text
        let held = Set(texts + [present].compactMap(\.self))
        let heads = model.oracle.open(at: place).union([model.oracle.present(at: place)].compactMap(\.self))
        coverage.count("write arrived twice")
        return heads.isSubset(of: held)
            && held.allSatisfy { text in
                texts.count { $0 == text } <= model.oracle.arrivals(of: text, at: place)
            }
    }

    // MARK: Erasures

    /// What an erasure reaches is no longer the oracle's.
    private func noteErasures(_ set: ChangeSet) throws {
        let targets = set.changes.filter { change in change.writes.contains { $0.path == .erased } }.map(\.id)
        guard !targets.isEmpty else { return }
        try catchUp()
        // Whoever asks again is told that it is so: nothing more goes.
        for target in targets where !model.erased.contains(target) {
            let isRoot = units.unit(of: target) == target
            if isRoot {
                model.leftBefore[target] = (model.entered[target] ?? []).filter { id in
                    units.unit(of: id).map { $0 != target } ?? false
                }
            }
            var reached = isRoot ? units.records(ofUnit: target) : [target]
            let waiting = model.handedUnder.filter { reached.contains($0.value) && units.unit(of: $0.key) == nil }
            reached.formUnion(waiting.keys)
            noteErased(reached)
        }
        coverage.count("erased")
    }

    private func noteErased(_ reached: Set<RecordID>) {
        model.erased.formUnion(reached)
        model.erasedCodes.formUnion(reached.compactMap { model.codes[$0] })
        for id in reached { model.oracle.forget(record: id) }
    }

    /// What hangs in a backup on somebody who was erased goes with them once more, but for who had gone over to another.
    func noteErasuresDoneAgain() {
        for (root, left) in model.leftBefore {
            let reached = units.records(ofUnit: root).subtracting(left)
            if !reached.isSubset(of: model.erased) { coverage.count("restore erased more") }
            noteErased(reached)
        }
    }

    /// Which units a set puts records into.
    private func noteUnits(of set: ChangeSet) {
        for change in set.changes {
            let root = schemas.server[change.collection]?.rootField.map { FieldPath($0) }
            for write in change.writes where write.path == root {
                guard let unit = write.value?.text.flatMap({ RecordID($0) }) else { continue }
                model.entered[unit, default: []].insert(change.id)
            }
        }
    }

    // MARK: Lives

    static func deleted(_ db: Database) throws -> Set<RecordID> {
        Set(
            try Data.fetchAll(db.cachedStatement(sql: "SELECT id FROM record WHERE deleted = 1"))
                .compactMap { RecordID(bytes: $0) })
    }

    /// I6: what was deleted comes back only with a set that writes to its unit.
    private func noteLives(touchedBy set: ChangeSet) throws {
        if set.changes.contains(where: { $0.isCreating && model.removed.contains($0.id) }) { try noteRemoved() }
        let (deleted, units) = try service.file.read { db in
            (
                try Self.deleted(db), try Set(set.changes.map { try ServerRows(db).unit(of: $0.id) ?? $0.id })
            )
        }
        for revived in model.deleted.subtracting(deleted).subtracting(model.removed) {
            let unit = try service.file.read { try ServerRows($0).unit(of: revived) ?? revived }
            guard units.contains(unit) else {
                throw SimulationFailure(law: "I6", detail: "\(revived) came back by itself")
            }
            coverage.count("record revived")
        }
        model.deleted = deleted
    }
}
