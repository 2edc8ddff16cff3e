import Foundation
import GRDB
import WaybookStore
import WaybookTesting

/// A second process for tests of the store: `store-probe write FILE WRITER COUNT [KILL-AFTER-OPERATIONS]`.
///
/// Writes COUNT rows, each in a transaction of its own, and prints the number of each once it is acknowledged.
@main
struct StoreProbe {
    /// The tables that the tests of the store use.
    static let migrations = [
        StoreMigration(
            number: 1, name: "notes",
            sql: "CREATE TABLE note (writer INTEGER, number INTEGER, text TEXT, PRIMARY KEY (writer, number));")
    ]

    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 5, arguments[1] == "write", let writer = Int(arguments[3]),
            let count = Int(arguments[4])
        else {
            FileHandle.standardError.write(Data("usage: store-probe write FILE WRITER COUNT [KILL-AFTER]\n".utf8))
            exit(2)
        }
        if arguments.count > 5, let operations = Int(arguments[5]) {
            let folder = (arguments[2] as NSString).deletingLastPathComponent
            try FaultVFS(watching: folder).inject(.kill, afterOperations: operations)
        }
        try write(to: arguments[2], writer: writer, count: count)
    }

    private static func write(to path: String, writer: Int, count: Int) throws {
        let options = StoreFile.Options(lockTimeout: .seconds(60), checkpointPages: 50)
        let store = try StoreFile(path: path, role: .client, migrations: migrations, options: options)
        for number in 1...count {
            try store.write { db in
                try db.execute(
                    sql: "INSERT INTO note VALUES (?, ?, ?)", arguments: [writer, number, "note \(number)"])
            }
            FileHandle.standardOutput.write(Data("\(number)\n".utf8))
        }
        try store.close()
    }
}
