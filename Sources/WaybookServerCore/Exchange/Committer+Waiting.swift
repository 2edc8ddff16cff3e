import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// Sets that were made before the server was put back, about a record that is not back yet
/// (`protocol/4-exchange.md#old-sets`): kept, told of by items of the handover box, and judged once the record is there.
extension Committer {
    /// Keeps a set whose items were stored.
    mutating func wait(
        _ judge: SetJudge, of set: ChangeSet, for awaited: RecordID, by principal: ExchangePrincipal
    ) throws {
        // One that was not taken as it is was not surely made when it says.
        let isTimely = (judge.old?.stamp ?? set.stamp) == judge.stamp
        try WaitingTable(db).store(
            WaitingSet(
                awaits: awaited, principal: principal, set: set, stamp: judge.stamp.serverGiven,
                floor: isTimely ? judge.vettedFloor : nil, timeline: judge.old?.timeline,
                items: judge.work.linkedItems))
        mayMeetWaiting = true
    }

    /// Judges what waits for anything that came with this transaction, until nothing more comes by it.
    /// - Returns: what was committed by that; nil where nothing was.
    mutating func wake() throws -> PushResult? {
        guard mayMeetWaiting else { return nil }
        let table = WaitingTable(db)
        var result = PushResult()
        while !arrived.isEmpty || hasDirectoryChanged {
            let (ids, isEverybody) = (arrived, hasDirectoryChanged)
            (arrived, hasDirectoryChanged) = ([], false)
            for waiting in try isEverybody ? table.awaitingSight() : table.awaiting(ids) {
                news = CommitNews()
                for user in try judge(waiting)?.disabled ?? [] {
                    result.cutOff += try Directory().devices(db, of: user).map(\.replica)
                }
                result.news.add(news)
                result.hasChanges = true
            }
        }
        return result.hasChanges ? result : nil
    }

    /// Judges a set once more, by what its author may do now.
    private mutating func judge(_ waiting: WaitingSet) throws -> SetDeeds? {
        let table = WaitingTable(db)
        guard try !isDecided(waiting) else {
            try table.remove(waiting)
            return nil
        }
        var judge = try self.judge(of: waiting)
        let verdict = try judge.verdict()
        if case .rejected(let refusal) = verdict, refusal.isOfMissing, let awaited = refusal.record {
            var waiting = waiting
            waiting.awaits = awaited
            try table.store(waiting)
            return nil
        }
        try table.remove(waiting)
        switch verdict {
        case .accepted, .handover:
            try judge.closeWaitingItems()
            let deeds = try store(judge, of: waiting.set)
            if judge.isApplied {
                try noteApplied(judge, of: waiting.set)
                try HealingTable(db).noteBack(waiting.replica, on: presentNumber, items: waiting.items.count)
            }
            return deeds
        // Nothing of it can be done by itself: its items are there for somebody to decide.
        case .rejected, .quarantined: return nil
        }
    }

    /// Whether somebody has decided of any of its items meanwhile.
    private func isDecided(_ waiting: WaitingSet) throws -> Bool {
        try waiting.items.contains { item in
            guard let record = try rows.row(item)?.record, !record.isErased else { return false }
            return record[HandoverRecord.Field.status] != "open"
        }
    }

    private mutating func judge(of waiting: WaitingSet) throws -> SetJudge {
        let (set, organisation) = (waiting.set, try currentOrganisation())
        let author = SetJudge.Author(
            exchanger: try exchanger(waiting.principal, organisation),
            uploader: RecordID(waiting.principal.user), reader: try rows.reader(waiting.replica),
            vettedFloor: waiting.floor,
            organisation: { organisation })
        var judge = SetJudge(
            schema: schema, rows: rows, replica: waiting.replica, clock: clock, set: set, stamp: waiting.stamp,
            bases: try translatedBases(of: set), readThrough: try readThrough(of: set), sequence: sequence + 1,
            author: author, authorship: authorship)
        judge.old = waiting.timeline.map {
            OldSet(stamp: waiting.stamp, timeline: $0, ruled: RuledTable(db), mayHandOver: true)
        }
        judge.mayMeetErased = mayMeetErased
        judge.isRemoved = isRemoved
        for item in waiting.items {
            guard let about = try rows.row(item)?.record[HandoverRecord.Field.about]?.text.flatMap({ RecordID($0) })
            else { continue }
            judge.waitingItems[about] = item
        }
        return judge
    }

    /// Takes out of what waits what is about anybody who was erased.
    func forgetErasedInWaiting() throws {
        guard mayMeetWaiting else { return }
        let table = WaitingTable(db)
        for var waiting in try table.all() {
            let rest = try waiting.set.changes.filter { try isAboutNobodyErased($0) }
            guard rest.count < waiting.set.changes.count else { continue }
            // Its bytes are to go, though there may be no record of it.
            try rows.set(ErasureLog.purgeKey, sequence)
            (waiting.set.changes, waiting.set.note, waiting.set.resolves) = (rest, nil, [])
            if rest.isEmpty { try table.remove(waiting) } else { try table.store(waiting) }
        }
    }
}
