import WaybookModel
import WaybookProtocol
import WaybookStore

/// One exchange as the server leads it: takes the request's bytes, hands out batches to commit, then gives the answer's
/// bytes page by page. Decides everything about the exchange and performs no input or output of its own but reads.
///
/// Use: ``receive(_:)`` for every chunk of the body, then ``endRequest()``; each returns a batch when one is due, which
/// the caller commits and passes to ``note(_:)``, which returns the next, before going on; then ``nextChunk()`` until nil.
/// Memory: one chunk's sets, one page.
public struct ServerExchange {
    private enum Phase { case hello, sets, head, feed, done }

    private let service: ExchangeService
    private let principal: ExchangePrincipal
    private let reader: ReplicaID
    private var phase = Phase.hello
    private var splitter: LineSplitter
    /// The line in hand; kept for its room.
    private var document = JSONDocument()
    private var bodyBytes = 0
    public private(set) var hello: Hello?
    /// Whether the answer has come to its end.
    public var isOver: Bool { phase == .done }
    /// Whether it claimed to be another device than its token's.
    public private(set) var isOfForgedAuthor = false
    private var checkpoint: CheckpointToken?
    /// Whether the client named a checkpoint of the present timeline, and so knows epoch and timeline.
    private var knowsTimeline = false
    /// What the replica had wholly read when it asked.
    public var readThrough: Int64 { checkpoint?.readThrough ?? 0 }
    public private(set) var offsetMilliseconds: Int64 = 0
    private var pending: [(set: ChangeSet, past: PastAnswer?, bytes: Int)] = []
    private var pendingBytes = 0
    /// What is told of others' lost writes, behind all sets.
    private var witness: [WitnessLine] = []
    private var witnessAtoms = 0
    private var witnessCount = 0
    private var witnessed: Int64?
    private var hasRequestEnded = false
    /// Whether the server has taken note of what is sent again.
    private var hasNotedAgain = false
    private var setCount = 0
    private var verdicts: [(number: Int64, verdict: Verdict)] = []
    /// What the replica's store has by sets that were judged before, and is gone since.
    private var removed: [RecordID] = []
    private var problem: Problem?
    /// The replica knows of fewer own sets than the server does: it is an older copy of itself.
    private var isOlderCopy = false
    private var cursor: Int64 = 0
    /// The sequence that the head told.
    private var headSequence: Int64 = 0
    /// What a reader who sees a part of the workspace is told; nil for one who sees all.
    private var scoped: ScopedFeed?
    /// The floor when a first pull of everything began.
    private var began: Int64 = 0

    init(service: ExchangeService, principal: ExchangePrincipal, reader: ReplicaID) {
        self.service = service
        self.principal = principal
        self.reader = reader
        splitter = LineSplitter(maximumLineBytes: service.limits.lineBytes)
    }

    private mutating func checkAuthor(_ replica: ReplicaID, or problem: Problem) throws(Problem) {
        isOfForgedAuthor = replica != principal.replica
        if isOfForgedAuthor { throw problem }
    }

    // MARK: Request

    /// Takes the next bytes of the body, unpacked.
    /// - Returns: a batch that must be committed before more is received, or nil.
    /// - Throws: a problem that ends the exchange before its answer began.
    public mutating func receive(_ chunk: some Collection<UInt8>) throws(Problem) -> PushBatch? {
        bodyBytes += chunk.count
        guard bodyBytes <= service.limits.requestBytes else {
            throw Problem(.tooLarge, maximum: Int64(service.limits.requestBytes))
        }
        var lines: [[UInt8]] = []
        do {
            try splitter.push(chunk) { lines.append($0) }
        } catch {
            throw Problem(.tooLarge, maximum: Int64(service.limits.lineBytes))
        }
        for line in lines { try take(line) }
        return dueBatch()
    }

