import WaybookModel
import WaybookProtocol
import WaybookStore

/// Tells a reader who sees a part of the workspace what their plan says, page by page: what leaves, what comes, then what
/// changed in what they hold. Every page looks again, in its own snapshot, at what the reader may see: nothing else is
/// sent.
struct ScopedFeed {
    let service: ExchangeService
    let principal: ExchangePrincipal
    let reader: ReplicaID
    let plan: ReaderState
    /// Where the client compares: the buckets that it is to be told whole.
    let compared: [Int]?
    /// Where the next page begins; what the store holds once it has stored the pages before.
    private(set) var token: CheckpointToken
    /// Whether another pull would find more to come or to leave.
    private(set) var hasMore = false
    /// The scopes of the reader when it was last noted what had gone out of sight.
    private var notedScopes: Set<Scope>?
    /// The roots that this answer has told of as erased.
    private var toldErased: Set<RecordID> = []

    init(
        _ service: ExchangeService, _ principal: ExchangePrincipal, reader: ReplicaID, plan: ScopedPlan,
        compared: [Int]? = nil
    ) {
        self.service = service
        self.principal = principal
        self.reader = reader
        self.plan = plan.state
        self.compared = compared
        token = plan.token
    }

    private var replica: ReplicaID { principal.replica }
    /// What the reader has wholly read; increments count from here.
    private var readThrough: Int64 { token.readThrough }

    /// One page.
    struct Page {
        var lines: [UInt8] = []
        var rows = 0
        /// Units that were to come and are no longer visible, or were to leave and are visible again.
        var dropped: [RecordID] = []
        var kept: [RecordID] = []
        /// The reader's scopes, where units that the store holds may have gone out of sight, and what happened to them is
        /// passed over.
        var losesSightBeyond: Set<Scope>?
        var isLast = false
        var readable: Int64?
        var sums: DigestSums?

        /// Whether something has gone out of sight, or come back, since the plan.
        var differsFromPlan: Bool { !dropped.isEmpty || !kept.isEmpty || losesSightBeyond != nil }

        mutating func append(_ line: [UInt8]) {
            lines += line
            lines.append(UInt8(ascii: "\n"))
            rows += 1
        }

        mutating func append(_ line: ResponseLine) { append(line.bytes) }
    }

    /// The next page, from one snapshot. The token is then the one that follows it.
    /// - Throws: `revoked` where the reader sees nothing any more.
    mutating func nextPage() throws -> Page {
        var feed = self
        var page = try service.file.read { db in try feed.read(ServerRows(db)) }
        if page.differsFromPlan {
            // In the very state that the page is of, and before its token can be presented: what was not told, or not
            // wholly, must not pass for held.
            feed = self
            page = try service.file.write { db in
                let rows = ServerRows(db)
                let page = try feed.read(rows)
                try feed.note(page, rows)
                return page
            }
        }
        self = feed
        return page
    }

    /// Notes what the store is not told by this pull. The next one tells it whole where it is seen then, whatever is there of
    /// it, and that it departed where it is not: it may be there in part, by an answer that came twice, or by its maker.
    private mutating func note(_ page: Page, _ rows: ServerRows) throws {
        for unit in page.dropped where try rows.held(unit, by: replica) == .coming {
            try rows.setHeld(unit, by: replica, .behind)
        }
        for unit in page.kept where try rows.held(unit, by: replica) == .leaving {
            try rows.setHeld(unit, by: replica, .behind)
        }
        if let scopes = page.losesSightBeyond {
            try rows.fallBehind(by: replica, seeing: scopes)
            notedScopes = scopes
        }
        guard page.differsFromPlan, var state = try rows.reader(replica), !state.mustPlan else { return }
        state.mustPlan = true
        try rows.store(state, of: replica)
    }

