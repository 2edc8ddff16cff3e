import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookStore
import WaybookTerminal

/// What every command takes.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp(Texts.HelpOptions.store.spoken, valueName: "dir"))
    var store: String?

    @Flag(help: ArgumentHelp(Texts.HelpOptions.json.spoken))
    var json = false

    /// Opens the workspace to see and change records; says on standard error when the lease is about to end.
    func open() throws -> Workspace {
        let scene = CommandScene.current
        let workspace = try Workspace.open(try scene.folder(store), device: scene.device)
        try warn(of: workspace.lease())
        return workspace
    }

    /// Opens the workspace to enter something, which is taken after the lease too; says so on standard error.
    func openForEntry() throws -> Workspace {
        let scene = CommandScene.current
        let workspace = try Workspace.open(try scene.folder(store), device: scene.device, for: .entry)
        let lease = try workspace.lease()
        warn(of: lease)
        if workspace.isLocked { reporter.note(Texts.Lease.enteringGoesOn(days: lease.days)) }
        return workspace
    }

    /// Opens the workspace for what must go on after the lease: sync, status, signing out, saving what is unsent.
    func openForUpkeep() throws -> Workspace {
        let scene = CommandScene.current
        return try Workspace.open(try scene.folder(store), device: scene.device, for: .upkeep)
    }

    /// Says when the lease is about to end.
    func warn(of lease: Lease) {
        if lease.isEnding { reporter.note(Texts.Lease.ending(since: lease.daysSince, left: lease.daysLeft)) }
    }

    var reporter: Reporter { Reporter(scene: .current, isJSON: json) }
}
