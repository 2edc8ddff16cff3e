import Foundation
import GRDB
import WaybookModel
import WaybookProtocol

/// Takes the server's verdicts on own sets into server rows, outbox and `rejected`, inside one transaction.
struct Answering {
    let tables: ClientTables
    let now: ClientTime
    private let isPullingAfresh: Bool
    private var plain = 0
    private var lastPlain: Int64 = 0
    private var restamped: Int64 = 0
    /// The last answered set once it was read, and the highest vetted stamp that was met: both stored at the end.
    private var answered: Int64?
    private var highest: Stamp?
    private var erasing: Erasing
    private var journaling: Journaling
    private var shredded = 0

    init(_ tables: ClientTables, now: ClientTime) throws {
        self.tables = tables
        self.now = now
        isPullingAfresh = try tables.isPullingAfresh()
        erasing = Erasing(tables, now: now)
        journaling = try Journaling(tables, now: now)
    }

    /// Takes one verdict. One that was taken before is passed over.
    mutating func take(_ number: Int64, _ verdict: Verdict) throws {
        let answered = try self.answered ?? tables.integer(.answered) ?? 0
        guard number > answered else { return }
        guard number == answered + 1, let (set, line, past) = try tables.takeSet(number) else {
            throw ClientStoreError.unexpectedVerdict(number)
        }
        switch verdict {
        case .rejected(let refusal) where Self.isKnown(verdict, past) && refusal.rule == .erased:
            // It is in the lists since the first time, and goes from there.
            if let id = refusal.record { try erasing.take(left: id) }
        case _ where Self.isKnown(verdict, past): break
        case .accepted(let given, let outcomes): try accept(set, given: given, outcomes: outcomes)
        case .rejected, .quarantined: try refuse(set, line: line, verdict)
        case .handover: try handOver(set)
        }
        // Of its clock the person was told the first time.
        if case .restamped = past?.answer, case .accepted(.some, _) = verdict { restamped -= 1 }
        try journaling.take(set, line: line, verdict, past: past)
        self.answered = number
    }

    /// Whether a set that had been refused, put aside or handed over before its server was put back is so again: then that
    /// is in the lists already. Of one that had been handed over and is refused now the item may be lost: it is on no list.
    private static func isKnown(_ verdict: Verdict, _ past: PastAnswer?) -> Bool {
        guard let past, !past.isShown else { return false }
        switch verdict {
        case .accepted: return false
        case .rejected, .quarantined: return past.answer != .handedOver
        case .handover: return true
        }
    }

    /// Writes what is said once for all verdicts: the last answered set, the log's line of plain ones, the clock.
    func finish() throws {
        if let answered { try tables.set(.answered, answered) }
        try journaling.finish()
        try erasing.finish()
        try finishShredding()
        var departing = Departing(tables, now: now)
        try departing.finish()
        if let highest { try tables.observe(vetted: highest) }
        if plain > 0 {
            try tables.log(.accepted, at: now.wallMilliseconds, number: lastPlain, count: plain)
        }
        guard restamped > 0 else { return }
        try tables.lowerClock()
        try tables.set(.restampedUntold, (try tables.integer(.restampedUntold) ?? 0) + restamped)
    }

    private mutating func accept(_ set: ChangeSet, given: Stamp?, outcomes: [OutcomeLine]) throws {
        let stamp = given ?? set.stamp
        observe(stamp)
        for change in set.changes {
            let told = outcomes.filter { $0.id == change.id }
            try apply(change, stamp: stamp, told: told)
        }
        let written = Set(set.changes.map(\.id))
        for id in Set(outcomes.map(\.id)).subtracting(written).sorted() {
            try join(outcomes.filter { $0.id == id }, into: id)
        }
        for outcome in outcomes {
            let present = outcome.present
            observe(present.stamp)
            try tables.note(
                .settled, outcome.id, path: outcome.path, value: present.value, stamp: present.stamp,
                at: now.wallMilliseconds)
        }
        try noteAccepted(set, given: given, isSettled: !outcomes.isEmpty)
    }

    private mutating func observe(_ stamp: Stamp) {
        highest = max(highest ?? stamp, stamp)
    }

    /// The writes as sent, under the set's stamp or the one given instead; where another outcome was told, that.
    private mutating func apply(_ change: Change, stamp: Stamp, told: [OutcomeLine]) throws {
        if told.isEmpty, try settleCreation(change, stamp: stamp) { return }
        guard var stored = try tables.load(change.id) else { return }
        var server = stored.server ?? VersionedRecord(id: change.id, collection: change.collection)
        for write in change.writes where !told.contains(where: { $0.path == write.path }) {
            Join.atom(Atom(value: write.value, stamp: stamp), at: write.path, into: &server)
        }
        try take(told, server, &stored)
        // A mark of erasure is on what the server has, and that is told with it; of what it has lost nothing comes back.
        if isPullingAfresh, !change.isErasure { try tables.noteTold(change.id) }
    }

