import ArgumentParser
import WaybookClient
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook export …`: what is here, for other programs.
struct ExportCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "export", abstract: Texts.Help.export.spoken,
            subcommands: [ExportVCardCommand.self, ExportCalendarCommand.self])
    }
}

/// Where an export goes.
struct ExportTarget: ParsableArguments {
    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp(Texts.HelpOptions.output.spoken, valueName: "file"))
    var output: String?

    /// Throws where a program asks for a report and there is no other place for the file.
    func check(isJSON: Bool) throws(CommandFailure) {
        guard isJSON, output == nil else { return }
        throw CommandFailure("output-missing", Texts.Cards.jsonNeedsFile, status: .usage)
    }

    /// Writes a file for its owner alone, or to standard output. One that is there is not overwritten.
    func write(_ bytes: [UInt8], _ scene: CommandScene) throws {
        if let output { return try PrivateFile.create(output, with: bytes) }
        try scene.output.write(String(decoding: bytes, as: UTF8.self))
    }
}
