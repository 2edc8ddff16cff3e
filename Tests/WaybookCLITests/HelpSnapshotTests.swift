import ArgumentParser
import Foundation
import Testing
import WaybookModel
import WaybookTerminal

@testable import WaybookCLI

/// All help in both languages, as people read it, in `docs/cli/`. To renew: `WAYBOOK_RENEW=1 swift test --filter Help`.
@Suite struct HelpSnapshotTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs/cli").standardizedFileURL
    /// What help is laid out for.
    private static let columns = 100

    @Test(arguments: Language.allCases) func theReferenceIsTheHelpOfEveryCommand(_ language: Language) throws {
        let file = Self.folder.appendingPathComponent("reference.\(language.rawValue).md")
        let text = Speech.$language.withValue(language) { Self.reference(language) }
        if ProcessInfo.processInfo.environment["WAYBOOK_RENEW"] != nil {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let kept = try String(contentsOf: file, encoding: .utf8)
        #expect(kept == text, "renew it with WAYBOOK_RENEW=1")
    }

    @Test func everyCommandSaysWhatItDoesInBothLanguages() {
        for language in Language.allCases {
            Speech.$language.withValue(language) {
                for (path, command) in Self.commands(WaybookCommand.self, []) {
                    let abstract = command.configuration.abstract
                    #expect(!abstract.isEmpty, "\(path)")
                    let isChinese = abstract.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
                    #expect(isChinese == (language == .chinese), "\(path): \(abstract)")
                }
            }
        }
    }

    private static func reference(_ language: Language) -> String {
        let title = language == .chinese ? "# waybook 命令参考" : "# The commands of waybook"
        let note =
            language == .chinese
            ? "由程序的帮助生成，并由测试核对。" : "Made from the program's own help; a test keeps it true."
        let parts = commands(WaybookCommand.self, []).map { path, command in
            let help = WaybookCommand.helpMessage(for: command, includeHidden: false, columns: columns)
            return "## \(path.joined(separator: " "))\n\n```\n\(HelpHeadings.translated(help, language))\n```\n"
        }
        return ([title, "", note, ""] + parts).joined(separator: "\n")
    }

    private static func commands(
        _ command: any ParsableCommand.Type, _ path: [String]
    ) -> [(path: [String], command: any ParsableCommand.Type)] {
        let here = path + [command.configuration.commandName ?? ""]
        return [(here, command)] + command.configuration.subcommands.flatMap { commands($0, here) }
    }
}
