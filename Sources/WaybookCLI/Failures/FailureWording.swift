import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookTerminal

/// The one place where errors become sentences and exit codes.
enum FailureWording {
    /// The failure that an error is to a person; nil for what ArgumentParser says itself.
    static func failure(_ error: any Error) -> CommandFailure? {
        switch error {
        case let failure as CommandFailure: failure
        case let error as WorkspaceError: workspace(error)
        case let error as StoreFileError: file(error)
        case let error as ClientStoreError: store(error)
        case let problem as InputProblem: input(problem, nil)
        case let problem as ImportFileProblem: CommandFailure("file-unreadable", problem.text)
        case let problem as MappingProblem:
            CommandFailure("columns-unclear", problem.text, hint: problem.hint, status: .usage)
        case let fault as ServerAddress.Fault: address(fault)
        case is CancellationError: CommandFailure("cancelled", Texts.Failure.cancelled)
        default:
            parserSays(error)
                ? nil : CommandFailure("unexpected", Texts.Failure.unexpected(detail: "\(type(of: error))"))
        }
    }

    /// Whether an error is ArgumentParser's own: its types are not public, but for those that ask for help.
    private static func parserSays(_ error: any Error) -> Bool {
        let name = String(reflecting: type(of: error))
        return name.hasPrefix("ArgumentParser") || name.hasPrefix("ArgumentParserToolInfo")
    }

    private static func address(_ fault: ServerAddress.Fault) -> CommandFailure {
        switch fault {
        case .malformed:
            CommandFailure("address-invalid", Texts.Session.serverAddressInvalid(address: ""), status: .usage)
        case .plain:
            CommandFailure(
                "address-plain", Texts.Session.plainRefused, hint: Texts.Session.plainRefusedHint, status: .usage)
        }
    }

    private static func workspace(_ error: WorkspaceError) -> CommandFailure {
        switch error.code {
        case .notSignedIn:
            return CommandFailure("not-signed-in", Texts.Session.notSignedIn, hint: Texts.Session.notSignedInHint)
        case .sessionDamaged(let path):
            return CommandFailure(
                "session-damaged", Texts.Session.damaged(path: path), hint: Texts.Session.notSignedInHint)
        case .folderUnusable(let path): return CommandFailure("folder-unusable", Texts.Storage.notPermitted(path: path))
        case .fileExists(let path): return CommandFailure("file-exists", Texts.Failure.fileExists(path: path))
        case .fileUnwritable(let path, let reason):
            return CommandFailure("file-unwritable", Texts.Failure.fileUnwritable(path: path, reason: reason))
        case .authorityUnusable(let path):
            return CommandFailure("authority-unusable", Texts.Session.authorityUnusable(path: path))
        case .unsent(let sets, let owner):
            return keptWork(sets, of: owner)
        case .leaseEnded(let days):
            return CommandFailure("lease-ended", Texts.Lease.ended(days: days), hint: Texts.Lease.endedHint)
        case .syncRunning: return CommandFailure("sync-running", Texts.Sync.alreadyRunning)
        case .unreachable(let failure): return unreachable(failure, server: nil)
        case .refused(let problem): return Self.problem(problem, session: nil)
        case .notAServer(let status):
            return CommandFailure("not-a-server", Texts.Session.notAServer(status: String(status)))
        }
    }

    /// Why nobody else is signed in on a store that holds somebody's work.
    static func keptWork(_ work: KeptWork) -> CommandFailure { keptWork(work.count, of: work.owner) }

    private static func keptWork(_ sets: Int, of owner: String?) -> CommandFailure {
        CommandFailure(
            "unsent-work",
            owner.map { Texts.Session.loginRefused(user: $0, count: sets) }
                ?? Texts.Session.loginRefusedUnknown(count: sets), hint: Texts.Session.loginRefusedHint)
    }

    /// Why a server was not reached.
    static func unreachable(_ failure: ConnectionFailure?, server: String?) -> CommandFailure {
        let reason =
            switch failure {
            case .nameUnknown: Texts.Session.reasonNameUnknown
            case .refused: Texts.Session.reasonRefused
            case .timedOut: Texts.Session.reasonTimedOut
            case .certificate: Texts.Session.reasonCertificate
            case .hostName: Texts.Session.reasonHostName
            case .broken, nil: Texts.Session.reasonBroken
            }
        let text = server.map { Texts.Session.serverUnreachable(server: $0, reason: reason.spoken) }
        return CommandFailure(
            "unreachable", text ?? Texts.Session.unreachable(reason: reason.spoken), hint: Texts.Session.worksOffline)
    }

    private static func file(_ error: StoreFileError) -> CommandFailure {
        let path = error.context
        switch error.code {
        case .newerVersion:
            return CommandFailure(
                "store-newer", Texts.Storage.newerVersion(path: path), hint: Texts.Storage.newerVersionHint)
        case .notAStore, .wrongRole: return CommandFailure("store-missing", Texts.Storage.notFound(path: path))
        case .damaged:
            return CommandFailure(
                "store-damaged", Texts.Storage.damaged(path: path, detail: "SQLite"), hint: Texts.Storage.damagedHint)
        case .alteredMigration(let number):
            return CommandFailure(
                "store-damaged", Texts.Storage.damaged(path: path, detail: "migration \(number)"),
                hint: Texts.Storage.damagedHint)
        case .busy: return CommandFailure("store-busy", Texts.Storage.busy(path: path))
        case .diskFull: return CommandFailure("disk-full", Texts.Storage.diskFull(path: path))
        case .inaccessible:
            return CommandFailure(
                "folder-unusable", Texts.Storage.notPermitted(path: path, isReadOnly: error.isOnReadOnlyDisk))
        case .unconfirmedWrite, .notDurable, .closed, .inputOutput:
            return CommandFailure("store-failed", Texts.Failure.unexpected(detail: error.description))
        }
    }

    private static func store(_ error: ClientStoreError) -> CommandFailure {
        switch error {
        case .notSignedIn:
            CommandFailure("not-signed-in", Texts.Session.notSignedIn, hint: Texts.Session.notSignedInHint)
        case .damagedRow, .damagedSet:
            CommandFailure(
                "store-damaged", Texts.Storage.damaged(path: "store.db", detail: "\(error)"),
                hint: Texts.Storage.damagedHint)
        case .malformedName, .checkpointWentBack, .unexpectedVerdict:
            CommandFailure("unexpected", Texts.Failure.unexpected(detail: "\(error)"))
        }
    }
}
