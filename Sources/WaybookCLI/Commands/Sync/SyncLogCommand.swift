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
        try reporter.json(.list(entries.map(Self.json)))
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
        let name = entry.record.map { book.name(collection, $0) } ?? ""
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
        case .gone: return Texts.Sync.logGone(count: entry.count)
        case .movedAway: return Texts.Access.movedAway(count: entry.count)
        case .departed: return departed(entry, kind, name, book)
        case .erased: return Texts.Privacy.logErased(count: entry.count)
        case .shredded: return Texts.Privacy.logShredded(count: entry.count)
        }
    }

    private static func departed(
        _ entry: SyncLogEntry, _ kind: String, _ name: String, _ book: RecordBook
    ) -> LocalizedText {
        guard let departure = entry.departure else { return Texts.Access.movedAway(count: entry.count) }
        let isOwnClaim = departure.reason == .claimed && departure.by == book.workspace.session.user
        return Texts.Access.departed(
            kind: kind, record: name, count: entry.count,
            reason: (isOwnClaim ? Texts.Access.claimedByYou : reason(departure.reason)).spoken,
            by: isOwnClaim ? "" : departure.by.map { book.name(DirectoryRecord.user, $0) } ?? "",
            time: Moments.text(departure.atMilliseconds, zone: book.scene.zone),
            note: PlainText.of(departure.note ?? ""))
    }

    private static func reason(_ reason: DepartureReason) -> LocalizedText {
        switch reason {
        case .assigned: Texts.Access.assigned
        case .claimed: Texts.Access.claimed
        case .unshared: Texts.Access.unshared
        case .pool: Texts.Access.pool
        case .team: Texts.Access.team
        case .role: Texts.Access.role
        case .closed: Texts.Access.closed
        }
    }

    private static func json(_ departure: Departure?) -> JSONOutput {
        guard let departure else { return .null }
        return .object([
            "at": .string(Instant(milliseconds: departure.atMilliseconds).description),
            "by": departure.by.map { .string($0.description) } ?? .null,
            "note": departure.note.map { .string($0) } ?? .null, "reason": .string(departure.reason.rawValue),
        ])
    }

    private static func json(_ entry: SyncLogEntry) -> JSONOutput {
        .object([
            "at": .string(Instant(milliseconds: entry.atMilliseconds).description), "count": .int(Int64(entry.count)),
            "departure": json(entry.departure), "id": entry.record.map { .string($0.description) } ?? .null,
            "kind": .string(entry.kind.rawValue),
            "number": entry.number.map { .int($0) } ?? .null,
            "of": entry.collection.map { .string($0.text) } ?? .null,
        ])
    }
}
