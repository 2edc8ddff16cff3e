import Foundation
import Synchronization
import WaybookModel

/// Why the ledger cannot be used.
public enum SecurityLedgerError: Error, Sendable, Hashable {
    /// A line that is not the last does not read back: nobody is served on a guess of who was cut off.
    case damaged(line: Int)
    /// The file cannot be opened or read.
    case unreadable(errno: Int32)
    /// An entry could not be made durable; what it belongs to was not done.
    case notWritten(errno: Int32)
}

/// What must survive the putting back of an older backup: a file beside the database, only added to, each line on the
/// disk before anybody is answered (`docs/operations.md#security-ledger`).
///
/// A class, because the open file and the number of its last line are one shared thing. One process has it open: whoever
/// holds the data folder's lock.
public final class SecurityLedger: Sendable {
    /// The name of the file in the data folder.
    public static let fileName = "security.ledger"

    private struct State {
        /// The number and the checksum of the last line.
        var number: Int64
        var check: String
        var size: Int
        /// After a failed sync nothing is known of the file's end: no further entry is taken.
        var isBroken = false
    }

    /// The bytes of a last line that a crash cut off, and that were removed at opening; 0 for none. Nobody had been
    /// answered on it.
    public let cutBytes: Int
    /// Where it is noted how far the database has come, with each commit that could go to the ledger.
    let reached: ReachedFile?
    private let descriptor: Int32
    private let state: Mutex<State>

    /// Opens the ledger, makes it (0600) where there is none, and reads all of it. One that has grown, and half of which
    /// later lines took the place of, is written anew without those.
    /// - Parameters:
    ///   - reached: where it is noted how far the database has come.
    ///   - compactionBytes: below this size that is not done.
    public init(
        path: String, reached: ReachedFile? = nil, compactionBytes: Int = LedgerCompaction.leastBytes
    ) throws(SecurityLedgerError) {
        let isNew = access(path, F_OK) != 0
        var descriptor = try Self.open(path)
        do throws(SecurityLedgerError) {
            let bytes = try Self.contents(descriptor)
            var read = try LedgerLines(bytes)
            cutBytes = bytes.count - read.size
            if cutBytes > 0 {
                guard ftruncate(descriptor, off_t(read.size)) == 0, fsync(descriptor) == 0 else {
                    throw .notWritten(errno: errno)
                }
            }
            if isNew { try Self.syncFolder(of: path) }
            if read.size >= compactionBytes,
                let lines = LedgerCompaction.compacted(read.lines, mark: read.checks.last ?? "")
            {
                read = try Self.replace(path, with: lines)
                let replaced = try Self.open(path)
                close(descriptor)
                descriptor = replaced
            }
            self.descriptor = descriptor
            self.reached = reached
            state = Mutex(
                State(number: Int64(read.lines.count), check: read.checks.last ?? "", size: read.size))
        } catch {
            close(descriptor)
            throw error
        }
    }

