import WaybookModel
import WaybookProtocol
import WaybookStore

/// Writes the request: hello, then change sets as they stand in the outbox, lazily, within the server's limits.
struct RequestWriter {
    private let store: ClientStore
    private let hello: Hello
    private let limits: ExchangeLimits
    private let last: Int64
    private var next: Int64
    private var hasSaidHello = false
    private(set) var sentBytes = 0
    private(set) var sentSets = 0
    private let tellsWitness: Bool
    /// The last line that told what is here of others' lost writes, and how many did.
    private var lastWitness: Int64 = 0
    private(set) var sentWitness = 0

    init(store: ClientStore, start: ExchangeStart, plan: ExchangeSession.Plan, told: Told?, now: ClientTime) {
        self.store = store
        limits = plan.limits
        tellsWitness = plan.tellsWitness
        hello = Hello(
            schemaVersion: store.schema.version, replica: start.replica, wallMilliseconds: now.wallMilliseconds,
            checkpoint: start.checkpoint, lastSet: start.lastSet, answered: start.answered, pulls: plan.pulls,
            told: told, purgedSequence: start.purgedSequence,
            timeline: start.checkpoint == nil ? start.timeline : nil, again: start.again,
            compared: plan.pulls ? plan.compared : nil)
        // Sets made from here on go with the next exchange.
        last = start.outbox.numbers?.upperBound ?? 0
        next = start.outbox.numbers?.lowerBound ?? 1
    }

    mutating func nextChunk() throws -> [UInt8]? {
        if !hasSaidHello {
            hasSaidHello = true
            return count(CanonicalJSON.bytes(hello.value) + [UInt8(ascii: "\n")])
        }
        return try nextSets() ?? nextWitness()
    }

    /// Lines that tell what is here of others' writes that the server lost.
    private mutating func nextWitness() throws -> [UInt8]? {
        let most = min(200, WitnessLine.mostInRequest - sentWitness)
        guard tellsWitness, most > 0 else { return nil }
        var chunk: [UInt8] = []
        for line in try store.witnessLines(after: lastWitness, limit: most) {
            guard line.content.count <= mostWitnessBytes else {
                // It would be in the way of all that is behind it.
                try store.partWitness(line, mostBytes: mostWitnessBytes)
                lastWitness = line.number
                // What it was parted into comes behind the others.
                if chunk.isEmpty { return try nextWitness() }
                break
            }
            let bytes = WitnessLine.bytes(line.content, number: line.number)
            guard sentBytes + chunk.count + bytes.count + 1 <= limits.requestBytes else { break }
            chunk += bytes
            chunk.append(UInt8(ascii: "\n"))
            lastWitness = line.number
            sentWitness += 1
        }
        return chunk.isEmpty ? nil : count(chunk)
    }

    /// The most bytes of such a line's content that this server ever takes.
    private var mostWitnessBytes: Int {
        min(limits.lineBytes, limits.requestBytes - SyncEngine.helloBytes) - Self.numberBytes
    }

    /// More than a line's number and its end take.
    private static let numberBytes = 64

    private mutating func nextSets() throws -> [UInt8]? {
        let sets = min(200, limits.requestSets - sentSets)
        guard next <= last, sets > 0 else { return nil }
        let lines = try store.outboxLines(from: next, through: last, limit: sets)
        var chunk: [UInt8] = []
        var through = next - 1
        for line in lines where through + 1 == line.number {
            let bytes = line.sentBytes
            guard sentBytes + chunk.count + bytes.count + 1 <= limits.requestBytes else { break }
            chunk += bytes
            chunk.append(UInt8(ascii: "\n"))
            through = line.number
        }
        guard through >= next else {
            next = last + 1
            return nil
        }
        try store.noteSending(through: through)
        sentSets += Int(through - next + 1)
        next = through + 1
        return count(chunk)
    }

    private mutating func count(_ chunk: [UInt8]) -> [UInt8] {
        sentBytes += chunk.count
        return chunk
    }
}