    /// The body has ended.
    /// - Returns: the last batch, or nil.
    public mutating func endRequest() throws(Problem) -> PushBatch? {
        guard phase == .sets, !splitter.hasRemainder else { throw Problem(.badRequest) }
        hasRequestEnded = true
        return dueBatch()
    }

    /// Takes the result of a batch.
    /// - Returns: the next batch that is due, or nil.
    public mutating func note(_ result: PushResult) -> PushBatch? {
        verdicts += result.verdicts
        removed += result.removed
        problem = problem ?? result.problem
        witnessed = result.witnessed ?? witnessed
        return dueBatch()
    }

    private mutating func dueBatch() -> PushBatch? {
        guard let hello, problem == nil else { return nil }
        let again = service.timeline > Timeline.first ? hello.again : nil
        guard !pending.isEmpty || !witness.isEmpty || (hasRequestEnded && again != nil && !hasNotedAgain) else {
            return nil
        }
        let isFull =
            pending.count >= PushBatch.mostSets || pendingBytes >= PushBatch.fullBytes
            || isWitnessFull
        guard hasRequestEnded || isFull else { return nil }
        var (count, bytes) = (0, 0)
        while count < min(pending.count, PushBatch.mostSets), bytes < PushBatch.fullBytes {
            bytes += pending[count].bytes
            count += 1
        }
        var batch = PushBatch(
            principal: principal, offsetMilliseconds: offsetMilliseconds, answered: hello.answered,
            sets: pending.prefix(count).map(\.set), isFull: count == PushBatch.mostSets || bytes >= PushBatch.fullBytes)
        if let again {
            batch.again = again
            for case (let set, let past?, _) in pending.prefix(count) { batch.past[set.number] = past }
            hasNotedAgain = true
        }
        pending.removeFirst(count)
        pendingBytes -= bytes
        if pending.isEmpty {
            // It must not make others wait longer than sets do.
            batch.isFull = batch.isFull || isWitnessFull
            batch.witness = takeWitnessBatch()
        }
        return batch
    }

    private var isWitnessFull: Bool {
        witness.count >= PushBatch.mostWitness || witnessAtoms >= PushBatch.fullWitnessAtoms
    }

    private mutating func takeWitnessBatch() -> [WitnessLine] {
        var (count, atoms) = (0, 0)
        while count < min(witness.count, PushBatch.mostWitness), atoms < PushBatch.fullWitnessAtoms {
            atoms += witness[count].atomCount
            count += 1
        }
        defer { witness.removeFirst(count) }
        witnessAtoms -= atoms
        return Array(witness.prefix(count))
    }

    private mutating func take(_ line: [UInt8]) throws(Problem) {
        do {
            try document.read(line)
        } catch {
            throw Problem(.badRequest)
        }
        switch phase {
        case .hello: try greet(document.value)
        case .sets where WitnessLine.isWitness(document): try takeWitness()
        case .sets:
            guard witnessCount == 0 else { throw Problem(.badRequest) }
            setCount += 1
            guard setCount <= service.limits.requestSets else {
                throw Problem(.tooLarge, maximum: Int64(service.limits.requestSets))
            }
            try takeSet(bytes: line.count)
        case .head, .feed, .done: throw Problem(.badRequest)
        }
    }

    /// Takes the set of the line in hand.
    private mutating func takeSet(bytes: Int) throws(Problem) {
        guard let past = ChangeSetLine.past(document) else { throw Problem(.badRequest) }
        guard bytes <= ChangeSet.maximumBytes + (past == nil ? 0 : PastAnswer.maximumBytes) else {
            throw Problem(.tooLarge, maximum: Int64(ChangeSet.maximumBytes))
        }
        guard let set = ChangeSetLine.decode(document, mayBeEmpty: past?.isCut == true), !set.stamp.isServerGiven
        else { throw Problem(.badRequest) }
        // Only of what is sent again nothing may be left.
        let isAgain = hello?.again.map { set.number <= $0.answered } ?? false
        guard isAgain || !set.isEmpty else { throw Problem(.badRequest) }
        try checkAuthor(set.stamp.replica, or: Problem(.badRequest))
        pending.append((set, past, bytes))
        pendingBytes += bytes
    }

