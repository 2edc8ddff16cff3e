import ArgumentParser
import WaybookCRM
import WaybookModel

/// `waybook`: first the kinds of records, as the catalogue has them, then what concerns all of them.
struct WaybookCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "waybook", abstract: Texts.Help.waybook.spoken, discussion: Texts.Help.waybookMore.spoken,
            subcommands: kinds + [
                UserCommand.self, PoolCommand.self, HandoverCommand.self,
                TodayCommand.self, LogCommand.self, SearchCommand.self, ExportCommand.self, SyncCommand.self,
                ConflictCommand.self,
                RejectedCommand.self,
                StatusCommand.self, LoginCommand.self, LogoutCommand.self, WhoamiCommand.self, DeviceCommand.self,
                DoctorCommand.self,
            ])
    }

    /// One group of commands for each kind of record that people edit.
    static var kinds: [any ParsableCommand.Type] {
        Catalogue.entities.filter { Catalogue.isEditable($0.shape.name) }.map { group($0) }
    }

    private static func group<Kind: Entity>(_ kind: Kind.Type) -> any ParsableCommand.Type { KindCommand<Kind>.self }
}
