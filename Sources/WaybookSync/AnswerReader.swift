import WaybookModel
import WaybookProtocol
import WaybookStore

/// Reads the answer line by line: verdicts are stored in batches, records with the checkpoint behind them.
struct AnswerReader {
    /// Verdicts are stored when so many have come.
    static let verdictBatch = 500
    /// The most records that may come without a checkpoint; a commit's sets hold far fewer.
    static let mostPendingRecords = 50_000
    /// The longest line that is read: a record is bounded by what sets may write into it over time.
    static let lineBytes = 16 << 20

    private let store: ClientStore
    private let start: ExchangeStart
    private let pulls: Bool
    private let now: ClientTime
    private var splitter = LineSplitter(maximumLineBytes: lineBytes)
    private var verdicts: [(number: Int64, verdict: Verdict)] = []
    private var lastVerdict: Int64
    private var records: [IncomingRecord] = []
    private var isOver = false
    private var result = ExchangeResult(
        head: nil, isComplete: false, problem: nil, sentSets: 0, answeredSets: 0, refusedSets: 0, receivedRecords: 0,
        goneRecords: 0, sentBytes: 0, receivedBytes: 0)

    init(store: ClientStore, start: ExchangeStart, pulls: Bool, now: ClientTime) {
        self.store = store
        self.start = start
        self.pulls = pulls
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

    private mutating func take(_ bytes: [UInt8]) throws {
        guard let value = try? JSONParser.parse(bytes), let line = ResponseLine(value) else {
            throw AnswerError.malformedLine
        }
        guard !isOver, !result.isComplete, result.problem == nil else { throw AnswerError.unexpectedLine }
        if case .head(let head) = line { return try begin(head) }
        if case .error(let problem) = line {
            result.problem = problem
            return try storeVerdicts()
        }
        guard let head = result.head else { throw AnswerError.unexpectedLine }
        switch line {
        case .applied(let first, let last): try takeApplied(first, last)
        case .verdict(let number, let verdict): try takeVerdict(number, verdict)
        case .record(let record): try takeRecord(record, value)
        case .checkpoint(let token, let sequence): try storePage(token, sequence ?? head.sequence)
        case .end(let readable, _): try end(readable)
        // Not asked for: this client holds all that it may see.
        case .departed, .gone: throw AnswerError.unexpectedLine
        case .head, .error: break
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
            case .rejected, .quarantined, .handover: result.refusedSets += 1
            }
        }
    }

    private mutating func takeRecord(_ record: FeedRecord, _ value: Value) throws {
        try storeVerdicts()
        guard pulls, records.count < Self.mostPendingRecords else { throw AnswerError.tooMuchWithoutCheckpoint }
        guard let incoming = IncomingRecord(record, line: value) else { throw AnswerError.malformedLine }
        records.append(incoming)
    }

    private mutating func storePage(_ token: String, _ sequence: Int64) throws {
        try storeVerdicts()
        guard pulls else { throw AnswerError.unexpectedLine }
        let page = records
        records = []
        try store.take(page, checkpoint: token, sequence: sequence, at: now)
        result.receivedRecords += page.count
    }

    private mutating func end(_ readable: Int64?) throws {
        try storeVerdicts()
        // Records behind the last checkpoint would be told again; an answer that ends with some is not whole.
        guard records.isEmpty else { throw AnswerError.unexpectedLine }
        result.goneRecords = try store.finishExchange(isWholeFeed: pulls, readable: readable, at: now)
        result.isComplete = true
    }

    mutating func finish(sentBytes: Int, sentSets: Int) throws -> ExchangeResult {
        isOver = true
        records = []
        try storeVerdicts()
        result.sentBytes = sentBytes
        result.sentSets = sentSets
        return result
    }
}
