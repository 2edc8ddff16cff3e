import WaybookModel
import WaybookProtocol
import WaybookStore

/// What a reader who sees a part of the workspace is to be told, planned before the first page from what its store holds,
/// exactly (`protocol/8-access.md#pulls`).
struct ScopedPlan {
    /// The number of the pull, and what it was planned from.
    let state: ReaderState
    /// Where the pull goes on.
    var token: CheckpointToken

    /// Remembers that a replica is told everything: should its reader see a part only one day, all else departs from it, and
    /// what they wrote about it until then is kept for others to decide.
    static func noteWhole(_ service: ExchangeService, replica: ReplicaID) throws {
        func isNoted(_ rows: ServerRows) throws -> Bool {
            try rows.reader(replica)?.scopes == [.everything]
        }
        guard try !service.file.read({ try isNoted(ServerRows($0)) }) else { return }
        try service.file.write { db in
            let rows = ServerRows(db)
            let old = try rows.reader(replica)
            let head = try rows.lastSequence()
            try rows.store(
                ReaderState(
                    pull: old?.pull ?? 0, base: 0, head: head, prior: old?.head ?? 0, scopes: [.everything],
                    presented: nil), of: replica)
        }
    }

    /// Plans a pull, or takes the one up that the token is of.
    /// - Throws: `stale` where the token does not prove what the store holds; then the reader begins anew.
    static func make(
        _ service: ExchangeService, replica: ReplicaID, viewer: Viewer, token: CheckpointToken?
    ) throws -> ScopedPlan {
        if let token {
            let known = try service.file.read { db in
                try current(ServerRows(db), replica: replica, viewer: viewer, token: token)
            }
            if let known { return known }
        }
        return try service.file.write { db in
            try plan(ServerRows(db), service, replica: replica, viewer: viewer, token: token)
        }
    }

    /// The plan that is there already and needs no change; nil where one is to be made.
    private static func current(
        _ rows: ServerRows, replica: ReplicaID, viewer: Viewer, token: CheckpointToken
    ) throws -> ScopedPlan? {
        let state = try accepted(rows, replica: replica, token: token)
        guard token.pull == state.pull else { return nil }
        if token.progress != nil { return ScopedPlan(state: state, token: token) }
        let mustPlan = try rows.hasOpenPlan(replica) || needsPlan(rows, state, viewer)
        return mustPlan ? nil : ScopedPlan(state: state, token: token)
    }

    /// Whether something came into the reader's sight, or left it, since the plan, be it for a while.
    static func needsPlan(_ rows: ServerRows, _ state: ReaderState, _ viewer: Viewer) throws -> Bool {
        try state.mustPlan || state.scopes != viewer.scopes || rows.hasMoves(in: viewer.scopes, after: state.head)
    }

    /// The reader's state, if the token proves what its store holds: it is of the last plan, or the whole of the one that
    /// was planned from, and not older than one that was presented when a plan was made.
    private static func accepted(
        _ rows: ServerRows, replica: ReplicaID, token: CheckpointToken
    ) throws -> ReaderState {
        guard let state = try rows.reader(replica), !state.scopes.contains(.everything) else { throw Problem(.stale) }
        let isLast = token.pull == state.pull
        let isBase = token.pull == state.base && token.progress == nil
        guard isLast || isBase, !(state.presented.map { token.order.lexicographicallyPrecedes($0) } ?? false) else {
            throw Problem(.stale)
        }
        return state
    }

    private static func plan(
        _ rows: ServerRows, _ service: ExchangeService, replica: ReplicaID, viewer: Viewer, token: CheckpointToken?
    ) throws -> ScopedPlan {
        let old = try token.map { try accepted(rows, replica: replica, token: $0) } ?? rows.reader(replica)
        if let token, let old {
            if token.pull == old.pull {
                try rows.settle(by: replica, .coming, as: .held)
                try rows.settle(by: replica, .leaving, as: .left)
            } else {
                // None of it was stored; whether it was there before, or is whole, these states do not tell.
                try rows.settle(by: replica, .coming, as: .behind)
                try rows.settle(by: replica, .leaving, as: .behind)
            }
        } else {
            // Nothing proves what it holds: it may be an older copy of itself. What it sees it is told anew; of all else that
            // it was ever told, or wrote, that it departed.
            for state in [HeldState.coming, .leaving, .left, .behind] { try rows.settle(by: replica, state, as: .held) }
            if old?.scopes.contains(.everything) == true { try rows.holdEverything(by: replica) }
            try rows.forgetHeld(by: replica, in: viewer.scopes)
        }
        try rows.planHeld(by: replica, seeing: viewer.scopes)
        let head = try rows.lastSequence()
        // What departs did so after the plan whose outcome is there: not after one whose answer was lost.
        let prior = token.map { $0.pull == old?.pull ? old?.head : old?.prior } ?? nil
        let state = ReaderState(
            // What a plan of a lost timeline was numbered must prove nothing.
            pull: max(old?.pull ?? 0, Timeline.pullStart(of: service.timeline)) + 1, base: token?.pull ?? 0, head: head,
            prior: prior ?? 0,
            scopes: viewer.scopes, presented: token?.order)
        try rows.store(state, of: replica)
        var start =
            token
            ?? CheckpointToken(timeline: service.timeline, sequence: 0, readThrough: 0, replica: replica)
        if token == nil { start.began = try rows.floor() }
        start.pull = state.pull
        start.progress = CheckpointToken.Progress(phase: .leaving)
        return ScopedPlan(state: state, token: start)
    }
}
