import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookStore
import WaybookTerminal

/// `waybook-server init`: makes a workspace with its first administrator.
struct InitCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "init", abstract: Texts.Help.serverInit(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Option(help: ArgumentHelp(Texts.HelpOptions.workspace(Speech.language)))
    var workspace: String
    @Option(help: ArgumentHelp(Texts.HelpOptions.admin(Speech.language), valueName: "email"))
    var admin: String
    @Option(help: ArgumentHelp(Texts.HelpOptions.personName(Speech.language)))
    var name: String?

    func run() async throws {
        let folder = options.folder
        let language = Speech.language
        guard let email = AccountEmail(admin) else { throw AdminFailure(.invalidEmail, admin) }
        // A path for which no server could open its socket is refused before anything is made.
        _ = try AdminSocket.path(inDataFolder: folder.path)
        if folder.hasStore, try isInitialised(folder) { throw alreadyInitialised(folder) }
        let hash = try NewPassword.hash(email: email.text, variable: "WAYBOOK_ADMIN_PASSWORD")
        do {
            try folder.initialise(
                workspace: workspace, admin: email, name: name ?? email.localPart, password: hash,
                now: SystemClock.now())
        } catch DirectoryError.invalidName {
            throw AdminFailure(.invalidName)
        } catch let error as DataFolder.InitialisationError {
            throw failure(error, folder)
        } catch let error as StoreFileError {
            throw FailureWording.failure(error, path: folder.path)
        }
        try options.write(
            ["admin": .string(email.text), "data": .string(folder.path), "workspace": .string(workspace)],
            [
                Texts.Server.initialised(workspace: workspace, path: folder.path)(language),
                Texts.Server.initialisedHint(path: folder.path)(language),
            ])
    }

    private func isInitialised(_ folder: DataFolder) throws -> Bool {
        let file = try folder.open()
        defer { try? file.close() }
        return try DataFolder.workspace(file) != nil
    }

    private func alreadyInitialised(_ folder: DataFolder) -> CommandFailure {
        CommandFailure("already-initialised", Texts.Server.alreadyInitialised(path: folder.path))
    }

    private func failure(_ error: DataFolder.InitialisationError, _ folder: DataFolder) -> CommandFailure {
        switch error {
        case .alreadyInitialised: alreadyInitialised(folder)
        case .notEmpty: CommandFailure("folder-not-empty", Texts.Server.folderNotEmpty(path: folder.path))
        case .inaccessible: CommandFailure("not-permitted", Texts.Storage.notPermitted(path: folder.path))
        }
    }
}
