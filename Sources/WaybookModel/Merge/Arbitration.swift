/// A losing causal head that nobody has resolved.
public struct OpenLoser: Hashable, Sendable {
    public var path: FieldPath
    /// The value that lost; nil for a lost removal.
    public var value: Value?
    public var stamp: Stamp
    public var origin: Stamp

    public init(path: FieldPath, value: Value?, stamp: Stamp, origin: Stamp? = nil) {
        self.path = path
        self.value = value
        self.stamp = stamp
        self.origin = origin ?? stamp
    }

    init(path: FieldPath, atom: Atom) {
        self.init(path: path, value: atom.value, stamp: atom.stamp, origin: atom.origin)
    }

    func isNamed(by base: Stamp) -> Bool { base == stamp || base == origin }
}

/// What became of an accepted write.
public enum WriteOutcome: String, Hashable, Sendable {
    /// It is the present state, under the stamp it came with.
    case applied
    /// The present state differs from it, or stands under a stamp of the server's, and nobody needs to be asked.
    case merged
    /// It and another write contradict each other; one of them is listed.
    case conflict
}

/// The server's decision on one accepted write.
public struct Decision: Hashable, Sendable {
    /// The state after it.
    public var present: Atom
    public var outcome: WriteOutcome
    /// The loser that is now open, if any.
    public var listed: OpenLoser?
    /// Losers that are no longer open: this write carries them on, or its value makes them pointless.
    public var closed: [OpenLoser] = []
    /// States that are no longer present and not open either, for history.
    public var retired: [Atom] = []
}

/// The server's ruling on one write.
public enum Ruling: Hashable, Sendable {
    case accepted(Decision)
    /// The write is refused, and with it its set. The present value goes back with the refusal.
    case refused(RefusalRule, present: Value?)
    /// Two unequal writes bear one stamp: two stores stamp as one replica.
    case clonedStore
}

/// Which rule refuses a write.
public enum RefusalRule: String, Hashable, Sendable, CaseIterable {
    /// The field keeps its first value.
    case immutable
    /// The request was made on a value that is no longer the present one.
    case served
    /// The value is not of the field's type.
    case type
    /// The value is outside the field's limits.
    case limit
    /// A required field has no value.
    case required
    /// The path has no place in its field.
    case path
    /// Only the server writes this.
    case access
    /// The record is not known to the server.
    case unknown
    /// The set builds on one that was refused.
    case depends
    /// The person whom it tells of was erased.
    case erased
    /// It was refused already, before the server was put back to an earlier state.
    case before
}

/// What a resolving write said it settles on its path: two such writes that agree on both are rivals, and the one that
/// loses goes to history, for nobody needs to be asked again.
public struct Resolution: Hashable, Sendable {
    /// The conflicts of this path that the write resolves.
    public var conflicts: Set<RecordID>
    /// The base of the write, translated.
    public var base: Stamp?

    public init(conflicts: Set<RecordID>, base: Stamp?) {
        self.conflicts = conflicts
        self.base = base
    }

    /// Whether a loser with this resolution adds nothing to what the winner's resolution settles.
    func isCovered(by winner: Resolution) -> Bool {
        base == winner.base && conflicts.isSubset(of: winner.conflicts)
    }
}

/// The server's settling of concurrent writes: done once, in its commit, from the write, its base and the present state.
/// Every replica learns the outcome as a state to join.
///
/// The law it keeps (`protocol/2-invariants.md#i3`): under every causally ordered arrival the open losers of an atom are
/// its causal heads, less the present one, less those resolved, less those whose value equals the present one.
public struct Arbitration {
    public var rule: AtomRule
    public var path: FieldPath
    public var present: Atom?
    /// The open losers of this atom, without those that the arriving set resolves.
    public var losers: [OpenLoser]
    /// Gives a stamp of the server's own above the given one.
    public var serverStamp: (Stamp) -> Stamp
    /// The text that stood under a stamp, as far as history still knows it.
    public var textAt: (Stamp) -> String?
    /// Whether a merged text is within the limits of its field.
    public var fits: (Value) -> Bool = { _ in true }
    /// The resolution that the write with this origin was, if it was one.
    public var resolutionAt: (Stamp) -> Resolution?

    public init(
        rule: AtomRule, path: FieldPath, present: Atom?, losers: [OpenLoser],
        serverStamp: @escaping (Stamp) -> Stamp, textAt: @escaping (Stamp) -> String? = { _ in nil },
        resolutionAt: @escaping (Stamp) -> Resolution? = { _ in nil }
    ) {
        self.rule = rule
        self.path = path
        self.present = present
        self.losers = losers
        self.serverStamp = serverStamp
        self.textAt = textAt
        self.resolutionAt = resolutionAt
    }

    /// Rules on one write.
    /// - Parameters:
    ///   - write: its base already translated past refused and re-stamped writes.
    ///   - resolution: what the write's set resolves on this path, if anything.
    public func ruling(on write: Write, stamp: Stamp, resolution: Resolution? = nil) -> Ruling {
        guard let present else { return accepted(Atom(value: write.value, stamp: stamp), .applied) }
        if stamp == present.stamp || stamp == present.origin {
            guard write.value == present.value else { return .clonedStore }
            return accepted(present, stamp == present.stamp ? .applied : .merged)
        }
        if let base = write.base, present.isNamed(by: base) {
            return rule == .immutable && write.value != present.value
                ? .refused(.immutable, present: present.value)
                : sequential(write, stamp: stamp, over: present)
        }
        return concurrent(Arrival(write: write, stamp: stamp, resolution: resolution), against: present)
    }

