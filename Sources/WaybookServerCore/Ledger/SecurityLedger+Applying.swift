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
    /// People, devices, teams and units that the file does not know are left out: it knows nothing else of theirs.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - schema: tells what of erased records stays.
    /// - Returns: how many things were brought up to date; an audit entry tells it where there are any.
    @discardableResult
    public func apply(_ db: Database, schema: Schema, now: Int64) throws -> Int {
        var changes = 0
        var latest = LatestFacts()
        let rows = ServerRows(db)
        let (mark, present) = (try rows.text(Self.markKey), mark)
        guard mark != present else { return 0 }
        for (at, fact) in try facts(after: mark) {
            switch fact {
            case .device(let replica, let user, let issued, let order):
                if try Self.apply(db, order, to: replica, user, issued, at: at) { changes += 1 }
            case .token(let token): if try token.apply(db, now: at) { changes += 1 }
            // Not of what holds, but of what was: it is counted by nobody.
            case .timeline(let timeline, _): _ = try TimelineTable(db).add(timeline)
            case .erased(let request, let unit, let collection, let stamp):
                let writer = ErasureWriter(db, schema: schema, now: now)
                let isNew = try writer.repeatErasure(request, unit: unit, collection: collection, stamp: stamp)
                if isNew { changes += 1 }
            default: latest.take(fact, at: at)
            }
        }
        changes += try latest.apply(db, schema: schema, now: now)
        try rows.set(Self.markKey, present)
        if changes > 0 { try Audit(db).note(.restored, at: now, detail: [.count: .int(Int64(changes))]) }
        return changes
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
