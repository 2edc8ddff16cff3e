import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookTerminal

/// `waybook status`
struct StatusCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "status", abstract: Texts.Help.status.spoken)
    }

    /// Below this a clock counts as right.
    private static let exactMilliseconds: Int64 = 1_500
    /// Beyond this a clock counts as wrong (`protocol/4-exchange.md#re-stamping`).
    private static let wrongMilliseconds: Int64 = 120_000

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let workspace = try options.openForUpkeep()
        let status = try workspace.store.status()
        let lease = try workspace.lease()
        let isDisabled = try workspace.isAccountDisabled()
        let reporter = options.reporter
        try reporter.json(Self.json(status, lease, workspace.session, isDisabled: isDisabled))
        let rows = rows(status, workspace)
        let width = rows.map { DisplayWidth.of($0.label) }.max() ?? 0
        try reporter.lines(
            rows.map { row in
                PlainText.of(DisplayWidth.padded(row.label, to: width) + "  " + row.value)
            })
        for hint in Self.hints(status) { try reporter.say(hint) }
        if isDisabled { try reporter.say(Texts.Exchange.disabled) }
        options.warn(of: lease)
        if lease.isEnded { reporter.note(Texts.Lease.ended(days: lease.days)) }
    }

    private func rows(_ status: ClientStatus, _ workspace: Workspace) -> [(label: String, value: String)] {
        let session = workspace.session
        let unsent =
            status.unsentSets == 0 ? Texts.Status.allSent : Texts.Status.unsentSets(count: status.unsentSets)
        return [
            (Texts.Status.signedInAs.spoken, "\(session.name) <\(session.email)>"),
            (Texts.Status.server.spoken, session.server.text), (Texts.Status.store.spoken, workspace.folder.path),
            (Texts.Status.records.spoken, Self.completeness(status)), (Texts.Status.unsent.spoken, unsent.spoken),
            (Texts.Status.rejected.spoken, String(status.rejectedSets)),
            (Texts.Status.conflicts.spoken, String(status.openConflicts)),
            (Texts.Status.lastSync.spoken, Self.lastSync(status, workspace)),
            (Texts.Status.clock.spoken, Self.clock(status)),
            (Texts.Status.searchIndex.spoken, Self.index(status)),
        ]
    }

    private static func completeness(_ status: ClientStatus) -> String {
        guard status.headSequence != nil else {
            return Texts.Status.recordsNeverSynced(present: status.recordCount).spoken
        }
        let held =
            status.readableCount.map { Texts.Status.completeness(present: status.heldCount, total: $0) }
            ?? Texts.Status.recordsUncounted(present: status.heldCount)
        return ([held] + [incompleteness(status)].compactMap { $0 }).map(\.spoken).joined(separator: "; ")
    }

    private static func incompleteness(_ status: ClientStatus) -> LocalizedText? {
        if let percent = status.pullPercent {
            return status.isPullingAfresh
                ? Texts.Status.freshPull(percent: percent) : Texts.Status.firstPull(percent: percent)
        }
        guard !status.isComplete, let head = status.headSequence else { return nil }
        return Texts.Status.notReadYet(read: Int(clamping: status.storedSequence), head: Int(clamping: head))
    }

    private static func lastSync(_ status: ClientStatus, _ workspace: Workspace) -> String {
        guard let last = status.lastSyncMilliseconds else { return Texts.Words.never.spoken }
        let seconds = (workspace.now.milliseconds - last) / 1_000
        let time = Moments.text(last, zone: CommandScene.current.zone)
        return "\(Texts.Words.ago(seconds: Int(clamping: max(0, seconds))).spoken) (\(time))"
    }

    private static func clock(_ status: ClientStatus) -> String {
        guard let offset = status.clockOffsetMilliseconds else { return Texts.Words.unknown.spoken }
        if offset.magnitude < UInt64(exactMilliseconds) { return Texts.Status.clockExact.spoken }
        let seconds = Int(clamping: offset.magnitude / 1_000)
        return (offset > 0 ? Texts.Status.clockBehind(seconds: seconds) : Texts.Status.clockAhead(seconds: seconds))
            .spoken
    }

    private static func index(_ status: ClientStatus) -> String {
        let done = max(0, status.recordCount - status.unindexedCount)
        return Texts.Status.completeness(present: done, total: status.recordCount).spoken
    }

    private static func hints(_ status: ClientStatus) -> [LocalizedText] {
        var hints: [LocalizedText] = []
        if status.headSequence != nil, !status.isComplete { hints.append(Texts.Status.incompleteHint) }
        if status.rejectedSets > 0 { hints.append(Texts.Status.rejectedHint) }
        if status.openConflicts > 0 { hints.append(Texts.Status.conflictsHint) }
        if (status.clockOffsetMilliseconds ?? 0).magnitude > UInt64(wrongMilliseconds) {
            hints.append(Texts.Status.clockWarning)
        }
        return hints
    }

    private static func json(
        _ status: ClientStatus, _ lease: Lease, _ session: Session, isDisabled: Bool
    ) -> JSONOutput {
        .object([
            "accountDisabled": .bool(isDisabled),
            "clockOffsetMilliseconds": status.clockOffsetMilliseconds.map { .int($0) } ?? .null,
            "complete": .bool(status.isComplete), "conflicts": .int(Int64(status.openConflicts)),
            "headSequence": status.headSequence.map { .int($0) } ?? .null, "held": .int(Int64(status.heldCount)),
            "lease": .object([
                "days": .int(Int64(lease.days)), "ended": .bool(lease.isEnded), "since": .int(Int64(lease.daysSince)),
            ]),
            "lastSync": status.lastSyncMilliseconds.map { .string(Instant(milliseconds: $0).description) } ?? .null,
            "pull": status.pullPercent.map { _ in .string(status.isPullingAfresh ? "fresh" : "first") } ?? .null,
            "pullPercent": status.pullPercent.map { .int(Int64($0)) } ?? .null,
            "records": .int(Int64(status.recordCount)), "rejected": .int(Int64(status.rejectedSets)),
            "replica": status.replica.map { .int(Int64($0.number)) } ?? .null, "server": .string(session.server.text),
            "storedSequence": .int(status.storedSequence),
            "total": status.readableCount.map { .int(Int64($0)) } ?? .null,
            "unindexed": .int(Int64(status.unindexedCount)),
            "unsent": .int(Int64(status.unsentSets)), "user": .string(session.email),
        ])
    }
}