    /// What nobody else has touched since it was made here stands as it is shown: the server's row is that from now on,
    /// under the set's stamp. So is nearly all of a first push, and nothing of it is read or written anew.
    /// - Returns: whether it was so.
    private func settleCreation(_ change: Change, stamp: Stamp) throws -> Bool {
        guard change.isCreating, !isPullingAfresh, change.writes.allSatisfy({ $0.value != nil }) else { return false }
        let settling = try HotStatement(
            tables.db,
            """
            UPDATE record SET stamps = ?1, server = NULL
            WHERE id = ?2 AND server = '' AND NOT EXISTS (SELECT 1 FROM touched WHERE touched.id = ?2)
            """)
        return try settling.run(.text(RecordEncoding.stamps(under: stamp)[...]), .identity(change.id)) > 0
    }

    private mutating func join(_ outcomes: [OutcomeLine], into id: RecordID) throws {
        guard var stored = try tables.load(id), let server = stored.server else { return }
        try take(outcomes, server, &stored)
        if isPullingAfresh { try tables.noteTold(id) }
    }

    private mutating func take(_ outcomes: [OutcomeLine], _ server: VersionedRecord, _ stored: inout StoredRow) throws {
        let mark = stored.server?.erasureFloor
        var server = server
        for outcome in outcomes { Join.atom(outcome.present, at: outcome.path, into: &server) }
        stored.server = server
        try tables.save(stored)
        try erasing.take(server, before: mark, wasHere: true)
    }

    private mutating func noteAccepted(_ set: ChangeSet, given: Stamp?, isSettled: Bool) throws {
        let record = set.changes.first
        if given != nil {
            restamped += 1
            try tables.run("INSERT OR IGNORE INTO issued (stamp) VALUES (?)", [set.stamp.description])
            try tables.log(
                .restamped, at: now.wallMilliseconds, record: record?.id, collection: record?.collection,
                number: set.number)
        } else if isSettled {
            try tables.log(
                .settled, at: now.wallMilliseconds, record: record?.id, collection: record?.collection,
                number: set.number)
        } else {
            plain += 1
            lastPlain = set.number
        }
    }

    /// The set goes to the `rejected` list; what is shown falls back by itself. What is about somebody who was erased goes
    /// instead, and of the set stays what is about others.
    private mutating func refuse(_ set: ChangeSet, line: Data, _ verdict: Verdict) throws {
        if case .rejected(let refusal) = verdict, refusal.rule == .erased, let id = refusal.record {
            try tables.noteErased(id)
        }
        let (erased, rest) = try erasing.parted(set)
        try shred(erased, of: set)
        guard !rest.changes.isEmpty || erased.isEmpty else { return }
        let told = verdict.withoutValues(of: Set(erased.map(\.id)))
        try tables.run(
            "INSERT INTO rejected (number, line, verdict, at) VALUES (?, ?, ?, ?)",
            [
                set.number, erased.isEmpty ? line : Data(ChangeSetLine.bytes(rest)), CanonicalJSON.text(told.value),
                now.wallMilliseconds,
            ])
        try noteRefused(rest)
        let record = set.changes.first
        try tables.log(
            verdict == .quarantined ? .quarantined : .refused, at: now.wallMilliseconds, record: record?.id,
            collection: record?.collection, number: set.number)
    }

    private mutating func shred(_ changes: [Change], of set: ChangeSet) throws {
        guard !changes.isEmpty else { return }
        shredded += 1
        for change in changes {
            guard let stored = try tables.load(change.id) else { continue }
            try tables.save(stored)
            // What was noted of the write when it was made.
            try tables.run(
                "DELETE FROM history WHERE id = ? AND stamp = ?", [change.id.blob, set.stamp.description])
        }
        try tables.run("INSERT OR IGNORE INTO issued (stamp) VALUES (?)", [set.stamp.description])
        try tables.notePurge()
    }

    private func finishShredding() throws {
        if try tables.hasUnsentErased() { try tables.noteUnsentErased() }
        guard shredded > 0 else { return }
        try tables.log(.shredded, at: now.wallMilliseconds, count: shredded)
        try tables.set(.erasedUntold, (try tables.integer(.erasedUntold) ?? 0) + Int64(shredded))
    }

    /// The server keeps the set for somebody to decide: it comes back as a record, to its author too.
    private func handOver(_ set: ChangeSet) throws {
        try noteRefused(set, isHandedOver: true)
        let record = set.changes.first
        try tables.log(
            .handedOver, at: now.wallMilliseconds, record: record?.id, collection: record?.collection,
            number: set.number)
    }

    private func noteRefused(_ set: ChangeSet, isHandedOver: Bool = false) throws {
        try tables.run("INSERT OR IGNORE INTO issued (stamp) VALUES (?)", [set.stamp.description])
        for change in set.changes {
            if let stored = try tables.load(change.id) {
                try tables.save(stored)
                // What the server does not let this replica hold goes with the last write over it, bytes and all.
                if stored.isNothing, !change.isCreating || isHandedOver { try tables.notePurge() }
            }
            // Of a record that is not here no history is kept.
            guard try tables.exists(change.id) else { continue }
            for write in change.writes {
                try tables.note(
                    .refused, change.id, path: write.path, value: write.value, stamp: set.stamp,
                    at: now.wallMilliseconds)
            }
        }
    }
}
