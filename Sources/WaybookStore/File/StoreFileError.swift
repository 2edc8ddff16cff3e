import Foundation
import GRDB

/// Tells why a store file could not be opened, read, written or closed. Holds no content of records and no folder names.
public struct StoreFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The closed list of reasons.
    public enum Code: Hashable, Sendable {
        /// A later version of the program wrote the file.
        case newerVersion(found: Int, supported: Int)
        /// The file belongs to something else.
        case notAStore
        /// The file is a server's where a client's was asked for, or the other way round.
        case wrongRole(found: StoreRole, expected: StoreRole)
        /// The file's content is not what was written; it was left as it is.
        case damaged(Damage)
        /// A migration that the file has applied reads differently in this program.
        case alteredMigration(number: Int)
        /// Another process or thread held the file for longer than the timeout.
        case busy(waitedMilliseconds: Int)
        /// The disk (or the quota) is full: reading goes on, writing resumes when there is space.
        case diskFull
        /// The operating system did not confirm that data reached the disk: the change counts as not made.
        case unconfirmedWrite
        /// The operating system refused to open, create or lock the file.
        case inaccessible(errno: Int32)
        /// The connection does not have the durability that was asked for.
        case notDurable
        /// The store has been closed.
        case closed
        /// Reading or writing failed in another way (SQLite's extended result code).
        case inputOutput(resultCode: Int32)
    }

    /// What is wrong with a damaged file.
    public enum Damage: Hashable, Sendable {
        /// The file does not begin as a SQLite database does.
        case notADatabase
        /// The file's inner structure is broken.
        case structure
        /// The checker counted this many faults (it stops at 100).
        case faults(Int)
        /// The database file is missing or empty while its write-ahead log is not.
        case logWithoutDatabase
    }

    /// The reason.
    public let code: Code
    /// What was being done, and to which file (its name without folders).
    public let context: String

    /// Makes an error.
    public init(_ code: Code, context: String) {
        self.code = code
        self.context = context
    }

    /// Whether the file lies on a disk that takes no writes from anybody.
    public var isOnReadOnlyDisk: Bool { code == .inaccessible(errno: EROFS) }

    /// What a person can do about it.
    public var hint: String {
        switch code {
        case .newerVersion: "Update this program; the file was not changed."
        case .notAStore: "Choose another folder; the file was not changed."
        case .wrongRole: "Server and client each need a folder of their own; the file was not changed."
        case .damaged: "Keep the file, restore a backup beside it, and then sync; the file was not changed."
        case .alteredMigration: "This build is not the one that made the file; install a released version."
        case .busy: "Another program is writing to the store; try again."
        case .diskFull: "Free some space; nothing acknowledged was lost, and writing resumes by itself."
        case .unconfirmedWrite: "Try again; if it happens again, check the disk."
        case .inaccessible: "Check that the folder exists and belongs to you."
        case .notDurable: "The store was not opened; please report this."
        case .closed: "Open the store again."
        case .inputOutput: "Try again; if it happens again, check the disk."
        }
    }

    public var description: String { "\(context): \(sentence) \(hint)" }

    private var sentence: String {
        switch code {
        case .newerVersion(let found, let supported):
            "the store is of version \(found), this program knows versions up to \(supported)."
        case .notAStore: "the file is not a Waybook store."
        case .wrongRole(let found, let expected):
            "the file is a \(found.rawValue)'s store, not a \(expected.rawValue)'s."
        case .damaged(.notADatabase): "the file is damaged: it does not begin as a database."
        case .damaged(.structure): "the file is damaged: its structure is broken."
        case .damaged(.faults(let count)): "the file is damaged: the check counted \(count) faults."
        case .damaged(.logWithoutDatabase): "the file is damaged: its log is there, the database is not."
        case .alteredMigration(let number):
            "step \(number) of the store's tables was altered after it had been applied."
        case .busy(let milliseconds): "the store was in use for \(milliseconds) ms."
        case .diskFull: "the disk is full."
        case .unconfirmedWrite: "the disk did not confirm the write."
        case .inaccessible(let number): "the system refused access (error \(number))."
        case .notDurable: "the connection is not set to wait for the disk."
        case .closed: "the store is closed."
        case .inputOutput(let resultCode): "reading or writing failed (SQLite code \(resultCode))."
        }
    }
}
