import WaybookModel

/// The oracle of version vectors for long runs over registers: each write has a context, the causal past of the value it
/// was made on; what must be present and what must be listed follows from contexts alone. It never sees a base.
///
/// Every simulated write has a text of its own, so a shown value names the write that made it.
public struct WriteOracle: Sendable {
    /// One atom.
    public struct Place: Hashable, Sendable {
        public var record: RecordID
        public var path: FieldPath
    }

    private struct Made: Sendable {
        var parent: String?
        var resolves: Set<String>
        var context: Set<String> = []
        var isRefused = false
        var stamp: Stamp?
    }

    private struct State: Sendable {
        var arrived: Set<String> = []
        var dominated: Set<String> = []
        var settled: Set<String> = []
        var present: String?
        /// How often a write has arrived, where that is more than once.
        var arrivals: [String: Int] = [:]
    }

    private var made: [Place: [String: Made]] = [:]
    private var states: [Place: State] = [:]
    private var forgotten: Set<Place> = []
    private var forgottenRecords: Set<RecordID> = []
    private let quiet: Set<FieldPath>

    /// - Parameter quiet: the paths whose losers go to history.
    public init(quiet: Set<FieldPath>) { self.quiet = quiet }

    /// The places that writes have reached, and of which everything is known.
    public var places: [Place] {
        states.keys.filter { knows($0) }.sorted { ($0.record, $0.path) < ($1.record, $1.path) }
    }

    /// Ceases to say anything of a place: something that this oracle does not model has happened to it.
    public mutating func forget(_ place: Place) { forgotten.insert(place) }

    /// The same of all places of a record, also those that no write has reached yet.
    public mutating func forget(record: RecordID) { forgottenRecords.insert(record) }

    /// Whether it still says what must be at a place.
    public func knows(_ place: Place) -> Bool {
        !forgotten.contains(place) && !forgottenRecords.contains(place.record)
    }

    /// Somebody looked at a losing value and let the present one stand.
    public mutating func settle(_ text: String, at place: Place) { states[place]?.settled.insert(text) }

    /// A write has resolved nothing, for its author no longer saw what it was to resolve.
    public mutating func leaveOpen(_ text: String, at place: Place) { made[place]?[text]?.resolves = [] }

    /// How often a write has arrived. Two stores send one write each under a number of its own, where one is a copy of the
    /// other from before it was sent: that is two writes, which no text tells apart.
    public func arrivals(of text: String, at place: Place) -> Int {
        guard let state = states[place], state.arrived.contains(text) else { return 0 }
        return state.arrivals[text] ?? 1
    }

    /// Whether a write has arrived twice at a place: which of the two a later one was made on is not known then.
    public func hasTwins(at place: Place) -> Bool { states[place].map { !$0.arrivals.isEmpty } ?? false }

    /// Takes note of a write at its making.
    /// - Parameters:
    ///   - shown: the value that the replica showed where it was made.
    ///   - resolves: the losing values that it resolves.
    public mutating func note(_ text: String, at place: Place, shown: String?, resolves: Set<String> = []) {
        made[place, default: [:]][text] = Made(parent: shown, resolves: resolves)
    }

    /// Whether the server is known to have ruled on a write: nil while it is not, else whether it took it.
    public func ruling(on text: String, at place: Place) -> Bool? {
        guard let write = made[place]?[text] else { return nil }
        return write.isRefused ? false : write.stamp.map { _ in true }
    }

    /// The server refused the write.
    public mutating func refuse(_ text: String, at place: Place) { made[place]?[text]?.isRefused = true }

