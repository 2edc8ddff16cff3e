import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookStore
import WaybookTerminal

extension FailureWording {
    /// Words why a backup was not put back.
    static func restoring(_ error: any Error, folder: DataFolder, backup: String?) -> CommandFailure {
        let path = backup ?? folder.path
        let failure: CommandFailure
        var state: LocalizedText?
        switch error {
        case let restore as ServerRestore.Failure:
            failure = self.failure(restore, folder, path)
            if restore.isBeforeAnyChange { state = Texts.Server.restoreChangedNothing }
        default: failure = self.failure(error, path: path)
        }
        // Of an earlier run too: that one had changed something.
        let isHalf = folder.isHalfRestored
        if isHalf, failure.code != "restore-interrupted" { state = Texts.Server.restoreStillHalf }
        guard let state else { return failure }
        let hint = [failure.hint, state].compactMap { $0 }
        return CommandFailure(
            failure.code, failure.text, hint: LocalizedText(joining: hint), status: failure.status)
    }

    /// Words why no further timeline can begin.
    static func failure(_ failure: TimelineRaise.Failure, path: String) -> CommandFailure {
        switch failure {
        case .exhausted: CommandFailure("timelines-exhausted", Texts.Server.timelinesExhausted)
        case .otherWorkspace: CommandFailure("other-workspace", Texts.Server.restoreOtherWorkspace(path: path))
        }
    }

    private static func failure(
        _ failure: ServerRestore.Failure, _ folder: DataFolder, _ path: String
    ) -> CommandFailure {
        switch failure {
        case .faulty(let count):
            CommandFailure(
                "backup-faulty", Texts.Server.restoreFaulty(path: path, count: count),
                hint: Texts.Server.restoreFaultyHint(path: path))
        case .otherWorkspace: CommandFailure("other-workspace", Texts.Server.restoreOtherWorkspace(path: path))
        case .clockBehind(let milliseconds):
            CommandFailure(
                "clock-behind", Texts.Server.restoreClockBehind(minutes: Int(clamping: milliseconds / 60_000)),
                hint: Texts.Server.restoreClockBehindHint)
        case .isTheDatabase:
            CommandFailure(
                "is-the-database", Texts.Server.restoreIsTheDatabase(path: path),
                hint: Texts.Server.restoreIsTheDatabaseHint)
        case .changed: CommandFailure("backup-changed", Texts.Server.restoreChanged(path: path))
        case .interrupted:
            CommandFailure(
                "restore-interrupted", Texts.Server.restoreInterrupted(path: folder.path),
                hint: Texts.Server.restoreInterruptedHint)
        case .noDatabase: notInitialised(folder)
        case .refused(let number): CommandFailure("system", Texts.Server.systemRefused(number: Int(number)))
        }
    }
}

extension ServerRestore.Failure {
    /// Whether it is found before anything is changed.
    fileprivate var isBeforeAnyChange: Bool {
        switch self {
        case .faulty, .otherWorkspace, .clockBehind, .changed: true
        case .isTheDatabase, .interrupted, .noDatabase, .refused: false
        }
    }
}
