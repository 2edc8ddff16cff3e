import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookTerminal

/// `waybook-server audit`.
struct AuditCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "audit", abstract: Texts.Help.serverAudit(Speech.language),
            subcommands: [AuditListCommand.self, AuditRetentionCommand.self])
    }
}

/// `waybook-server audit list`.
struct AuditListCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: Texts.Help.serverAuditList(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Option(help: ArgumentHelp(Texts.HelpOptions.auditWho(Speech.language), valueName: "email"))
    var who: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.auditWhat(Speech.language), valueName: "kind"))
    var what: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.auditSince(Speech.language), valueName: "date"))
    var since: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.auditUntil(Speech.language), valueName: "date"))
    var until: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.auditLimit(Speech.language)))
    var limit = 100

    func run() async throws {
        var arguments = ["limit": String(max(0, limit))]
        arguments["email"] = who
        arguments["what"] = what
        arguments["since"] = try since.map { String(try Self.day($0).milliseconds) }
        arguments["until"] = try until.map { String(try Self.day($0).milliseconds + 86_400_000) }
        let entries = try await options.perform(AdminCommand("audit.list", arguments))
        let language = Speech.language
        var table = TextTable([
            .init(Texts.Words.time(language)), .init(Texts.Audit.what(language)), .init(Texts.Words.who(language)),
            .init(Texts.Words.device(language)), .init(Texts.Audit.about(language)),
            .init(Texts.Audit.detail(language)),
        ])
        for entry in entries.elements?.compactMap(\.entries) ?? [] { table.append(Self.cells(entry, language)) }
        try options.write(entries, table)
    }

    private static func day(_ text: String) throws -> Instant {
        guard let instant = Instant(text + "T00:00:00.000Z") else {
            throw CommandFailure("date-invalid", Texts.Audit.dateInvalid(date: text), status: .usage)
        }
        return instant
    }

    private static func cells(_ entry: [String: Value], _ language: Language) -> [String] {
        let what = entry["what"]?.text ?? ""
        // `2026-11-21T20:31:47.123Z` without its thousandths.
        let time = Instant(milliseconds: entry["at"]?.integer ?? 0).description
        let who = entry["email"]?.text ?? entry["who"]?.text
        let replica = entry["replica"]?.integer.map { String($0) }
        let isLocal = who == nil && replica == nil && what != AuditKind.signInFailed.rawValue
        let detail = (entry["detail"]?.entries ?? [:]).sorted { $0.key < $1.key }.map { key, value in
            "\(key)=\(value.text ?? CanonicalJSON.text(value))"
        }
        return [
            time.prefix(10) + " " + time.dropFirst(11).prefix(8), Self.text(what)(language),
            isLocal ? Texts.Audit.onServer(language) : who ?? "",
            entry["device"]?.text ?? replica ?? "", Self.about(entry["about"]?.entries ?? [:]),
            detail.joined(separator: " "),
        ]
    }

    private static func about(_ subject: [String: Value]) -> String {
        let id = subject["id"]?.text ?? ""
        return subject["email"]?.text ?? subject["name"]?.text.map { "\($0) (\(id))" } ?? id
    }

    /// What an entry tells, in words; the name itself of a kind that this program does not know.
    private static func text(_ name: String) -> LocalizedText {
        switch AuditKind(rawValue: name) {
        case .signedIn: Texts.Audit.signedIn
        case .signInFailed: Texts.Audit.signInFailed
        case .signedOut: Texts.Audit.signedOut
        case .tokenRenewed: Texts.Audit.tokenRenewed
        case .tokenReused: Texts.Audit.tokenReused
        case .userAdded: Texts.Audit.userAdded
        case .userChanged: Texts.Audit.userChanged
        case .userDisabled: Texts.Audit.userDisabled
        case .userEnabled: Texts.Audit.userEnabled
        case .passwordChanged: Texts.Audit.passwordChanged
        case .userInvited: Texts.Audit.userInvited
        case .invitationAccepted: Texts.Audit.invitationAccepted
        case .roleChanged: Texts.Audit.roleChanged
        case .teamChanged: Texts.Audit.teamChanged
        case .refused: Texts.Audit.refused
        case .granted: Texts.Audit.granted
        case .revoked: Texts.Audit.revoked
        case .assigned: Texts.Audit.assigned
        case .conflictResolved: Texts.Audit.conflictResolved
        case .deviceForked: Texts.Audit.deviceForked
        case .deviceRevoked: Texts.Audit.deviceRevoked
        case .wipeOrdered: Texts.Audit.wipeOrdered
        case .wipeTold: Texts.Audit.wipeTold
        case .exported: Texts.Audit.exported
        case .erasureRequested: Texts.Audit.erasureRequested
        case .erasureDone: Texts.Audit.erasureDone
        case .backedUp: Texts.Audit.backedUp
        case .restored: Texts.Audit.restored
        case .witnessAccepted: Texts.Audit.witnessAccepted
        case .witnessDropped: Texts.Audit.witnessDropped
        case .healingClosed: Texts.Audit.healingClosed
        case .settingChanged: Texts.Audit.settingChanged
        case .retained: Texts.Audit.retained
        case nil: LocalizedText(en: "\(name)", zh: "\(name)")
        }
    }
}

/// `waybook-server audit retention [DAYS]`.
struct AuditRetentionCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "retention", abstract: Texts.Help.serverAuditRetention(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.auditDays(Speech.language)))
    var days: Int?

    func run() async throws {
        let done = try await options.perform(
            AdminCommand("audit.retention", days.map { ["days": String($0)] } ?? [:]))
        let language = Speech.language
        var sentences = [Texts.Audit.kept(days: Int(clamping: done.entries?["days"]?.integer ?? 0))(language)]
        if let removed = done.entries?["removed"]?.integer, removed > 0 {
            sentences.append(Texts.Audit.removed(count: Int(clamping: removed))(language))
        }
        try options.write(done, sentences)
    }
}
