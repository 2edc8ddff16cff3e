import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookProtocol
import WaybookSync
import WaybookTerminal

extension FailureWording {
    /// What a refusal of the server means to a person.
    static func problem(_ problem: Problem, session: Session?) -> CommandFailure {
        let code = problem.code.rawValue
        switch problem.code {
        case .retry: return CommandFailure(code, Texts.Exchange.retry, hint: Texts.Exchange.retryHint)
        case .slowDown: return CommandFailure(code, Texts.Exchange.slowDown(seconds: problem.retryAfterSeconds ?? 1))
        case .signIn:
            guard let session else { return CommandFailure(code, Texts.Session.passwordNotAccepted) }
            let hint = Texts.Session.signInAgainHint(server: session.server.text, user: session.email)
            return CommandFailure(code, Texts.Session.signInAgain, hint: hint)
        case .revoked: return CommandFailure(code, Texts.Exchange.revoked, hint: Texts.Exchange.revokedHint)
        case .wipe: return CommandFailure(code, Texts.Exchange.wipe)
        case .upgrade: return CommandFailure(code, Texts.Exchange.upgrade, hint: Texts.Exchange.upgradeHint)
        case .fixRecord: return CommandFailure(code, Texts.Exchange.requestNotUnderstood)
        case .tooLarge: return CommandFailure(code, Texts.Exchange.tooLarge(limit: Int(clamping: problem.maximum ?? 0)))
        case .gap: return CommandFailure(code, Texts.Exchange.gap(expected: Int(clamping: problem.expected ?? 0)))
        case .fork: return CommandFailure(code, Texts.Exchange.fork)
        case .timeline: return CommandFailure(code, Texts.Exchange.timeline)
        case .stale: return CommandFailure(code, Texts.Exchange.stale)
        case .erased: return CommandFailure(code, Texts.Exchange.erased(record: Texts.Words.record.spoken))
        case .quarantine: return CommandFailure(code, Texts.Exchange.quarantine, hint: Texts.Exchange.quarantineHint)
        case .serverFull: return CommandFailure(code, Texts.Exchange.serverFull, hint: Texts.Exchange.serverFullHint)
        }
    }

    /// Why a synchronisation stopped.
    static func stop(_ stop: SyncStop, _ result: SyncResult, session: Session) -> CommandFailure {
        switch stop {
        case .problem where result.report.isAccountDisabled:
            return CommandFailure("disabled", Texts.Exchange.disabled, hint: Texts.Exchange.disabledHint)
        case .unreachable: return unreachable(result.failure, server: session.server.text)
        case .later(let problem) where problem.code == .serverFull: return Self.problem(problem, session: session)
        case .later(let problem):
            return CommandFailure(
                "later",
                problem.retryAfterSeconds.map { Texts.Exchange.slowDown(seconds: $0) } ?? Texts.Exchange.retry,
                hint: Texts.Exchange.retryHint)
        case .problem(let problem), .timeline(let problem): return Self.problem(problem, session: session)
        case .otherServer:
            return CommandFailure("other-server", Texts.Sync.otherServer(server: session.server.text))
        case .invalidAnswer(let error):
            return CommandFailure(
                "answer-unreadable", Texts.Exchange.answerUnreadable(detail: "\(error)"),
                hint: Texts.Exchange.retryHint)
        case .cancelled: return CommandFailure("cancelled", Texts.Failure.cancelled)
        }
    }
}
