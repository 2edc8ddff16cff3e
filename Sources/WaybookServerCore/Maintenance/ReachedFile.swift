import Crypto
import Foundation
import GRDB
import Synchronization
import WaybookStore

/// How far a server's database has come, in a small file beside it: a database that is behind it went back.
///
/// It is written after each durable commit and never before, so it may lag behind the database, and never leads. It is not
/// synced with each: after a power cut it may lag further. One line of fixed length, in place, so that nothing is left
/// half of one length and half of another.
///
/// A class, because the open file and the highest mark that it has are one shared thing.
public final class ReachedFile: Sendable {
    /// Why the file says nothing.
    public enum Failure: Error, Hashable, Sendable {
        /// It does not read back: nobody is served on a guess whether the database went back.
        case damaged
        /// It is of another workspace than the database.
        case otherWorkspace
        /// The system refused.
        case refused(errno: Int32)
    }

    /// How far a database has come.
    public struct Mark: Hashable, Sendable {
        public var epoch: String
        public var timeline: UInt8
        public var sequence: Int64
        /// The serial number that the next device is given.
        public var nextNumber: Int64

        public init(epoch: String, timeline: UInt8, sequence: Int64, nextNumber: Int64) {
            (self.epoch, self.timeline, self.sequence, self.nextNumber) = (epoch, timeline, sequence, nextNumber)
        }

        /// What a transaction sees; nil in a file that was never made a workspace.
        public init?(_ db: Database) throws {
            let rows = ServerRows(db)
            guard let epoch = try rows.text("epoch"), let timeline = try TimelineTable(db).present() else { return nil }
            let statement = try db.cachedStatement(sql: "SELECT nextNumber FROM directoryState WHERE id = 1")
            self.init(
                epoch: epoch, timeline: timeline, sequence: try rows.lastSequence(),
                nextNumber: try Int64.fetchOne(statement) ?? 0)
        }

        /// Whether a database that is at this mark has lost something that another mark tells of.
        public func isBehind(_ other: Mark) -> Bool {
            guard timeline == other.timeline else { return timeline < other.timeline }
            return sequence < other.sequence || nextNumber < other.nextNumber
        }

        /// The further of two, number by number.
        func joined(_ other: Mark) -> Mark {
            guard timeline == other.timeline else { return timeline < other.timeline ? other : self }
            return Mark(
                epoch: epoch, timeline: timeline, sequence: max(sequence, other.sequence),
                nextNumber: max(nextNumber, other.nextNumber))
        }
    }

    /// The name of the file in the data folder.
    public static let fileName = "server.reached"
    /// The bytes of the line, its line feed among them.
    static let bytes = 128

    private struct State {
        var mark: Mark?
        var descriptor: Int32 = -1
    }

    private let path: String
    private let state: Mutex<State>

    /// Reads the file, where there is one; it is made with the first mark.
    public init(path: String) throws(Failure) {
        self.path = path
        state = Mutex(State(mark: try Self.read(path)))
    }

    deinit {
        let descriptor = state.withLock { $0.descriptor }
        if descriptor >= 0 { close(descriptor) }
    }

    /// The furthest that is known; nil where nothing is.
    public var mark: Mark? { state.withLock { $0.mark } }

    /// Notes how far the database has come; call it once that is on the disk. That it cannot be written is no failure of
    /// the commit: it lags then.
    public func note(_ mark: Mark) {
        state.withLock { state in
            let next = state.mark.map { $0.joined(mark) } ?? mark
            guard next != state.mark || state.descriptor < 0 else { return }
            state.mark = next
            let line = Self.line(next)
            if state.descriptor < 0 { state.descriptor = Self.opened(path, line) }
            guard state.descriptor >= 0 else { return }
            _ = line.withUnsafeBytes { pwrite(state.descriptor, $0.baseAddress, $0.count, 0) }
        }
    }

    /// Brings the mark to the disk.
    public func sync() {
        state.withLock { state in
            if state.descriptor >= 0 { fdatasync(state.descriptor) }
        }
    }

    /// Opens the file, and makes it, whole and durable, where there is none.
    private static func opened(_ path: String, _ line: [UInt8]) -> Int32 {
        if access(path, F_OK) != 0 {
            unlink(path + ".new")
            guard (try? DurableFile.make(path + ".new", of: line)) != nil, rename(path + ".new", path) == 0 else {
                return -1
            }
            try? DurableFile.syncFolder(of: path)
        }
        return open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
    }

    private static func line(_ mark: Mark) -> [UInt8] {
        let content = "\(mark.epoch) \(mark.timeline) \(mark.sequence) \(mark.nextNumber)"
        let text = content + " " + check(content)
        return Array(text.utf8) + Array(repeating: UInt8(ascii: " "), count: max(0, bytes - 1 - text.utf8.count)) + [
            0x0A
        ]
    }

    private static func check(_ content: String) -> String {
        let digest = SHA256.hash(data: Array(content.utf8))
        return digest.prefix(8).hexadecimal
    }

    private static func read(_ path: String) throws(Failure) -> Mark? {
        guard access(path, F_OK) == 0 else { return nil }
        var line: [UInt8] = []
        do { try DurableFile.read(path) { line += $0 } } catch {
            throw .refused(errno: (error as? DurableFile.Refused)?.errno ?? EIO)
        }
        let words = String(decoding: line.dropLast(), as: UTF8.self).split(separator: " ").map(String.init)
        guard line.count == bytes, line.last == 0x0A, words.count == 5, let timeline = UInt8(words[1]),
            let sequence = Int64(words[2]), let nextNumber = Int64(words[3]),
            words[4] == check(words[..<4].joined(separator: " "))
        else { throw .damaged }
        return Mark(epoch: words[0], timeline: timeline, sequence: sequence, nextNumber: nextNumber)
    }
}
