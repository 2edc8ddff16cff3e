import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server user list`.
struct UserListCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: Texts.Help.serverUserList(Speech.language))
    }

    @OptionGroup var options: CommandOptions

    func run() async throws {
        let users = try await options.perform(AdminCommand("user.list"))
        let language = Speech.language
        var table = TextTable([
            .init(Texts.Words.email(language)), .init(Texts.Words.name(language)), .init(Texts.Words.state(language)),
            .init(Texts.Server.role(language)), .init(Texts.Words.device(language), isNumeric: true),
        ])
        for user in users.elements?.compactMap(\.entries) ?? [] {
            let state =
                if user["disabled"]?.integer != nil {
                    Texts.Server.userStateDisabled
                } else {
                    user["password"]?.boolean == false ? Texts.Invitations.waiting : Texts.Server.userStateActive
                }
            let role = user["role"]?.text ?? ""
            table.append([
                user["email"]?.text ?? "", user["name"]?.text ?? "", state(language),
                Role(rawValue: role)?.label.text(in: language) ?? role,
                String(user["devices"]?.integer ?? 0),
            ])
        }
        try options.write(users, table)
    }
}
