import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookStore

/// What an administrator is told of a server that was put back.
extension Administration {
    func showHealing() throws -> Value {
        let report = try file.read { try HealingReport($0) }
        let (back, asked) = report.back
        return [
            "asked": .int(asked),
            "awaited": .list(
                report.awaited.map { awaited in
                    [
                        "devices": .int(Int64(awaited.devices)), "record": .string(awaited.record.description),
                        "sets": .int(Int64(awaited.sets)), "there": .bool(awaited.isThere),
                    ]
                }),
            "awaitedRecords": .int(Int64(report.awaitedRecords)), "back": .int(back),
            "closed": report.closed.map { Self.value($0) } ?? .null,
            "devices": .list(report.devices.map { Self.value($0) }),
            "lateValues": .int(Int64(report.lateValues)),
            "lost": report.timeline?.lostCommits.map { .int($0) } ?? .null,
            "nobodys": report.nobodys.map { .int($0) } ?? .null, "timeline": .int(Int64(report.present)),
            "timelines": .list(report.timelines.map { Self.value($0) }), "trimmed": .int(report.trimmed),
            "witness": Self.value(report.witness),
        ]
    }

    private static func value(_ device: HealingReport.Device) -> Value {
        var value: [String: Value] = [
            "email": .string(device.email), "late": .bool(device.isLate), "name": .string(device.device.name),
            "replica": .int(Int64(device.device.replica.number)), "state": .string(device.state.rawValue),
            "synced": device.synced.map { .int($0) } ?? .null, "waiting": .int(Int64(device.waiting)),
        ]
        if let healing = device.healing {
            value["sent"] = [
                "answered": .int(healing.answered), "asked": .int(healing.asked), "back": .int(healing.back),
                "began": .int(healing.began), "ended": healing.ended.map { .int($0) } ?? .null,
                "first": .int(healing.first),
                "handed": .int(max(0, healing.handed - Int64(device.waitingItems))),
                "refused": .int(healing.refused), "through": .int(healing.through), "trimmed": .int(healing.trimmed),
            ]
        }
        return .map(value)
    }

    private static func value(_ closed: ClosedHealing) -> Value {
        [
            "cause": .string(closed.cause.rawValue), "closed": .int(closed.closed), "report": closed.report,
            "timeline": .int(Int64(closed.timeline)),
        ]
    }

    /// Ends a healing; one that was ended is told as it was.
    func closeHealing(_ command: AdminCommand) throws -> Value {
        let (now, typed) = (now(), command.arguments["timeline"] ?? "")
        guard let timeline = UInt8(typed) else { throw AdminFailure(.invalidValue, typed) }
        let done = try file.writeSecurity(ledger, now: now) { db in
            guard try TimelineTable(db).present() == timeline,
                let done = try HealingClosing(db).close(as: .command, schema: Catalogue.schema, now: now)
            else { throw AdminFailure(.timelineNotPresent, typed) }
            return (done, done.facts)
        }
        if done.news != CommitNews() { changed() }
        return Self.value(done.closed)
    }

    /// Tells after how many days a healing is ended by itself, or sets it.
    func healingDays(_ command: AdminCommand) throws -> Value {
        guard let typed = command.arguments["days"] else {
            return ["days": .int(Int64(try file.read { try ServerSettings($0).healingDays() }))]
        }
        guard let days = Int(typed), ServerSettings.healingRange.contains(days) else {
            throw AdminFailure(.invalidValue, typed)
        }
        let now = now()
        try file.write { db in
            let settings = ServerSettings(db)
            let before = try settings.healingDays()
            try settings.setHealing(days: days)
            guard before != days else { return }
            try Audit(db).note(
                .settingChanged, at: now,
                detail: [.name: "healing", .from: .int(Int64(before)), .to: .int(Int64(days))])
        }
        return ["days": .int(Int64(days))]
    }

    private static func value(_ witness: WitnessCount) -> Value {
        [
            "accepted": .int(Int64(witness.accepted)), "beyond": .int(Int64(witness.beyond)),
            "commits": .int(Int64(witness.commits)), "devices": .int(Int64(witness.tellers)),
            "dropped": .int(Int64(witness.dropped)), "records": .int(Int64(witness.records)),
            "values": .int(Int64(witness.values)),
        ]
    }

    private static func value(_ timeline: Timeline) -> Value {
        [
            "cause": .string(timeline.cause.rawValue), "fork": .int(timeline.fork),
            "lost": timeline.lostCommits.map { .int($0) } ?? .null, "number": .int(Int64(timeline.number)),
            "parent": .int(Int64(timeline.parent)), "reached": timeline.reached.map { .int($0) } ?? .null,
            "restored": .int(timeline.restored), "start": .int(timeline.start),
        ]
    }
}
