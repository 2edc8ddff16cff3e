import Foundation

/// The seed of a run and how much of it: `WAYBOOK_SEED` replays, `WAYBOOK_HISTORIES` and `WAYBOOK_CASES` set the length.
enum Seeds {
    static var first: UInt64 {
        environment("WAYBOOK_SEED").flatMap { UInt64($0) } ?? UInt64(Date().timeIntervalSince1970) << 20
    }

    static func count(_ name: String, otherwise count: Int) -> Int {
        environment(name).flatMap { Int($0) } ?? count
    }

    private static func environment(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
}
