import WaybookCRM
import WaybookModel

/// Says moments and devices to people.
enum Moments {
    /// `2026-11-21 20:31`, on the clocks of a zone.
    static func text(_ milliseconds: Int64, zone: Zone) -> String {
        let wall = zone.wallTime(at: Instant(milliseconds: milliseconds))
        return "\(wall.date) \(wall.clock())"
    }

    /// Another device, of which only the number is known; or the server, which settles.
    static func replica(_ replica: ReplicaID) -> String {
        replica.isServer
            ? Texts.Words.theServer.spoken : Texts.Words.otherDevice(number: Int(replica.number & 0xFF_FFFF)).spoken
    }
}
