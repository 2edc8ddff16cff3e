import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// What a device last told of itself.
public struct DeviceState: Sendable, Equatable {
    /// When, in milliseconds since 1970 by the server's clock.
    public var told: Int64
    /// When it last came to the end of an exchange.
    public var synced: Int64?
    /// Its change sets that the server has not judged.
    public var unsentSets: Int64?
    /// When the oldest of them was made.
    public var oldestUnsent: Int64?
    public var conflicts: Int64?
    public var client: String?
    /// The server's clock less the device's, milliseconds.
    public var offsetMilliseconds: Int64
    /// Departures up to this sequence are physically gone from its files.
    public var purgedSequence: Int64?
}

extension Directory {
    /// Notes what an exchange told of its device. Sets that were judged meanwhile no longer count as unsent.
    ///
    /// - Parameters:
    ///   - readThrough: what it had wholly read, by the token that it presented.
    ///   - offset: the server's clock less the device's, milliseconds, when the hello arrived.
    ///   - isComplete: whether the exchange came to its end.
    ///   - now: milliseconds since 1970.
    public func note(
        _ db: Database, _ hello: Hello, readThrough: Int64 = 0, offsetMilliseconds offset: Int64, isComplete: Bool,
        now: Int64
    ) throws {
        let judged = try ServerRows(db).replica(hello.replica)?.last ?? 0
        let unsent = max(0, hello.lastSet - judged)
        let oldest = unsent > 0 ? hello.told?.oldestMilliseconds.map { now - min(now, $0) } : nil
        try db.execute(
            sql: """
                INSERT INTO device_state (replica, told, synced, unsent, oldest, conflicts, client, offset, purged,
                    read)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                ON CONFLICT (replica) DO UPDATE SET told = excluded.told, synced = coalesce(excluded.synced, synced),
                    unsent = excluded.unsent,
                    oldest = iif(excluded.unsent > 0, coalesce(excluded.oldest, oldest), NULL),
                    conflicts = coalesce(excluded.conflicts, conflicts), client = coalesce(excluded.client, client),
                    offset = excluded.offset, purged = coalesce(excluded.purged, purged),
                    read = excluded.read
                """,
            arguments: [
                hello.replica.number, now, isComplete ? now : nil, unsent, oldest, hello.told?.conflicts,
                hello.told?.client, offset, hello.purgedSequence, readThrough,
            ])
    }

    /// What each device last told of itself.
    public func states(_ db: Database) throws -> [ReplicaID: DeviceState] {
        let rows = try Row.fetchAll(db, sql: "SELECT * FROM device_state")
        let pairs = rows.map { row in
            (
                ReplicaID(row["replica"]),
                DeviceState(
                    told: row["told"], synced: row["synced"], unsentSets: row["unsent"], oldestUnsent: row["oldest"],
                    conflicts: row["conflicts"], client: row["client"], offsetMilliseconds: row["offset"],
                    purgedSequence: row["purged"])
            )
        }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// The devices of a user, or all, as they are shown.
    ///
    /// - Parameter now: milliseconds since 1970.
    public func summaries(_ db: Database, of user: UserID? = nil, now: Int64) throws -> [(
        DirectoryDevice, DeviceSummary
    )] {
        let states = try states(db)
        return try devices(db, of: user).map { ($0, Self.summary($0, states[$0.replica], now: now)) }
    }

    private static func summary(_ device: DirectoryDevice, _ state: DeviceState?, now: Int64) -> DeviceSummary {
        let isOld = now - device.lastSeen >= unusedMilliseconds || now - device.issued >= lifetimeMilliseconds
        let standing: DeviceSummary.Standing =
            if device.revoked != nil {
                device.wipeOrdered == nil ? .revoked : .toldToWipe
            } else if device.wipeAfterUpload != nil { .wipesAfterUpload } else { isOld ? .expired : .active }
        let last = state?.synced ?? device.created
        return DeviceSummary(
            replica: device.replica, name: device.name, createdMilliseconds: device.created,
            lastSeenMilliseconds: device.lastSeen, lastSyncMilliseconds: state?.synced, unsentSets: state?.unsentSets,
            oldestUnsentMilliseconds: state?.oldestUnsent, conflicts: state?.conflicts, client: state?.client,
            offsetMilliseconds: state?.offsetMilliseconds, revokedMilliseconds: device.revoked, standing: standing,
            isStale: device.revoked == nil && now - last >= staleMilliseconds)
    }
}
