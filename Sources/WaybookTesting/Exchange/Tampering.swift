import Synchronization
import WaybookModel
import WaybookProtocol

/// A fault planted on the way between client and server: what a wrong implementation of either would do, without a
/// switch in the right one. Each must be found by the oracle.
public final class Tampering: Sendable {
    // A class, because a fault remembers what it did from line to line.

    public enum Fault: String, Sendable, CaseIterable {
        /// Writes lose their bases.
        case baseIgnored
        /// The author's own writes come back in the feed.
        case ownWritesEchoed
        /// A checkpoint is stored although the data before it is not: as if both had transactions of their own.
        case checkpointStoredLate
        /// Two sets are given the same stamp.
        case collidingStamp
        /// A refused set is taken for accepted.
        case refusedEditKept
        /// A back-fill that was cut is taken for whole.
        case halfBackFillTakenForWhole
        /// A pull from a server that was put back is joined with what was read before.
        case joinsWhereItShouldReplace

        /// Whether it shows only where the server is put back.
        public var needsRestores: Bool { self == .joinsWhereItShouldReplace }
    }

    private struct State {
        var lastGiven: Value?
        var isDropping = false
        var hasEnded = false
    }

    /// The fault of an implementation; nil where lines are merely lost.
    public let fault: Fault?
    private let isDropped: @Sendable (Value) -> Bool
    private let chancePercent: Int
    /// What the hello says that the client speaks; nil for what it does say.
    private let protocols: ClosedRange<Int>?
    private let state: Mutex<(State, SeededRandom)>

    public init(_ fault: Fault, seed: UInt64, chancePercent: Int = 30) {
        self.fault = fault
        protocols = nil
        self.chancePercent = chancePercent
        isDropped = { _ in false }
        state = Mutex((State(), SeededRandom(seed: seed)))
    }

    /// Loses the lines of answers for which the closure says so.
    public init(dropping isDropped: @escaping @Sendable (Value) -> Bool) {
        fault = nil
        protocols = nil
        chancePercent = 0
        self.isDropped = isDropped
        state = Mutex((State(), SeededRandom(seed: 0)))
    }

    /// Lets the client speak other versions of the protocol.
    public init(speaking protocols: ClosedRange<Int>) {
        fault = nil
        chancePercent = 0
        self.protocols = protocols
        isDropped = { _ in false }
        state = Mutex((State(), SeededRandom(seed: 0)))
    }

    private func speak(_ chunk: [UInt8], _ protocols: ClosedRange<Int>) -> [UInt8] {
        lines(chunk) { value in
            guard var entries = value.entries, var hello = entries["hello"]?.entries else { return value }
            hello["protocol"] = [.int(Int64(protocols.lowerBound)), .int(Int64(protocols.upperBound))]
            entries["hello"] = .map(hello)
            return .map(entries)
        }
    }

    func request(_ chunk: [UInt8]) -> [UInt8] {
        if let protocols { return speak(chunk, protocols) }
        state.withLock { $0.0.hasEnded = false }
        guard fault == .baseIgnored else { return chunk }
        return lines(chunk) { value in
            guard var set = value.entries, let changes = set["changes"]?.elements else { return value }
            set["changes"] = .list(
                changes.map { change in
                    var entries = change.entries ?? [:]
                    entries["base"] = nil
                    return .map(entries)
                })
            return .map(set)
        }
    }

    func answer(_ chunk: [UInt8]) -> [UInt8] {
        state.withLock { $0.0.isDropping = $0.1.chance(chancePercent) }
        return lines(chunk) { value in state.withLock { alter(value, &$0.0) } }
    }

    /// Whether the feed's page for `reader` is read as if it were somebody else's, so that nothing of it is left out.
    func reader(_ reader: ReplicaID) -> ReplicaID { fault == .ownWritesEchoed ? ReplicaID(.max) : reader }

    private func alter(_ value: Value, _ state: inout State) -> Value? {
        guard let fault else { return isDropped(value) ? nil : value }
        guard var entries = value.entries else { return value }
        let isRecord = entries["record"] != nil || entries["update"] != nil
        switch fault {
        case .checkpointStoredLate: return isRecord && state.isDropping ? nil : value
        case .halfBackFillTakenForWhole:
            if state.hasEnded { return nil }
            guard entries["checkpoint"] != nil else { return value }
            state.hasEnded = true
            return value
        case .refusedEditKept:
            guard let number = entries["set"], entries["verdict"]?.entries?["rejected"] != nil else { return value }
            return ["applied": [number, number]]
        case .collidingStamp:
            guard var verdict = entries["verdict"]?.entries, let given = verdict["stamp"] else { return value }
            verdict["stamp"] = state.lastGiven ?? given
            state.lastGiven = state.lastGiven ?? given
            entries["verdict"] = .map(verdict)
            return .map(entries)
        case .joinsWhereItShouldReplace:
            guard let record = entries.removeValue(forKey: "record") else { return value }
            entries["update"] = record
            return .map(entries)
        case .baseIgnored, .ownWritesEchoed: return value
        }
    }

    /// What is added after a chunk: the early end of a back-fill.
    func addition() -> [UInt8] {
        guard fault == .halfBackFillTakenForWhole, state.withLock({ $0.0.hasEnded }) else { return [] }
        return ResponseLine.end(readable: nil).bytes + [UInt8(ascii: "\n")]
    }

    private func lines(_ chunk: [UInt8], _ alter: (Value) -> Value?) -> [UInt8] {
        var output: [UInt8] = []
        for line in chunk.split(separator: UInt8(ascii: "\n")) {
            guard let value = try? JSONParser.parse(line), let altered = alter(value) else { continue }
            CanonicalJSON.append(altered, to: &output)
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }
}