    private mutating func takeWitness() throws(Problem) {
        guard let line = WitnessLine(document.value) else { throw Problem(.badRequest) }
        witnessCount += 1
        guard witnessCount <= WitnessLine.mostInRequest else {
            throw Problem(.tooLarge, maximum: Int64(WitnessLine.mostInRequest))
        }
        witness += line.parted
        witnessAtoms += line.atomCount
    }

    private mutating func greet(_ value: Value) throws(Problem) {
        guard let hello = Hello(value) else { throw Problem(.badRequest) }
        guard hello.protocols.overlaps(Hello.oldestProtocolVersion...Hello.protocolVersion) else {
            throw Problem(.upgrade)
        }
        try checkAuthor(hello.replica, or: Problem(.fork))
        let last: Int64
        (last, checkpoint, knowsTimeline) = try HelloCheck(service: service, hello: hello).perform()
        isOlderCopy = hello.lastSet < last
        cursor = checkpoint?.sequence ?? 0
        self.hello = hello
        let now = Int64(clamping: service.now)
        let (offset, overflow) = now.subtractingReportingOverflow(hello.wallMilliseconds)
        offsetMilliseconds = overflow ? .max : offset
        phase = .sets
    }

    // MARK: Answer

    /// The next bytes of the answer, whole lines; nil at its end. Call only after ``endRequest()``.
    public mutating func nextChunk() throws -> [UInt8]? {
        switch phase {
        case .hello, .sets, .head: try begin()
        case .feed: try page()
        case .done: nil
        }
    }

    private mutating func begin() throws -> [UInt8] {
        var output: [UInt8] = []
        headSequence = try service.lastSequence()
        var head = head
        head.leaseDays = try service.leaseDays()
        append(.head(head), to: &output)
        appendVerdicts(to: &output)
        if let witnessed { append(.witnessed(witnessed), to: &output) }
        // An older copy first learns what became of the sets that it shares with its other self, then that it is one.
        if let problem = problem ?? (isOlderCopy ? Problem(.fork) : nil) {
            append(.error(problem), to: &output)
            phase = .done
        } else if hello?.pulls == false {
            append(.end(readable: try readableCount()), to: &output)
            phase = .done
        } else if try mayRead() {
            scoped = try scopedFeed()
            phase = .feed
        } else {
            // What they delivered is answered; there is nothing that they may read.
            append(.error(Problem(.revoked)), to: &output)
            phase = .done
        }
        return output
    }

    /// Tells what the hello does not show the client to know: whose checkpoint it holds knows epoch and timeline.
    private var head: Head {
        let isKnown = knowsTimeline
        return Head(
            epoch: isKnown ? nil : service.epoch, timeline: isKnown ? nil : Int(service.timeline),
            sequence: headSequence, offsetMilliseconds: offsetMilliseconds,
            schemaVersion: hello?.schemaVersion == service.schema.version ? nil : service.schema.version,
            limits: service.limits)
    }

    private func append(_ line: ResponseLine, to output: inout [UInt8]) {
        output += line.bytes
        output.append(UInt8(ascii: "\n"))
    }

    private mutating func appendVerdicts(to output: inout [UInt8]) {
        var run: (first: Int64, last: Int64)?
        for (number, verdict) in verdicts {
            if verdict.isPlain, let applied = run, number == applied.last + 1 {
                run = (applied.first, number)
                continue
            }
            if let applied = run { append(.applied(first: applied.first, last: applied.last), to: &output) }
            run = verdict.isPlain ? (number, number) : nil
            if verdict.isPlain { continue }
            append(.verdict(number: number, verdict), to: &output)
        }
        if let applied = run { append(.applied(first: applied.first, last: applied.last), to: &output) }
        verdicts = []
    }

