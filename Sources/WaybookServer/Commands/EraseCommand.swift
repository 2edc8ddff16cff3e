import ArgumentParser
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server erase ID --reason WORD`.
struct EraseCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "erase", abstract: Texts.Help.serverErase(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.recordID(Speech.language)))
    var id: String
    @Option(help: ArgumentHelp(Texts.HelpOptions.erasureReason(Speech.language), valueName: "word"))
    var reason: String
    @Flag(help: ArgumentHelp(Texts.HelpOptions.yes(Speech.language)))
    var yes = false

    func run() async throws {
        let reason = try ErasureWording.reason(reason)
        try Confirmation.require(isGiven: yes, Texts.Privacy.typeTheID, word: id, Speech.language)
        let done = try await options.perform(AdminCommand("erase", ["id": id, "reason": reason.rawValue]))
        let sentence =
            done.entries?["done"]?.boolean == true
            ? Texts.Privacy.done(
                id: id, records: Int(clamping: done.entries?["records"]?.integer ?? 0),
                laptops: Int(clamping: done.entries?["holders"]?.integer ?? 0))
            : Texts.Privacy.wasDone(id: id)
        try options.write(done, [sentence(Speech.language)])
    }
}

/// `waybook-server export ID --out FILE`.
struct PersonExportCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "export", abstract: Texts.Help.serverExport(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Argument(help: ArgumentHelp(Texts.HelpOptions.recordID(Speech.language)))
    var id: String
    @Option(help: ArgumentHelp(Texts.HelpOptions.personFile(Speech.language), valueName: "file"))
    var out: String

    func run() async throws {
        // The server may work in another folder than this command.
        let path = DataFolder(out).path
        let done = try await options.perform(AdminCommand("person.export", ["id": id, "path": path]))
        let records = Int(clamping: done.entries?["records"]?.integer ?? 0)
        try options.write(done, [Texts.Privacy.exported(records: records, path: path)(Speech.language)])
    }
}
