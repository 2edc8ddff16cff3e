import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookTerminal

/// What every command takes.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp(Texts.HelpOptions.store.spoken, valueName: "dir"))
    var store: String?

    @Flag(help: ArgumentHelp(Texts.HelpOptions.json.spoken))
    var json = false

    /// Opens the workspace.
    func open() throws -> Workspace {
        let scene = CommandScene.current
        return try Workspace.open(try scene.folder(store), device: scene.device)
    }

    var reporter: Reporter { Reporter(scene: .current, isJSON: json) }
}
