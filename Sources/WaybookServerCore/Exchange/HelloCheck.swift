import WaybookModel
import WaybookProtocol
import WaybookStore

/// Whether a replica's store and this server are of one history, and what the server answers where they are not
/// (`protocol/4-exchange.md#timelines`).
struct HelloCheck {
    let service: ExchangeService
    let hello: Hello

    /// - Returns: the number of the replica's last set that was judged, and its checkpoint, as one of this timeline.
    /// - Throws: `timeline` where the server lost what the store was told or answered, `stale` for a token that is none.
    func perform() throws(Problem) -> (last: Int64, checkpoint: CheckpointToken?, knowsTimeline: Bool) {
        do {
            return try check()
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.internalError)
        }
    }

    private func check() throws -> (last: Int64, checkpoint: CheckpointToken?, knowsTimeline: Bool) {
        let state = try service.file.read { try ServerRows($0).replica(hello.replica) }
        let last = state?.last ?? 0
        var token = hello.checkpoint.flatMap { CheckpointToken($0, of: hello.replica, service.secret) }
        // Of which history the store is nobody can tell by such a token: it comes back without one.
        guard token != nil || hello.checkpoint == nil else { throw Problem(.stale) }
        let known = token?.timeline ?? hello.timeline.flatMap { UInt8(exactly: $0) }
        // It holds verdicts that this server never gave.
        guard hello.answered <= last || isTrimmed else { throw try timeline(known, state) }
        guard let read = token else {
            // What it has read so far, and what it says of its sets, is of another history than this one.
            if let known, known != service.timeline { throw try timeline(known, state) }
            return (last, nil, false)
        }
        // It was told what this server no longer has: were it to pull afresh and join, that would stay.
        guard try isOnLineage(read) else { throw try timeline(known, state) }
        // What it does not know to be deleted is gone, and so is what would tell it.
        guard try service.file.read({ try ServerRows($0).bringsUpToDate(read) }) else { throw Problem(.stale) }
        // What it read is what the server has: from here on it is as one of this timeline.
        token?.timeline = service.timeline
        return (last, token, read.timeline == service.timeline)
    }

    /// Whether what the server lacks is no longer in the store's journal either: it goes on behind that.
    private var isTrimmed: Bool {
        service.timeline > Timeline.first && hello.replica.timeline != Int(service.timeline)
            && hello.again.map { $0.first - 1 == hello.answered } ?? false
    }

    /// Whether the server still has all that the token's store was told.
    ///
    /// Of another timeline only one that is wholly read tells that: while a pull is under way its pages may be of later
    /// commits than its sequence, and lack what stood further on by then and stands before it again.
    private func isOnLineage(_ token: CheckpointToken) throws -> Bool {
        if token.timeline == service.timeline { return token.sequence <= (try service.lastSequence()) }
        let isWhole = token.progress == nil && token.readThrough == token.sequence
        return isWhole && service.lineage.common(timeline: token.timeline, sequence: token.sequence) == token.sequence
    }

    /// - Parameter known: the timeline that the store is of. Where it is this one, the data went back and nobody noticed:
    ///   then nobody knows what is lost, and the store is to keep all that it has.
    private func timeline(_ known: UInt8?, _ state: ReplicaState?) throws -> Problem {
        var problem = Problem(.timeline, expected: (state?.last ?? 0) + 1)
        guard let known, known != service.timeline, let present = service.present else { return problem }
        problem.restored = RestoredTimeline(
            number: Int(present.number), fork: service.lineage.common(timeline: known, sequence: .max) ?? 0,
            start: present.start, epoch: service.epoch, vetted: state?.vetted,
            takesWitness: true,
            closed: try service.file.read { try HealingClosing($0).closed(present.number)?.closed })
        return problem
    }
}