    /// The server accepted the write.
    /// - Parameters:
    ///   - stamp: the stamp it was judged under.
    ///   - before: the server's state of the place before; only its stamp is looked at.
    /// - Returns: the value that must be present now.
    public mutating func arrive(_ text: String, at place: Place, stamp: Stamp, before: Atom?) -> String {
        var state = states[place] ?? State()
        let context = context(of: text, at: place)
        if state.arrived.contains(text) { state.arrivals[text, default: 1] += 1 }
        made[place]?[text]?.context = context
        made[place]?[text]?.stamp = stamp
        state.arrived.insert(text)
        state.dominated.formUnion(context)
        defer { states[place] = state }
        guard let present = state.present, let before, !context.contains(present) else {
            state.present = text
            return text
        }
        for head in heads(state) where head != text && head != present {
            guard let theirs = made[place]?[head]?.stamp else { continue }
            if stamp > theirs, isCovered(head, by: text, at: place) { state.settled.insert(head) }
            if stamp < theirs, isCovered(text, by: head, at: place) {
                state.settled.insert(text)
                return present
            }
        }
        let wins = stamp > before.stamp
        let (winner, loser) = wins ? (text, present) : (present, text)
        if quiet.contains(place.path) || isCovered(loser, by: winner, at: place) { state.settled.insert(loser) }
        state.present = winner
        return winner
    }

    private func context(of text: String, at place: Place) -> Set<String> {
        guard let write = made[place]?[text] else { return [] }
        var context: Set<String> = []
        for past in [effectiveParent(write, at: place)].compactMap({ $0 }) + write.resolves {
            context.formUnion(made[place]?[past]?.context ?? [])
            context.insert(past)
        }
        return context
    }

    private func effectiveParent(_ write: Made, at place: Place) -> String? {
        var parent = write.parent
        // A history that was made short may give two writes one text.
        var seen: Set<String> = []
        while let text = parent, seen.insert(text).inserted, let next = made[place]?[text], next.isRefused {
            parent = next.parent
        }
        return parent
    }

    private func isCovered(_ loser: String, by winner: String, at place: Place) -> Bool {
        guard let lost = made[place]?[loser], let won = made[place]?[winner] else { return false }
        return !lost.resolves.isEmpty && lost.resolves.isSubset(of: won.resolves)
            && effectiveParent(lost, at: place) == effectiveParent(won, at: place)
    }

    private func heads(_ state: State) -> Set<String> {
        state.arrived.subtracting(state.dominated).subtracting(state.settled)
    }

    /// The value that must be present.
    public func present(at place: Place) -> String? { states[place]?.present }

    /// What is known of some writes, for a person who looks into a failure.
    public func story(of texts: Set<String>, at place: Place) -> String {
        texts.sorted().map { text in
            let write = made[place]?[text]
            let heirs = (made[place] ?? [:]).filter { $0.value.parent == text || $0.value.resolves.contains(text) }
            let told = heirs.map { "\($0.key)\($0.value.isRefused ? " (refused)" : "")" }.sorted()
            return
                "\(text): on \(write?.parent ?? "nothing"), resolves \(write?.resolves.sorted() ?? []), heirs \(told), "
                + "settled \(states[place]?.settled.contains(text) ?? false)"
        }.joined(separator: "; ")
    }

    /// The server accepted a write; what must be present is not asked, for it may have been put back meanwhile.
    public mutating func accept(_ text: String, at place: Place, stamp: Stamp) {
        states[place] = states[place] ?? State()
        made[place]?[text]?.stamp = stamp
        made[place]?[text]?.isRefused = false
    }

    /// The writes that the server has accepted.
    public func accepted(at place: Place) -> Set<String> {
        Set((made[place] ?? [:]).filter { $0.value.stamp != nil && !$0.value.isRefused }.keys)
    }

    /// The accepted writes that are neither among these values nor in the past of one. One that resolves may have lost
    /// against another that resolves the same.
    public func unseen(by heads: Set<String>, at place: Place) -> Set<String> {
        var seen: Set<String> = []
        var next = Array(heads)
        while let text = next.popLast() {
            guard seen.insert(text).inserted, let write = made[place]?[text] else { continue }
            next += [write.parent].compactMap { $0 } + write.resolves
        }
        return accepted(at: place).subtracting(seen).filter { made[place]?[$0]?.resolves.isEmpty ?? true }
    }

    /// The values that must be listed as open conflicts.
    public func open(at place: Place) -> Set<String> {
        guard let state = states[place] else { return [] }
        return heads(state).subtracting(state.present.map { [$0] } ?? [])
    }
}
