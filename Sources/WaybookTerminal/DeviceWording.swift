import WaybookCRM
import WaybookModel
import WaybookProtocol

/// A device in a row of a table, as both programs show it.
public enum DeviceWording {
    /// Below this a clock counts as right, milliseconds.
    private static let exactMilliseconds: UInt64 = 1_500

    public static func headings(_ language: Language) -> [TextTable.Heading] {
        [
            .init(Texts.Words.device(language)), .init(Texts.Devices.lastSync(language)),
            .init(Texts.Devices.unsent(language)), .init(Texts.Devices.conflicts(language), isNumeric: true),
            .init(Texts.Devices.version(language)), .init(Texts.Devices.clock(language)),
            .init(Texts.Words.state(language)),
        ]
    }

    /// - Parameter now: milliseconds since 1970.
    public static func cells(_ device: DeviceSummary, now: Int64, _ language: Language) -> [String] {
        func ago(_ time: Int64) -> String {
            Texts.Words.ago(seconds: Int(clamping: (now - time) / 1_000))(language)
        }
        let unsent = device.unsentSets.map { count in
            guard count > 0, let oldest = device.oldestUnsentMilliseconds else { return String(count) }
            return Texts.Devices.unsentSince(count: Int(clamping: count), age: ago(oldest))(language)
        }
        var state = standing(device.standing)(language)
        if device.isStale { state += language == .chinese ? "，" : ", " }
        if device.isStale { state += Texts.Devices.stale(language) }
        return [
            device.name, device.lastSyncMilliseconds.map(ago) ?? Texts.Words.never(language), unsent ?? "",
            device.conflicts.map { String($0) } ?? "", device.client ?? "",
            device.offsetMilliseconds.map { clock($0)(language) } ?? "", state,
        ]
    }

    private static func clock(_ offset: Int64) -> LocalizedText {
        if offset.magnitude < exactMilliseconds { return Texts.Status.clockExact }
        let seconds = Int(clamping: offset.magnitude / 1_000)
        return offset > 0 ? Texts.Status.clockBehind(seconds: seconds) : Texts.Status.clockAhead(seconds: seconds)
    }

    private static func standing(_ standing: DeviceSummary.Standing) -> LocalizedText {
        switch standing {
        case .active: Texts.Server.userStateActive
        case .expired: Texts.Devices.expired
        case .revoked: Texts.Server.deviceStateRevoked
        case .toldToWipe: Texts.Server.deviceStateWipe
        case .wipesAfterUpload: Texts.Devices.wipesAfterUpload
        }
    }
}
