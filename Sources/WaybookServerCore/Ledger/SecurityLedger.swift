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
        var lines: [LedgerLine]
        /// The checksum of each line.
        var checks: [String]
        var size: Int

        var check: String { checks.last ?? "" }
        /// After a failed sync nothing is known of the file's end: no further entry is taken.
        var isBroken = false
    }

    /// The bytes of a last line that a crash cut off, and that were removed at opening; 0 for none. Nobody had been
    /// answered on it.
    public let cutBytes: Int
    private let descriptor: Int32
    private let state: Mutex<State>

    /// Opens the ledger, makes it (0600) where there is none, and reads all of it.
    public init(path: String) throws(SecurityLedgerError) {
        let isNew = access(path, F_OK) != 0
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .unreadable(errno: errno) }
        self.descriptor = descriptor
        let bytes = try Self.contents(descriptor)
        let (state, size) = try Self.read(bytes)
        self.state = Mutex(state)
        cutBytes = bytes.count - size
        if cutBytes > 0 {
            guard ftruncate(descriptor, off_t(size)) == 0, fsync(descriptor) == 0 else {
                throw .notWritten(errno: errno)
            }
        }
        if isNew { try Self.syncFolder(of: path) }
    }

    deinit { close(descriptor) }

    /// The checksum of the last line, which names the ledger up to it; empty for none.
    public var mark: String { state.withLock { $0.check } }

    /// The facts that hold, in order: those that were taken back are left out.
    public var facts: [(at: Int64, fact: SecurityFact)] { facts(after: nil) }

    /// The facts that hold behind a line.
    ///
    /// - Parameter mark: the checksum of that line; all facts where it is none of this ledger's.
    func facts(after mark: String?) -> [(at: Int64, fact: SecurityFact)] {
        let (lines, first) = state.withLock { state in
            let index = mark.flatMap { mark in state.checks.lastIndex { $0 == mark } }
            return (state.lines, index.map { Int64($0) + 2 } ?? 1)
        }
        var voided: Set<Int64> = []
        for case .void(let first, let last) in lines.map(\.fact) where first <= last && last - first < 10_000 {
            voided.formUnion(first...last)
        }
        return lines.compactMap { line in
            if case .void = line.fact { return nil }
            return line.number < first || voided.contains(line.number) ? nil : (line.at, line.fact)
        }
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
            var (bytes, checks) = ([UInt8](), [state.check])
            let first = (state.lines.last?.number ?? 0) + 1
            let lines = zip(first..., facts).map { LedgerLine(number: $0, at: now, fact: $1) }
            for line in lines {
                bytes += line.bytes(after: checks[checks.count - 1])
                checks.append(line.check(after: checks[checks.count - 1]))
            }
            try write(bytes, &state)
            state.lines += lines
            state.checks += checks.dropFirst()
            state.size += bytes.count
            return first...(first + Int64(lines.count) - 1)
        }
    }

    /// Takes back what was appended for something that then failed. Should this fail too, the facts hold: what cuts
    /// somebody off stays said.
    public func takeBack(_ numbers: ClosedRange<Int64>?, at now: Int64) {
        guard let numbers else { return }
        _ = try? append([.void(first: numbers.lowerBound, last: numbers.upperBound)], at: now)
    }

    private func write(_ bytes: [UInt8], _ state: inout State) throws(SecurityLedgerError) {
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

    /// Reads all lines; a torn last one is left out of the size.
    private static func read(_ bytes: [UInt8]) throws(SecurityLedgerError) -> (State, size: Int) {
        var state = State(lines: [], checks: [], size: 0)
        var rest = bytes[...]
        while !rest.isEmpty {
            // A line was appended whole before it counted: without its line feed nobody was answered on it.
            guard let end = rest.firstIndex(of: 0x0A) else { break }
            let line = rest[..<end]
            guard let read = LedgerLine(line, number: Int64(state.lines.count) + 1, after: state.check) else {
                // Nor where the disk has kept its end and not its beginning, which then reads as zeros.
                guard end == bytes.endIndex - 1, line.contains(0) else { throw .damaged(line: state.lines.count + 1) }
                break
            }
            state.lines.append(read)
            state.checks.append(read.check(after: state.check))
            state.size = end + 1
            rest = rest[(end + 1)...]
        }
        return (state, state.size)
    }

    private static func syncFolder(of path: String) throws(SecurityLedgerError) {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .notWritten(errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .notWritten(errno: errno) }
    }
}
