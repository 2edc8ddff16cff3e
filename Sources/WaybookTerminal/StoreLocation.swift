import WaybookCRM
import WaybookModel

/// Where a laptop's data lives.
public enum StoreLocation {
    /// Finds the folder: `--store`, else `WAYBOOK_HOME`, else `$XDG_DATA_HOME/waybook`, else `~/.local/share/waybook`.
    ///
    /// A relative `--store` counts from the working folder; a relative `XDG_DATA_HOME` is ignored (XDG Base Directory
    /// Specification); a relative `WAYBOOK_HOME` is refused, because it would name another store in every folder.
    ///
    /// - Parameters:
    ///   - option: what `--store` says.
    ///   - environment: the process's environment.
    /// - Returns: the folder's path; it need not exist.
    public static func resolve(option: String?, environment: [String: String]) throws(CommandFailure) -> String {
        if let option, !option.isEmpty { return expanded(option, environment) }
        if let home = environment["WAYBOOK_HOME"], !home.isEmpty {
            guard home.hasPrefix("/") else {
                throw CommandFailure(
                    "store-path-relative", Texts.Storage.pathNotAbsolute(variable: "WAYBOOK_HOME", path: home),
                    status: .usage)
            }
            return home
        }
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return joined(data, "waybook") }
        if let home = environment["HOME"], home.hasPrefix("/") { return joined(home, ".local/share/waybook") }
        throw CommandFailure("store-path-unknown", Texts.Storage.homeUnknown, status: .usage)
    }

    /// Expands a leading `~/`, which a shell leaves alone in `--store=~/x`.
    private static func expanded(_ path: String, _ environment: [String: String]) -> String {
        guard path.hasPrefix("~/"), let home = environment["HOME"], home.hasPrefix("/") else { return path }
        return joined(home, String(path.dropFirst(2)))
    }

    private static func joined(_ folder: String, _ rest: String) -> String {
        folder.hasSuffix("/") ? folder + rest : folder + "/" + rest
    }
}