    private struct Arrival {
        var write: Write
        var stamp: Stamp
        var resolution: Resolution?
        var atom: Atom { Atom(value: write.value, stamp: stamp) }
    }

    private func sequential(_ write: Write, stamp: Stamp, over present: Atom) -> Ruling {
        let next = install(write.value, stamp: stamp, over: present)
        return accepted(next, next.stamp == stamp ? .applied : .merged, retired: [present])
    }

    /// The value as the present state: under its own stamp if that is above the present one, else under a server stamp.
    private func install(_ value: Value?, stamp: Stamp, over present: Atom) -> Atom {
        stamp > present.stamp
            ? Atom(value: value, stamp: stamp)
            : Atom(value: value, stamp: serverStamp(present.stamp), origin: stamp)
    }

    private func concurrent(_ arrival: Arrival, against present: Atom) -> Ruling {
        let write = arrival.write
        var closed = write.base.map { base in losers.filter { $0.isNamed(by: base) } } ?? []
        for loser in losers where !closed.contains(loser) {
            guard let theirs = resolutionAt(loser.origin), let ours = arrival.resolution else { continue }
            let rival = Atom(value: loser.value, stamp: loser.origin)
            if beats(arrival.atom, rival) {
                if theirs.isCovered(by: ours) { closed.append(loser) }
            } else if ours.isCovered(by: theirs) {
                return accepted(present, .merged, closed: closed, retired: [arrival.atom])
            }
        }
        if write.value == present.value {
            return arrival.stamp > present.stamp
                ? accepted(arrival.atom, .applied, closed: closed, retired: [present])
                : accepted(present, .merged, closed: closed, retired: [arrival.atom])
        }
        switch rule {
        case .immutable: return .refused(.immutable, present: present.value)
        case .served: return .refused(.served, present: present.value)
        case .text: return mergedText(arrival, with: present, closed: closed) ?? contest(arrival, present, closed)
        case .element, .register: return contest(arrival, present, closed)
        }
    }

    /// Whether the left of two unequal states stays: the one whose value the rule prefers, else the later.
    private func beats(_ left: Atom, _ right: Atom) -> Bool {
        let (ours, theirs) = (isPreferred(left.value), isPreferred(right.value))
        return ours == theirs ? left.stamp > right.stamp : ours
    }

    private func isPreferred(_ value: Value?) -> Bool {
        switch rule {
        case .register(_, let prefer): value.map(prefer.contains) ?? false
        case .element: value != nil
        case .text, .immutable, .served: false
        }
    }

    private func isQuiet(_ winner: Value?, _ loser: Value?) -> Bool {
        switch rule {
        case .register(let quiet, _): quiet
        case .element(let quiet): quiet || winner == nil || loser == nil
        case .text, .immutable, .served: false
        }
    }

    /// One of two contradicting writes stays; the other is listed, or goes to history where the rule is quiet or both
    /// resolve the same.
    private func contest(_ arrival: Arrival, _ present: Atom, _ closed: [OpenLoser]) -> Ruling {
        let wins = beats(arrival.atom, present)
        let winner = wins ? install(arrival.write.value, stamp: arrival.stamp, over: present) : present
        let loser = wins ? present : arrival.atom
        if isQuiet(winner.value, loser.value) || isRival(arrival, present, arrivalWins: wins) {
            let outcome: WriteOutcome = winner.stamp == arrival.stamp ? .applied : .merged
            return accepted(winner, outcome, closed: closed, retired: [loser])
        }
        let listed = OpenLoser(path: path, atom: loser)
        return accepted(winner, .conflict, listed: listed, closed: closed, retired: wins ? [present] : [])
    }

    private func isRival(_ arrival: Arrival, _ present: Atom, arrivalWins: Bool) -> Bool {
        guard let ours = arrival.resolution, let theirs = resolutionAt(present.origin) else { return false }
        return arrivalWins ? theirs.isCovered(by: ours) : ours.isCovered(by: theirs)
    }

    /// Merges lines three ways. The merged text has two parents, so it takes a stamp of the server's own as its origin
    /// too: a later write on either parent is concurrent with it and merges in turn.
    private func mergedText(_ arrival: Arrival, with present: Atom, closed: [OpenLoser]) -> Ruling? {
        guard let mine = arrival.write.value?.text, let theirs = present.value?.text,
            let base = arrival.write.base.flatMap(textAt),
            let merged = TextMerge.merge(base: base, left: theirs, right: mine), fits(.string(merged))
        else { return nil }
        if merged.utf8.elementsEqual(theirs.utf8) {
            return accepted(present, .merged, closed: closed, retired: [arrival.atom])
        }
        let next = Atom(value: .string(merged), stamp: serverStamp(max(present.stamp, arrival.stamp)))
        return accepted(next, .merged, closed: closed, retired: [present, arrival.atom])
    }

    private func accepted(
        _ atom: Atom, _ outcome: WriteOutcome, listed: OpenLoser? = nil, closed: [OpenLoser] = [], retired: [Atom] = []
    ) -> Ruling {
        let pointless = losers.filter { $0.value == atom.value && !closed.contains($0) }
        return .accepted(
            Decision(present: atom, outcome: outcome, listed: listed, closed: closed + pointless, retired: retired))
    }
}