    private mutating func read(_ rows: ServerRows) throws -> Page {
        guard let viewer = try service.exchanger(principal, rows).viewer else { throw Problem(.revoked) }
        guard !viewer.seesEverything, try rows.bringsUpToDate(token) else { throw Problem(.stale) }
        var page = Page()
        while !page.isLast, !isFull(page) {
            switch token.progress?.phase {
            case .leaving?: try leave(rows, viewer, &page)
            case .coming?: try come(rows, viewer, &page)
            case .tail?: try tail(rows, viewer, &page)
            case nil:
                try tellMoved(rows, viewer, &page)
                token.progress = CheckpointToken.Progress(phase: .tail, touched: readThrough)
            }
        }
        if hasPassedOver(viewer, page) { page.losesSightBeyond = viewer.scopes }
        return page
    }

    /// Whether changes of units that the store holds may have been passed over, for they were out of sight: where the reader
    /// lost scopes, in the tail; what left their scopes comes up again in it when it is back, if it is so before the end.
    private func hasPassedOver(_ viewer: Viewer, _ page: Page) -> Bool {
        if page.isLast { return hasMore }
        return token.progress?.phase == .tail && !plan.scopes.isSubset(of: viewer.scopes)
            && notedScopes != viewer.scopes
    }

    private func isFull(_ page: Page) -> Bool {
        page.rows >= service.pageRows || page.lines.count >= FeedPosition.pageBytes
    }

    // MARK: What leaves

    private mutating func leave(_ rows: ServerRows, _ viewer: Viewer, _ page: inout Page) throws {
        if token.progress?.unit == nil { try tellMoved(rows, viewer, &page) }
        let limit = max(1, service.pageRows - page.rows)
        let units = try rows.openUnits(of: replica, .leaving, after: token.progress?.unit, limit: limit)
        for unit in units {
            if try rows.isMember(unit, ofAny: viewer.scopes) {
                page.kept.append(unit)
            } else {
                page.append(.departed(try departure(of: unit, rows)))
            }
            token.progress = CheckpointToken.Progress(phase: .leaving, unit: unit)
        }
        if units.count < limit { token.progress = CheckpointToken.Progress(phase: .coming) }
    }

    /// Records that went over into another unit: they come again with that one, if the reader sees it. And roots that were
    /// erased after they had left: a log here may still say something of them.
    private mutating func tellMoved(_ rows: ServerRows, _ viewer: Viewer, _ page: inout Page) throws {
        try tellErased(rows, &page)
        guard try rows.hasMovedRecords(after: readThrough) else { return }
        for move in try rows.movedAway(from: replica, after: readThrough) {
            page.append(try comesAgain(move, rows, viewer) ? .gone(move.record) : gone(move))
        }
    }

    /// Roots that were erased after they had left, or while they were out of sight: each once in an answer.
    private mutating func tellErased(_ rows: ServerRows, _ page: inout Page) throws {
        for root in try rows.erasedAfterLeaving(replica, after: readThrough) where toldErased.insert(root).inserted {
            page.append(.erased(root))
        }
    }

    private func gone(_ move: RecordMove) -> ResponseLine {
        .gone(move.record, DepartureCause(.moved, by: move.by, atMilliseconds: move.milliseconds))
    }

    /// Whether a record that moved is told again with the unit that it is in, by this pull or the next.
    private func comesAgain(_ move: RecordMove, _ rows: ServerRows, _ viewer: Viewer) throws -> Bool {
        try rows.unit(of: move.record).map { try rows.isMember($0, ofAny: viewer.scopes) } ?? false
    }

