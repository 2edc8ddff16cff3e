import ArgumentParser
import Foundation
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookTerminal

/// `waybook-server user invite`: a code for a person who is there.
struct UserInviteCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "invite", abstract: Texts.Help.serverUserInvite(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.email(Speech.language)))
    var email: String

    func run() async throws {
        let code = NewCode()
        let done = try await options.perform(
            AdminCommand("user.invite", ["email": email, "invitation": code.hash]))
        try code.write(done, isAdding: false, options)
    }
}

/// A code that is made in the command's own process: the server that runs is told its hash alone.
struct NewCode {
    private let code: InvitationCode

    init() {
        var random = SystemRandomNumberGenerator()
        code = InvitationCode(random: &random)
    }

    /// The hash as a command's argument.
    var hash: String { code.hash.hexadecimal }

    /// Writes what became of it, with the code.
    func write(_ done: Value, isAdding: Bool, _ options: CommandOptions) throws {
        let entries = done.entries ?? [:]
        let wording = InvitationWording(
            name: entries["name"]?.text ?? "", email: entries["email"]?.text ?? "", role: entries["role"]?.text ?? "",
            isAdded: isAdding ? entries["added"]?.boolean ?? false : nil)
        let zone = CommandEnvironment.variables["TZ"].flatMap { Zone($0) } ?? Zone(TimeZone.current)
        try options.write(
            .map(entries.merging(["code": .string(code.text)]) { $1 }),
            wording.sentences(
                code: code.text, expires: entries["expires"]?.integer ?? 0, zone: zone, server: nil, Speech.language))
    }
}
