import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookTerminal

/// `waybook whoami`
struct WhoamiCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "whoami", abstract: Texts.Help.whoami.spoken)
    }

    @OptionGroup var options: StoreOptions

    func run() async throws {
        guard let session = try CommandScene.current.folder(options.store).session() else {
            throw WorkspaceError(.notSignedIn)
        }
        let reporter = options.reporter
        try reporter.json(
            .object([
                "device": .string(session.device), "email": .string(session.email), "name": .string(session.name),
                "replica": .int(Int64(session.replica.number)), "server": .string(session.server.text),
                "user": .string(session.user.description),
            ]))
        try reporter.say(
            Texts.Session.whoami(
                user: "\(session.name) <\(session.email)>", server: session.server.text, device: session.device))
    }
}