    /// Why a unit leaves: how it left one of the reader's scopes after the last plan; or how the reader lost
    /// a scope that it is in, whichever came last. Where nobody did it, a day has passed.
    private func departure(of unit: RecordID, _ rows: ServerRows) throws -> Departure {
        var scopes = plan.scopes
        // Not of the pool, unless the reader sees that: who takes a customer from there after this reader had lost it, and
        // why, is not theirs to know.
        if let user = RecordID(principal.user) { scopes.formUnion([.book(user), .shared(user), .box(user)]) }
        let end = try rows.departures(of: unit).first { scopes.contains($0.scope) && $0.end.at > plan.prior }?.end
        let loss = try RecordID(principal.user).flatMap { try rows.lastLoss(of: $0, around: unit) }
        if let loss, loss.at > max(plan.prior, end?.at ?? 0) {
            let reason = DepartureReason(rawValue: loss.reason) ?? .team
            return Departure(unit: unit, cause: DepartureCause(reason, by: loss.by, atMilliseconds: loss.milliseconds))
        }
        if let end {
            let reason = DepartureReason(rawValue: end.reason) ?? .closed
            return Departure(
                unit: unit,
                cause: DepartureCause(reason, by: end.by, atMilliseconds: end.milliseconds, note: end.note))
        }
        return Departure(
            unit: unit, cause: DepartureCause(.team, by: nil, atMilliseconds: Int64(clamping: service.now)))
    }

    // MARK: What comes

    private mutating func come(_ rows: ServerRows, _ viewer: Viewer, _ page: inout Page) throws {
        var unit = token.progress?.unit
        var position = token.progress?.position ?? 0
        if let begun = unit, position > 0 {
            // A unit that a page ended in the midst of.
            guard try sendWhole(begun, from: &position, rows, viewer, &page) else {
                token.progress = CheckpointToken.Progress(phase: .coming, unit: begun, position: position)
                return
            }
        }
        for next in try rows.openUnits(of: replica, .coming, after: unit, limit: 200) {
            guard !isFull(page) else {
                token.progress = CheckpointToken.Progress(phase: .coming, unit: unit)
                return
            }
            unit = next
            position = 0
            guard try sendWhole(next, from: &position, rows, viewer, &page) else {
                token.progress = CheckpointToken.Progress(phase: .coming, unit: next, position: position)
                return
            }
        }
        token.progress = CheckpointToken.Progress(phase: .coming, unit: unit)
        if try rows.openUnits(of: replica, .coming, after: unit, limit: 1).isEmpty {
            token.progress = CheckpointToken.Progress(phase: .tail, touched: tailStart)
        }
    }

    /// A first pull brought everything as it stood after the plan.
    private var tailStart: Int64 { readThrough == 0 ? plan.head : readThrough }

    private func told(readThrough: Int64, isFirstPull: Bool) -> FeedPage {
        FeedPage(
            after: 0, readThrough: readThrough, isFirstPull: isFirstPull, reader: reader,
            tellsGiven: service.timeline > Timeline.first)
    }

    /// Tells rows as they are stored.
    private var whole: FeedPage { told(readThrough: 0, isFirstPull: true) }

    /// Sends the rows of a unit as stored, from a position on. Returns false where the page was full before the unit's end.
    private func sendWhole(
        _ unit: RecordID, from position: inout Int64, _ rows: ServerRows, _ viewer: Viewer, _ page: inout Page
    ) throws -> Bool {
        guard try rows.isMember(unit, ofAny: viewer.scopes) else {
            page.dropped.append(unit)
            return true
        }
        let whole = self.whole
        while true {
            let limit = max(1, service.pageRows - page.rows)
            let found = try rows.rows(of: unit, after: position, limit: limit)
            for row in found {
                if let line = try whole.line(row, rows) { page.append(line) }
                position = row.position
            }
            if found.count < limit { return true }
            if isFull(page) { return false }
        }
    }

    // MARK: What changed

