import WaybookModel
import WaybookProtocol
import WaybookStore

/// Reads the answer line by line: verdicts are stored in batches, records with the checkpoint behind them.
struct AnswerReader {
    /// Verdicts are stored when so many have come.
    static let verdictBatch = 500
    /// The most records and departures that may come without a checkpoint; a commit's sets hold far fewer.
    static let mostPendingLines = 50_000
    /// The longest line that is read: a record is bounded by what sets may write into it over time.
    static let lineBytes = 16 << 20

    private let store: ClientStore
    private let start: ExchangeStart
    private let plan: ExchangeSession.Plan
    private let told: Told?
    private let now: ClientTime
    private var splitter = LineSplitter(maximumLineBytes: lineBytes)
    private var verdicts: [(number: Int64, verdict: Verdict)] = []
    private var lastVerdict: Int64
    private var page: [FeedItem] = []
    /// The line in hand; kept for its room.
    private var document = JSONDocument()
    private var isOver = false
    private var result = ExchangeResult(
        head: nil, isComplete: false, problem: nil, sentSets: 0, answeredSets: 0, refusedSets: 0, handedOverSets: 0,
        receivedRecords: 0, goneRecords: 0, departedUnits: 0, hasMore: false, sentBytes: 0, receivedBytes: 0)

    init(
        store: ClientStore, start: ExchangeStart, plan: ExchangeSession.Plan, told: Told? = nil, now: ClientTime
    ) {
        self.store = store
        self.start = start
        self.plan = plan
        self.told = told
        self.now = now
        lastVerdict = start.answered
    }

    mutating func receive(_ chunk: some Collection<UInt8>) throws {
        result.receivedBytes += chunk.count
        // Taken out for the call: each line changes the rest of this reader.
        var splitter = LineSplitter(maximumLineBytes: Self.lineBytes)
        swap(&splitter, &self.splitter)
        defer { swap(&splitter, &self.splitter) }
        do {
            try splitter.push(chunk) { line in try take(line) }
        } catch is LineSplitter.TooLong {
            isOver = true
            throw AnswerError.lineTooLong
        } catch {
            isOver = true
            throw error
        }
    }

    /// A line, read. Records come by the million and are stored as they came.
    private enum Line {
        case record(IncomingRecord)
        case other(ResponseLine)
    }

    private mutating func read(_ bytes: [UInt8]) throws -> Line {
        do { try document.read(bytes) } catch { throw AnswerError.malformedLine }
        if IncomingRecord.isRecord(document) {
            guard let incoming = IncomingRecord(document) else { throw AnswerError.malformedLine }
            return .record(incoming)
        }
        guard let line = ResponseLine(document.value) else { throw AnswerError.malformedLine }
        return .other(line)
    }

    private mutating func take(_ bytes: [UInt8]) throws {
        let line = try read(bytes)
        guard !isOver, !result.isComplete, result.problem == nil else { throw AnswerError.unexpectedLine }
        switch line {
        case .record(let incoming):
            guard result.head != nil else { throw AnswerError.unexpectedLine }
            try hold(.record(incoming))
        case .other(let line): try take(line)
        }
    }

    private mutating func take(_ line: ResponseLine) throws {
        if case .head(let head) = line { return try begin(head) }
        if case .error(let problem) = line {
            result.problem = problem
            return try storeVerdicts()
        }
        guard let head = result.head else { throw AnswerError.unexpectedLine }
        switch line {
        case .applied(let first, let last): try takeApplied(first, last)
        case .verdict(let number, let verdict): try takeVerdict(number, verdict)
        case .departed(let departure): try hold(.departed(departure))
        case .gone(let id, let cause): try hold(.gone(id, cause))
        case .erased(let id): try hold(.erased(id))
        case .witnessed(let number): try store.takeWitnessed(through: number)
        case .bucket(let bucket):
            guard plan.compared?.contains(bucket) == true else { throw AnswerError.unexpectedLine }
            try hold(.bucket(bucket))
        case .checkpoint(let token, let sequence): try storePage(token, sequence ?? head.sequence)
        case .end(let readable, let more, let sums):
            result.sums = sums
            try end(readable, hasMore: more)
        case .head, .error, .record: break
        }
    }

    private mutating func begin(_ head: Head) throws {
        guard result.head == nil else { throw AnswerError.unexpectedLine }
        // A head without epoch is the answer to a checkpoint, which only the server that made it takes.
        guard head.epoch != nil || start.checkpoint != nil else { throw AnswerError.unexpectedLine }
        if let known = start.epoch, let epoch = head.epoch, known != epoch { throw AnswerError.otherServer }
        result.head = head
        try store.take(head, asked: now)
    }

    private mutating func takeApplied(_ first: Int64, _ last: Int64) throws {
        guard first > 0, last <= start.lastSet else { throw AnswerError.unexpectedLine }
        for number in first...last { try takeVerdict(number, .accepted(stamp: nil, outcomes: [])) }
    }

    private mutating func takeVerdict(_ number: Int64, _ verdict: Verdict) throws {
        guard number > 0, number <= start.lastSet, number <= lastVerdict + 1 else { throw AnswerError.unexpectedLine }
        lastVerdict = max(lastVerdict, number)
        verdicts.append((number, verdict))
        if verdicts.count >= Self.verdictBatch { try storeVerdicts() }
    }

    private mutating func storeVerdicts() throws {
        guard !verdicts.isEmpty else { return }
        let batch = verdicts
        verdicts = []
        try store.take(batch, at: now)
        result.answeredSets += batch.count
        for (_, verdict) in batch {
            switch verdict {
            case .accepted: break
            // Not to be looked at by anybody: it went.
            case .rejected(let refusal) where refusal.rule == .erased: break
            case .rejected, .quarantined: result.refusedSets += 1
            case .handover: result.handedOverSets += 1
            }
        }
    }

    private mutating func hold(_ item: FeedItem) throws {
        try storeVerdicts()
        guard plan.pulls, page.count < Self.mostPendingLines else { throw AnswerError.tooMuchWithoutCheckpoint }
        page.append(item)
    }

    private mutating func storePage(_ token: String, _ sequence: Int64) throws {
        try storeVerdicts()
        guard plan.pulls else { throw AnswerError.unexpectedLine }
        let page = self.page
        self.page = []
        let taken = try store.take(page, checkpoint: token, sequence: sequence, at: now)
        result.goneRecords += taken.gone
        result.mendedRecords += taken.mended
        // What a bucket tells is mostly here already.
        for item in page.prefix(while: { if case .bucket = $0 { false } else { true } }) {
            switch item {
            case .record: result.receivedRecords += 1
            case .departed: result.departedUnits += 1
            case .gone, .erased, .bucket: break
            }
        }
    }

    private mutating func end(_ readable: Int64?, hasMore: Bool) throws {
        try storeVerdicts()
        // What is behind the last checkpoint would be told again; an answer that ends with some is not whole.
        guard page.isEmpty else { throw AnswerError.unexpectedLine }
        result.goneRecords += try store.finishExchange(
            isWholeFeed: plan.pulls, hasMore: hasMore, readable: readable, told: told, at: now)
        result.hasMore = hasMore
        result.isComplete = true
    }

    mutating func finish(sentBytes: Int, sentSets: Int) throws -> ExchangeResult {
        isOver = true
        page = []
        try storeVerdicts()
        result.sentBytes = sentBytes
        result.sentSets = sentSets
        return result
    }
}