    private static func open(_ path: String) throws(SecurityLedgerError) -> Int32 {
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .unreadable(errno: errno) }
        // A device or a pipe may have no end to read to.
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .unreadable(errno: EINVAL)
        }
        // It holds names and addresses: a copy that somebody put there may be for all to read. Where it is not ours, it is not.
        if status.st_mode & 0o077 != 0 { fchmod(descriptor, 0o600) }
        return descriptor
    }

    /// Puts another ledger in the place of this one: the old or the new is there, whole, whatever happens.
    private static func replace(
        _ path: String, with lines: [LedgerLine]
    ) throws(SecurityLedgerError) -> LedgerLines {
        let (draft, all) = (path + ".new", LedgerLines(lines))
        unlink(draft)
        let descriptor = try open(draft)
        defer { close(descriptor) }
        var state = State(number: 0, check: "", size: 0)
        try write(all.bytes, to: descriptor, &state)
        guard rename(draft, path) == 0 else { throw .notWritten(errno: errno) }
        try syncFolder(of: path)
        return all
    }

    deinit { close(descriptor) }

    /// The checksum of the last line, which names the ledger up to it; empty for none.
    public var mark: String { state.withLock { $0.check } }

    /// The facts that hold, in order: those that were taken back are left out. Reads the file.
    public var facts: [(at: Int64, fact: SecurityFact)] {
        get throws(SecurityLedgerError) { try facts(after: nil) }
    }

    /// The facts that hold behind a line. Reads the file.
    ///
    /// - Parameter mark: the checksum of that line, or of the last of the ledger that this one was compacted from; all
    ///   facts where it is none of this ledger's.
    func facts(after mark: String?) throws(SecurityLedgerError) -> [(at: Int64, fact: SecurityFact)] {
        let size = state.withLock { $0.size }
        let read = try LedgerLines(try Self.contents(descriptor).prefix(size))
        let first = mark.flatMap { read.next(after: $0) } ?? 1
        let voided = Self.voided(in: read.lines)
        return read.lines.compactMap { line in
            switch line.fact {
            case .void, .compacted: nil
            default: line.number < first || voided.contains(line.number) ? nil : (line.at, line.fact)
            }
        }
    }

    /// Whether the lines behind a mark follow the state that has it; else all lines are given, older ones too.
    func follows(_ mark: String) throws(SecurityLedgerError) -> Bool {
        let size = state.withLock { $0.size }
        return try LedgerLines(try Self.contents(descriptor).prefix(size)).next(after: mark) != nil
    }

    /// The bytes of all whole lines, to be copied. Reads the file.
    var wholeBytes: [UInt8] {
        get throws(SecurityLedgerError) {
            let size = state.withLock { $0.size }
            return Array(try Self.contents(descriptor).prefix(size))
        }
    }

    /// The numbers of the lines that were taken back.
    static func voided(in lines: [LedgerLine]) -> Set<Int64> {
        var voided: Set<Int64> = []
        for case .void(let first, let last) in lines.lazy.map(\.fact) where first <= last && last - first < 10_000 {
            voided.formUnion(first...last)
        }
        return voided
    }

    /// Adds facts; they are on the disk when it returns.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: their numbers, to take them back with; nil for no facts.
    @discardableResult
    public func append(_ facts: [SecurityFact], at now: Int64) throws(SecurityLedgerError) -> ClosedRange<Int64>? {
        guard !facts.isEmpty else { return nil }
        return try state.withLock { state throws(SecurityLedgerError) in
            guard !state.isBroken else { throw .notWritten(errno: EIO) }
            let first = state.number + 1
            let added = LedgerLines(
                zip(first..., facts).map { LedgerLine(number: $0, at: now, fact: $1) }, after: state.check)
            try Self.write(added.bytes, to: descriptor, &state)
            state.number += Int64(facts.count)
            state.check = added.checks.last ?? state.check
            state.size += added.bytes.count
            return first...state.number
        }
    }

    /// Takes back what was appended for something that then failed. Should this fail too, the facts hold: what cuts
    /// somebody off stays said.
    public func takeBack(_ numbers: ClosedRange<Int64>?, at now: Int64) {
        guard let numbers else { return }
        _ = try? append([.void(first: numbers.lowerBound, last: numbers.upperBound)], at: now)
    }

    private static func write(
        _ bytes: [UInt8], to descriptor: Int32, _ state: inout State
    ) throws(SecurityLedgerError) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let reason = errno
                state.isBroken = ftruncate(descriptor, off_t(state.size)) != 0
                throw .notWritten(errno: reason)
            }
            done += count
        }
        guard fsync(descriptor) == 0 else {
            state.isBroken = true
            throw .notWritten(errno: errno)
        }
    }

    // MARK: Reading

    private static func contents(_ descriptor: Int32) throws(SecurityLedgerError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, $0.count, off_t(bytes.count))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(errno: errno) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }

    private static func syncFolder(of path: String) throws(SecurityLedgerError) {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = Foundation.open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .notWritten(errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .notWritten(errno: errno) }
    }
}