    private mutating func tail(_ rows: ServerRows, _ viewer: Viewer, _ page: inout Page) throws {
        let progress = token.progress ?? CheckpointToken.Progress(phase: .tail)
        let hasMoved = try rows.hasMovedRecords(after: readThrough)
        if let unit = progress.unit, progress.position > 0 {
            var position = progress.position
            let isDone = try sendChanges(unit, from: &position, hasMoved, rows, viewer, &page)
            token.progress = CheckpointToken.Progress(
                phase: .tail, touched: progress.touched, unit: unit, position: isDone ? 0 : position)
            return
        }
        let scopes = viewer.scopes.sorted()
        // Through this commit every scope has told all its units.
        let horizon = try scopes.compactMap { try rows.horizon(in: $0, after: progress.touched, count: 500) }.min()
        // Units of the last commit that were told already have it as `unit`: those after it are still to come.
        let from = progress.unit == nil ? progress.touched : progress.touched - 1
        var units: [(touched: Int64, unit: RecordID)] = []
        for scope in scopes { units += try rows.touchedUnits(in: scope, after: from, through: horizon ?? .max) }
        units.sort { ($0.touched, $0.unit) < ($1.touched, $1.unit) }
        var last = (touched: progress.touched, unit: progress.unit)
        for next in units {
            if next.touched == last.touched {
                guard let told = last.unit, told < next.unit else { continue }
            }
            guard !isFull(page) else {
                token.progress = CheckpointToken.Progress(phase: .tail, touched: last.touched, unit: last.unit)
                return
            }
            var position: Int64 = 0
            let isDone = try sendChanges(next.unit, from: &position, hasMoved, rows, viewer, &page)
            last = (next.touched, next.unit)
            guard isDone else {
                token.progress = CheckpointToken.Progress(
                    phase: .tail, touched: next.touched, unit: next.unit, position: position)
                return
            }
        }
        if let horizon {
            token.progress = CheckpointToken.Progress(phase: .tail, touched: horizon)
            return
        }
        try finish(rows, viewer, &page)
    }

    /// Sends what changed in a unit that the store holds. Returns false where the page was full before the unit's end.
    private func sendChanges(
        _ unit: RecordID, from position: inout Int64, _ hasMoved: Bool, _ rows: ServerRows, _ viewer: Viewer,
        _ page: inout Page
    ) throws -> Bool {
        let state = try rows.held(unit, by: replica)
        guard isTold(state), try rows.isMember(unit, ofAny: viewer.scopes) else { return true }
        let floor = state == .coming ? max(plan.head, readThrough) : readThrough
        position = max(position, FeedPosition.make(sequence: floor + 1, index: 0) - 1)
        let changes = told(readThrough: floor, isFirstPull: false)
        let whole = self.whole
        while true {
            let limit = max(1, service.pageRows - page.rows)
            let found = try rows.rows(of: unit, after: position, limit: limit)
            for row in found {
                // A first pull tells everything whole, one's own too: what it does not tell goes at its end.
                let cameOver =
                    try readThrough == 0 || hasMoved && rows.leftUnits(of: row.id).contains { $0.at > readThrough }
                if let line = try (cameOver ? whole : changes).line(row, rows) { page.append(line) }
                position = row.position
            }
            if found.count < limit { return true }
            if isFull(page) { return false }
        }
    }

    /// Whether this pull tells a unit, or what changed in it, as long as it is seen.
    private func isTold(_ state: HeldState?) -> Bool { state == .held || state == .coming }

    /// Nothing follows in this snapshot: what it holds has been wholly read.
    private mutating func finish(_ rows: ServerRows, _ viewer: Viewer, _ page: inout Page) throws {
        // Those that were erased meanwhile: the next pull asks from behind this one's end.
        try tellErased(rows, &page)
        // Those that moved on while the pull went on, too, but for what it has told in the unit that it is in.
        for move in try rows.movedAway(from: replica, after: readThrough) {
            guard try comesAgain(move, rows, viewer) else {
                page.append(gone(move))
                continue
            }
            let unit = try rows.unit(of: move.record)
            if !isTold(try unit.flatMap { try rows.held($0, by: replica) }) { page.append(.gone(move.record)) }
        }
        let sequence = try rows.lastSequence()
        token.sequence = sequence
        token.readThrough = sequence
        token.progress = nil
        token.began = 0
        hasMore = try ScopedPlan.needsPlan(rows, rows.reader(replica) ?? plan, viewer)
        page.isLast = true
        page.readable = try rows.readableCount(in: viewer.scopes)
        guard !hasMore, let told = try service.compare(compared, rows, for: replica, in: viewer.scopes) else { return }
        page.lines += told.lines
        page.sums = told.sums
    }
}
