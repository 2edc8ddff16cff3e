import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTerminal

/// `waybook sync log`
struct SyncLogCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "log", abstract: Texts.Help.syncLog.spoken)
    }

    @Option(help: ArgumentHelp(Texts.HelpOptions.limit.spoken, valueName: "count"))
    var limit = 50

    @OptionGroup var options: StoreOptions

    func run() async throws {
        let workspace = try options.openForUpkeep()
        let entries = try workspace.store.syncLog(limit: max(1, limit))
        let reporter = options.reporter
        try reporter.json(.list(entries.map { Self.json($0, isLocked: workspace.isLocked) }))
        guard !entries.isEmpty else { return try reporter.say(Texts.Sync.logEmpty) }
        let book = RecordBook(workspace)
        for entry in entries {
            let time = Moments.text(entry.atMilliseconds, zone: reporter.scene.zone)
            try reporter.say("\(time)  \(Self.text(entry, book).spoken)")
        }
    }

    private static func text(_ entry: SyncLogEntry, _ book: RecordBook) -> LocalizedText {
        let collection = entry.collection ?? ConflictRecord.collection
        let kind = FieldWording.kind(collection)
        let name = entry.record.map { Self.name(of: $0, entry, book) } ?? ""
        let number = Int(clamping: entry.number ?? 0)
        switch entry.kind {
        case .arrived:
            return entry.record == nil
                ? Texts.Sync.logCame(count: entry.count) : Texts.Sync.logCameOne(kind: kind, record: name)
        case .changed:
            return entry.record == nil
                ? Texts.Sync.logChanged(count: entry.count) : Texts.Sync.logChangedOne(kind: kind, record: name)
        case .accepted: return Texts.Sync.logAccepted(count: entry.count, through: number)
        case .settled: return Texts.Sync.logSettled(number: number, record: name)
        case .restamped: return Texts.Sync.logRestamped(number: number, record: name)
        case .refused: return Texts.Sync.logRefused(number: number, record: name)
        case .handedOver: return Texts.Sync.logHandedOver(number: number, record: name)
        case .quarantined: return Texts.Sync.logQuarantined(number: number, record: name)
        case .renumbered: return Texts.Sync.logRenumbered(number: number)
        case .completed: return Texts.Sync.logCompleted(number: number)
        case .begunAfresh: return Texts.Sync.logBegunAfresh
        case .rewound: return Texts.Sync.logRewound(count: entry.count)
        case .cameLate: return Texts.Sync.logCameLate(time: Instant(milliseconds: entry.number ?? 0).description)
        case .witnessGivenUp: return Texts.Sync.logWitnessGivenUp(count: entry.count)
        case .mended: return Texts.Sync.logMended(count: entry.count)
        case .gone: return Texts.Sync.logGone(count: entry.count)
        case .movedAway, .departed: return left(entry, kind, name, book)
        case .erased: return Texts.Privacy.logErased(count: entry.count)
        case .shredded: return Texts.Privacy.logShredded(count: entry.count)
        }
    }

    /// The name of a line's record. Of what left and is not here again, a card of the pool may tell it; else it went.
    private static func name(of id: RecordID, _ entry: SyncLogEntry, _ book: RecordBook) -> String {
        if book.isLocked { return Texts.Lease.hidden.spoken }
        let collection = entry.collection ?? ConflictRecord.collection
        guard entry.cause != nil, book.title(collection, id) == nil else { return book.name(collection, id) }
        let short = RecordBook.short(id)
        let card = RecordQuery(
            CustomerCard.shape.name, filter: .compare(FieldSelector("customer"), .equal, .string(id.description)),
            limit: 1)
        let name = (try? book.workspace.store.list(card))?.first.flatMap { View<CustomerCard>($0.record).name }
        return name ?? Texts.Access.nameLeft(record: short).spoken
    }

    private static func left(
        _ entry: SyncLogEntry, _ kind: String, _ name: String, _ book: RecordBook
    ) -> LocalizedText {
        guard let cause = entry.cause else { return Texts.Access.movedAway(count: entry.count) }
        let isOwnClaim = cause.reason == .claimed && cause.by == book.workspace.session.user
        let by = isOwnClaim || book.isLocked ? "" : cause.by.map { book.name(DirectoryRecord.user, $0) } ?? ""
        let time = Moments.text(cause.atMilliseconds, zone: book.scene.zone)
        if entry.kind == .movedAway { return Texts.Access.movedAwayOne(kind: kind, record: name, by: by, time: time) }
        return Texts.Access.departed(
            kind: kind, record: name, count: entry.count,
            reason: (isOwnClaim ? Texts.Access.claimedByYou : reason(cause.reason)).spoken,
            by: by, time: time, note: book.isLocked ? "" : PlainText.of(cause.note ?? ""))
    }

    private static func reason(_ reason: DepartureReason) -> LocalizedText {
        switch reason {
        case .assigned: Texts.Access.assigned
        case .claimed: Texts.Access.claimed
        case .unshared: Texts.Access.unshared
        case .pool: Texts.Access.pool
        case .team: Texts.Access.team
        case .role: Texts.Access.role
        case .closed, .moved: Texts.Access.closed
        }
    }

    private static func json(_ cause: DepartureCause?, isLocked: Bool) -> JSONOutput {
        guard let cause else { return .null }
        let (by, note) = isLocked ? (nil, nil) : (cause.by, cause.note)
        return .object([
            "at": .string(Instant(milliseconds: cause.atMilliseconds).description),
            "by": by.map { .string($0.description) } ?? .null, "note": note.map { .string($0) } ?? .null,
            "reason": .string(cause.reason.rawValue),
        ])
    }

    /// - Parameter isLocked: whether what tells of records is left out.
    private static func json(_ entry: SyncLogEntry, isLocked: Bool) -> JSONOutput {
        let record = isLocked ? nil : entry.record
        return .object([
            "at": .string(Instant(milliseconds: entry.atMilliseconds).description), "count": .int(Int64(entry.count)),
            "departure": json(entry.cause, isLocked: isLocked), "id": record.map { .string($0.description) } ?? .null,
            "kind": .string(entry.kind.rawValue),
            "number": entry.number.map { .int($0) } ?? .null,
            "of": entry.collection.map { .string($0.text) } ?? .null,
        ])
    }
}
