import GRDB
import WaybookModel
import WaybookStore

extension SecurityLedger {
    /// Where the file keeps how far it has the ledger: what was decided otherwise since is not decided back.
    static let markKey = "ledger"

    /// Brings the file to what the ledger says: after an older backup was put back, revoked devices are revoked, disabled
    /// users disabled, passwords the new ones, roles and teams as they were decided, units with those who answer for them, and
    /// people who were erased are erased. Only lines behind the file's mark are applied, all of them where the mark is none of
    /// this ledger's. Applying it twice changes nothing the second time. Call it before anybody is served.
    ///
    /// People, devices and teams that the file does not know are added. Of units that it does not know it is kept who answers
    /// for them, for the day on which they come back.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - schema: tells what of erased records stays.
    /// - Returns: how many things were brought up to date; an audit entry tells it where there are any.
    @discardableResult
    public func apply(_ db: Database, schema: Schema, now: Int64) throws -> Int {
        let rows = ServerRows(db)
        let (mark, present) = (try rows.text(Self.markKey), mark)
        guard mark != present else { return 0 }
        // A clock that ran ahead when a line was written must not date what is done now into the future.
        let facts = try facts(after: mark).map { (at: min($0.at, now), fact: $0.fact) }
        var (latest, access) = (LatestFacts(), RestoredAccess())
        for (at, fact) in facts {
            latest.take(fact, at: at)
            access.take(fact, at: at)
        }
        // People before what names them: devices, orders, roles, those who answer for units.
        var changes = try latest.applyPeople(db)
        for (at, fact) in facts where try Self.applyDevice(fact, db, at: at) { changes += 1 }
        changes += try latest.apply(db)
        // Whoever held a unit in between is among those who must confirm that it was erased.
        try access.noteHolders(db, now: now)
        let extents = ErasureExtent.all(in: facts.lazy.map(\.fact))
        for (_, fact) in facts where try Self.applyErasure(fact, extents, db, schema: schema, now: now) { changes += 1 }
        let isContinuation = try mark.map { try $0.isEmpty || follows($0) } ?? true
        changes += try access.apply(db, schema: schema, isContinuation: isContinuation, now: now)
        try rows.set(Self.markKey, present)
        if changes > 0 { try Audit(db).note(.restored, at: now, detail: [.count: .int(Int64(changes))]) }
        return changes
    }

    private static func applyDevice(_ fact: SecurityFact, _ db: Database, at: Int64) throws -> Bool {
        switch fact {
        case .deviceAdded(let device): return try device.apply(db, at: at)
        case .device(let replica, let user, let issued, let order):
            return try apply(db, order, to: replica, user, issued, at: at)
        case .token(let token): return try token.apply(db, now: at)
        case .timeline(let timeline, _):
            // Not of what holds, but of what was: it is counted by nobody.
            _ = try TimelineTable(db).add(timeline)
            return false
        default: return false
        }
    }

    private static func applyErasure(
        _ fact: SecurityFact, _ extents: [ErasureExtent.Key: ErasureExtent], _ db: Database, schema: Schema, now: Int64
    ) throws -> Bool {
        guard case .erased(let request, let unit, let collection, let stamp) = fact else { return false }
        let extent = extents[ErasureExtent.Key(record: request.record, stamp: stamp)]
        return try ErasureWriter(db, schema: schema, now: now).perform(
            RepeatedErasure(request: request, unit: unit, collection: collection, stamp: stamp, extent: extent))
    }

    private static func apply(
        _ db: Database, _ order: DeviceOrder, to replica: ReplicaID, _ user: UserID, _ issued: Int64, at: Int64
    ) throws -> Bool {
        let directory = Directory()
        guard let device = try directory.device(db, replica: replica), device.user == user, device.issued == issued
        else { return false }
        switch order {
        case .wipeAfterUpload:
            guard device.revoked == nil, device.wipeAfterUpload == nil else { return false }
            try directory.orderLastUpload(db, replica: replica, now: at)
        case .revoke, .wipe:
            let wipes = order == .wipe
            guard device.revoked == nil || (wipes && device.wipeOrdered == nil) else { return false }
            try directory.revoke(db, replica: replica, orderingWipe: wipes, now: at)
        }
        return true
    }
}
