import NIOCore
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookStore
import WaybookTerminal

/// The one place where the server's errors become sentences and exit codes.
enum FailureWording {
    static func notInitialised(_ folder: DataFolder) -> CommandFailure {
        CommandFailure("not-initialised", Texts.Server.notInitialised(path: folder.path))
    }

    /// Words any error; what it does not know has a sentence too.
    ///
    /// - Parameter path: the data folder, where it is known.
    static func failure(_ error: any Error, path: String? = nil) -> CommandFailure {
        switch error {
        case let failure as CommandFailure: failure
        case let failure as AdminFailure: self.failure(failure)
        case let error as StoreFileError: self.failure(error, path: path ?? error.context)
        case let error as SecurityLedgerError: self.failure(AdminFailure(error))
        case ReachedFile.Failure.refused(let number):
            CommandFailure(
                "system",
                Texts.Server.fileRefused(path: (path ?? "") + "/" + ReachedFile.fileName, number: Int(number)),
                hint: Texts.Server.fileRefusedHint)
        case let failure as ReachedFile.Failure: self.failure(AdminFailure(failure, path: path ?? ""))
        case let failure as TimelineRaise.Failure: self.failure(failure, path: path ?? "")
        case let failure as ServerBackup.Failure: self.failure(failure, path: path ?? "")
        case AdminSocketError.pathTooLong:
            CommandFailure(
                "path-too-long", Texts.Server.dataPathTooLong(limit: AdminSocket.maximumPathBytes), status: .usage)
        case AdminSocketError.alreadyServed:
            CommandFailure("already-serving", Texts.Server.alreadyServing(path: path ?? ""))
        case is AdminSocketError: CommandFailure("no-answer", Texts.Server.noAnswer)
        case let error as IOError:
            CommandFailure("system", Texts.Server.systemRefused(number: Int(error.errnoCode)))
        case is PasswordHashError: CommandFailure("password-hash", Texts.Server.passwordHashFailed)
        default: CommandFailure("server-failed", Texts.Server.failed(kind: "\(type(of: error))"))
        }
    }

    private static func failure(_ failure: AdminFailure) -> CommandFailure {
        let (code, subject) = (failure.code.rawValue, failure.subject)
        return switch failure.code {
        case .malformed: CommandFailure(code, Texts.Server.commandMalformed, status: .usage)
        case .invalidEmail: CommandFailure(code, Texts.Server.emailInvalid(email: subject), status: .usage)
        case .invalidName: CommandFailure(code, Texts.Server.nameInvalid, status: .usage)
        case .userExists: CommandFailure(code, Texts.Server.userExists(email: subject))
        case .userNotFound: CommandFailure(code, Texts.Server.userNotFound(email: subject))
        case .userDisabled: CommandFailure(code, Texts.Invitations.disabled(email: subject))
        case .teamExists: CommandFailure(code, Texts.Server.teamExists(team: subject))
        case .teamNotFound: CommandFailure(code, Texts.Server.teamNotFound(team: subject))
        case .teamCircle: CommandFailure(code, Texts.Server.teamCircle(team: subject))
        case .notMember: CommandFailure(code, Texts.Server.notMember(email: subject))
        case .invalidDay: CommandFailure(code, Texts.Server.dayInvalid(text: subject), status: .usage)
        case .deviceNotFound: CommandFailure(code, Texts.Server.deviceNotFound(device: subject))
        case .lastAdmin: CommandFailure(code, Texts.Server.lastAdmin(email: subject))
        case .backupExists: CommandFailure(code, Texts.Server.backupExists(path: subject))
        case .backupFailed: CommandFailure(code, Texts.Server.backupFailed(path: subject))
        case .backupNotWhole:
            CommandFailure(
                code, Texts.Server.backupNotWhole(path: subject), hint: Texts.Server.backupNotWholeHint)
        case .restoreInterrupted:
            CommandFailure(
                code, Texts.Server.restoreInterrupted(path: subject), hint: Texts.Server.restoreInterruptedHint)
        case .reachedDamaged:
            CommandFailure(code, Texts.Server.reachedDamaged(path: subject), hint: Texts.Server.reachedHint)
        case .reachedOther:
            CommandFailure(code, Texts.Server.reachedOther(path: subject), hint: Texts.Server.reachedHint)
        case .serverRunning: CommandFailure(code, Texts.Server.restoreServerRunning(path: subject))
        case .diskFull: CommandFailure(code, Texts.Storage.diskFull(path: subject))
        case .busy: CommandFailure(code, Texts.Storage.busy(path: subject))
        case .damaged: damaged(subject, "")
        case .ledgerDamaged:
            CommandFailure(
                code, Texts.Server.ledgerDamaged(line: subject), hint: Texts.Server.ledgerDamagedHint)
        case .ledgerFailed: CommandFailure(code, Texts.Server.ledgerFailed(number: subject))
        case .invalidValue: CommandFailure(code, Texts.Server.valueInvalid(value: subject), status: .usage)
        case .recordNotFound: CommandFailure(code, Texts.Privacy.recordUnknown(id: subject))
        case .notErasable: CommandFailure(code, Texts.Privacy.notErasable(kind: subject))
        case .witnessNotFound: CommandFailure(code, Texts.Healing.notHeld(what: subject))
        case .timelineNotPresent:
            CommandFailure(
                code, Texts.Healing.timelineNotPresent(timeline: subject), hint: Texts.Healing.timelineNotPresentHint)
        case .fileExists: CommandFailure(code, Texts.Failure.fileExists(path: subject))
        case .fileUnwritable: CommandFailure(code, Texts.Server.backupFailed(path: subject))
        case .failed: CommandFailure(code, Texts.Server.failed(kind: subject))
        }
    }

    /// Why a file cannot be taken for a backup.
    private static func failure(_ failure: ServerBackup.Failure, path: String) -> CommandFailure {
        switch failure {
        case .exists: self.failure(AdminFailure(.backupExists, path))
        case .notWritable: self.failure(AdminFailure(.backupFailed, path))
        case .notWhole: self.failure(AdminFailure(.backupNotWhole, path))
        case .notAWorkspace: CommandFailure("not-a-backup", Texts.Server.backupWithoutWorkspace(path: path))
        case .hasLog:
            CommandFailure(
                "backup-has-log", Texts.Server.backupHasLog(path: path), hint: Texts.Server.backupHasLogHint)
        case .otherLedger: CommandFailure("other-ledger", Texts.Server.backupOtherLedger(path: path))
        }
    }

    private static func failure(_ error: StoreFileError, path: String) -> CommandFailure {
        switch error.code {
        case .newerVersion:
            CommandFailure(
                "newer-version", Texts.Storage.newerVersion(path: path), hint: Texts.Storage.newerVersionHint)
        case .diskFull: CommandFailure("disk-full", Texts.Storage.diskFull(path: path))
        case .busy: CommandFailure("store-busy", Texts.Storage.busy(path: path))
        case .inaccessible:
            CommandFailure(
                "not-permitted", Texts.Storage.notPermitted(path: path, isReadOnly: error.isOnReadOnlyDisk))
        case .damaged(let damage): damaged(path, "\(damage)")
        default: CommandFailure("store-failed", Texts.Server.storeUnusable(path: path, detail: "\(error)"))
        }
    }

    private static func damaged(_ path: String, _ detail: String) -> CommandFailure {
        CommandFailure(
            "store-damaged", Texts.Server.storeDamaged(path: path, detail: detail),
            hint: Texts.Server.storeDamagedHint)
    }
}
