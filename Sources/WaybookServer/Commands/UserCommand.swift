import ArgumentParser
import WaybookCRM
import WaybookTerminal

/// `waybook-server user`.
struct UserCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "user", abstract: Texts.Help.serverUser(Speech.language),
            subcommands: [
                UserAddCommand.self, UserInviteCommand.self, UserListCommand.self, UserDisableCommand.self,
                UserEnableCommand.self,
                UserPasswordCommand.self, UserRoleCommand.self, UserEditCommand.self,
            ])
    }
}