    private mutating func appendRemoved(to output: inout [UInt8]) {
        for id in removed { append(.gone(id), to: &output) }
        removed = []
    }

    /// How many records the reader may read; nil for one who may read none at all.
    private func readableCount() throws -> Int64? {
        let principal = principal
        return try service.file.read { db in
            let rows = ServerRows(db)
            guard let viewer = try service.exchanger(principal, rows).viewer else { return nil }
            return try viewer.seesEverything ? rows.readableCount() : rows.readableCount(in: viewer.scopes)
        }
    }

    private func mayRead() throws -> Bool {
        let principal = principal
        return try service.file.read { db in try service.exchanger(principal, ServerRows(db)).viewer != nil }
    }

    /// What the reader is told, planned after their sets were judged; nil for one who sees all.
    private mutating func scopedFeed() throws -> ScopedFeed? {
        let principal = principal
        let exchanger = try service.file.read { db in try service.exchanger(principal, ServerRows(db)) }
        // Nobody whom the directory knows: there is nothing that they may read.
        guard let viewer = exchanger.viewer else { throw Problem(.revoked) }
        if viewer.seesEverything {
            if let checkpoint, checkpoint.pull != 0 { throw Problem(.stale) }
            try ScopedPlan.noteWhole(service, replica: principal.replica)
            began = try checkpoint?.began ?? service.file.read { try ServerRows($0).floor() }
            return nil
        }
        if let checkpoint, checkpoint.pull == 0 { throw Problem(.stale) }
        let plan = try ScopedPlan.make(service, replica: principal.replica, viewer: viewer, token: checkpoint)
        return ScopedFeed(service, principal, reader: reader, plan: plan, compared: hello?.compared)
    }

    /// A sequence, unless it is the one that the head told.
    private func told(_ sequence: Int64) -> Int64? { sequence == headSequence ? nil : sequence }

    private mutating func page() throws -> [UInt8] {
        try scoped == nil ? wholePage() : scopedPage()
    }

    /// One page of a part, and the checkpoint behind it.
    private mutating func scopedPage() throws -> [UInt8] {
        guard var feed = scoped else { return [] }
        let page = try feed.nextPage()
        scoped = feed
        var output = page.lines
        if page.isLast { appendRemoved(to: &output) }
        append(.checkpoint(token: feed.token.text(service.secret), sequence: told(feed.token.sequence)), to: &output)
        if page.isLast {
            append(.end(readable: page.readable, more: feed.hasMore, sums: page.sums), to: &output)
            phase = .done
        }
        return output
    }

    /// One page of the feed and the checkpoint behind it, from one snapshot; the last page is the one after which, in
    /// its snapshot, nothing follows: then the client has wholly read that sequence.
    private mutating func wholePage() throws -> [UInt8] {
        let readThrough = checkpoint?.readThrough ?? 0
        let isFirstPull = checkpoint.map { $0.readThrough == 0 && $0.sequence > 0 } ?? true
        let page = FeedPage(
            after: cursor, readThrough: readThrough, isFirstPull: isFirstPull, reader: reader,
            tellsGiven: service.timeline > Timeline.first)
        var token = CheckpointToken(
            timeline: service.timeline, sequence: cursor, readThrough: readThrough, replica: principal.replica)
        token.began = began
        let read = try service.read(page, for: principal, from: token, compared: hello?.compared)
        var output = read.lines
        cursor = read.sequence
        if read.isLast { appendRemoved(to: &output) }
        token.sequence = read.sequence
        if read.isLast { (token.readThrough, token.began) = (read.sequence, 0) }
        append(.checkpoint(token: token.text(service.secret), sequence: told(read.sequence)), to: &output)
        if read.isLast {
            append(.end(readable: read.readable, sums: read.sums), to: &output)
            phase = .done
        }
        return output
    }
}
