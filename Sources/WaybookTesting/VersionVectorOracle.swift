import WaybookModel

/// Computes from causal histories alone what the server must have made of them: who is present, and which losing heads
/// are open. Knows nothing of bases or origins (`protocol/2-invariants.md#i3`).
///
/// The context of a write is the context of the value it was made on, that value's own dot, and the same of the losers
/// that it resolves. Heads are the writes that are in no other's context. Open are the heads, less the present one, less
/// those that a quiet rule, a rival resolution or an equal value has settled.
public struct VersionVectorOracle: Sendable {
    private struct AtomState: Sendable {
        var arrived = Dots()
        var dominated = Dots()
        var settled = Dots()
        var present: Int?
    }

    public private(set) var writes: [OracleWrite] = []
    /// Every write that the server has taken.
    public private(set) var arrived = Dots()
    private var atoms: [FieldPath: AtomState] = [:]
    private let rules: [FieldPath: AtomRule]

    public init(rules: [FieldPath: AtomRule]) { self.rules = rules }

    /// Takes note of a write at its making.
    /// - Returns: its dot.
    public mutating func note(_ write: OracleWrite) -> Int {
        writes.append(write)
        return writes.count - 1
    }

    /// Takes note that the server refused a write.
    public mutating func refuse(_ dot: Int) { writes[dot].isRefused = true }

    /// The dot of the arrived write with this origin, or nil.
    public func dot(at path: FieldPath, origin: Stamp) -> Int? {
        writes.indices.last { arrived.contains($0) && writes[$0].path == path && writes[$0].stamp == origin }
    }

    /// Whether a write that is about to arrive was made on the present value.
    public func isSequential(_ dot: Int) -> Bool {
        guard let present = atoms[writes[dot].path]?.present else { return true }
        return context(of: dot).contains(present)
    }

    private func context(of dot: Int) -> Dots {
        var context = Dots()
        for parent in [writes[dot].parent].compactMap({ $0 }) + writes[dot].resolves.members {
            var parent: Int? = parent
            while let refused = parent, writes[refused].isRefused { parent = writes[refused].parent }
            if let parent { context = context.union(writes[parent].context).union(Dots(parent)) }
        }
        return context
    }

    // MARK: - Arrivals

    /// Lets a write arrive that the server accepted under `stamp`, and checks that the right one is present after it.
    public mutating func arrive(_ dot: Int, stamp: Stamp, before: Atom?, after: Atom?) throws(BrokenLaw) {
        let path = writes[dot].path
        writes[dot].stamp = stamp
        writes[dot].context = context(of: dot)
        let present = atoms[path]?.present
        enter(dot, at: path)
        if path == .life { return try arriveLife(dot, over: present, after: after) }
        guard let present, let before else { return try settle(path, present: dot, after: after) }
        if writes[dot].context.contains(present) { return try settle(path, present: dot, after: after) }
        if try meetOpenRivals(dot, at: path) { return try settle(path, present: present, lost: dot, after: after) }
        let isLater = stamp > before.stamp
        if writes[dot].value == writes[present].value {
            return try settle(path, present: isLater ? dot : present, lost: isLater ? present : dot, after: after)
        }
        if let text = mergedText(dot, with: present) {
            return try settleMerged(text, path, dot, present, after: after)
        }
        let wins = isPreferred(dot, over: present) ?? isLater
        let (winner, loser) = wins ? (dot, present) : (present, dot)
        let isQuiet = isQuiet(dot, present) || isCovered(loser, by: winner)
        try settle(path, present: winner, lost: isQuiet ? loser : nil, after: after)
    }

    /// Two resolutions of one conflict that are both losing: the one that would lose to the other goes to history.
    /// - Returns: whether that is the arriving one.
    private mutating func meetOpenRivals(_ dot: Int, at path: FieldPath) throws(BrokenLaw) -> Bool {
        for head in open(at: path).members where head != dot {
            let wins = isPreferred(dot, over: head) ?? (writes[dot].stamp > writes[head].stamp)
            if wins, isCovered(head, by: dot) { atoms[path]?.settled.insert(head) }
            if !wins, isCovered(dot, by: head) { return true }
        }
        return false
    }

    private mutating func enter(_ dot: Int, at path: FieldPath) {
        arrived.insert(dot)
        var atom = atoms[path] ?? AtomState()
        atom.arrived.insert(dot)
        atom.dominated = atom.dominated.union(writes[dot].context)
        atoms[path] = atom
    }

    /// The server's own write that brings a deleted record back to life because of `cause`. Who had seen the delete is
    /// not asked about it.
    public mutating func revive(because cause: Int, after: Atom?) throws(BrokenLaw) {
        guard let deleted = atoms[.life]?.present, let after else {
            throw BrokenLaw(law: "revival", detail: "nothing to revive")
        }
        let knows = writes[cause].seen.contains(deleted) ? Dots(deleted) : Dots()
        let dot = note(
            OracleWrite(
                author: after.stamp.replica, path: .life, value: VersionedRecord.alive, parent: nil, resolves: Dots(),
                seen: Dots(), stamp: after.origin, context: writes[deleted].context.union(knows)))
        enter(dot, at: .life)
        try settle(.life, present: dot, after: after)
    }

    // MARK: - Life

    private mutating func arriveLife(_ dot: Int, over present: Int?, after: Atom?) throws(BrokenLaw) {
        if let present, writes[dot].value == writes[present].value {
            let stays = after?.origin == writes[present].stamp
            return try settle(.life, present: stays ? present : dot, lost: stays ? dot : present, after: after)
        }
        guard writes[dot].value == VersionedRecord.deleted else {
            let knows = present.map { writes[dot].seen.contains($0) } ?? false
            return try settle(.life, present: dot, lost: knows ? present : nil, after: after)
        }
        let asks = isAsking(dot) ?? (after?.value != VersionedRecord.deleted)
        guard asks else { return try settle(.life, present: dot, lost: present, after: after) }
        if let present { return try settle(.life, present: present, after: after) }
        // The life that was never written is said now, by the server.
        guard let after else { throw BrokenLaw(law: "delete", detail: "nothing says that the record lives") }
        let alive = note(
            OracleWrite(
                author: after.stamp.replica, path: .life, value: VersionedRecord.alive, parent: nil, resolves: Dots(),
                seen: Dots(), stamp: after.origin))
        enter(alive, at: .life)
        try settle(.life, present: alive, after: after)
    }

    /// Whether a delete must ask (true), must stand (false), or may do either (nil: what its author had not seen is no
    /// longer there).
    private func isAsking(_ dot: Int) -> Bool? {
        let author = writes[dot].author
        let foreign = arrived.subtracting(writes[dot].seen).members.filter {
            writes[$0].author != author && $0 != dot && !isLifeMark($0)
        }
        let standing = foreign.filter { other in
            let path = writes[other].path
            return atoms[path]?.present == other || open(at: path).contains(other)
        }
        if !standing.isEmpty { return true }
        return foreign.isEmpty ? false : nil
    }

    private func isLifeMark(_ dot: Int) -> Bool {
        writes[dot].path == .life && (writes[dot].value == VersionedRecord.deleted || writes[dot].author.isServer)
    }

    // MARK: - The rules, said once more and in another way

    private func isPreferred(_ dot: Int, over present: Int) -> Bool? {
        let (mine, theirs) = (writes[dot].value, writes[present].value)
        switch rules[writes[dot].path] {
        case .element: return mine == nil ? false : theirs == nil ? true : nil
        case .register(_, let prefer):
            let (isMine, isTheirs) = (prefer.contains { $0 == mine }, prefer.contains { $0 == theirs })
            return isMine == isTheirs ? nil : isMine
        default: return nil
        }
    }

    private func isQuiet(_ dot: Int, _ present: Int) -> Bool {
        switch rules[writes[dot].path] {
        case .element(let quiet): quiet || writes[dot].value == nil || writes[present].value == nil
        case .register(let quiet, _): quiet
        default: false
        }
    }

    /// Whether a resolution settles nothing beyond what the winner settles, and both were made on the same value.
    private func isCovered(_ loser: Int, by winner: Int) -> Bool {
        let (lost, won) = (writes[loser].resolves, writes[winner].resolves)
        return !lost.isEmpty && lost.subtracting(won).isEmpty && effectiveParent(loser) == effectiveParent(winner)
    }

    private func effectiveParent(_ dot: Int) -> Int? {
        var parent = writes[dot].parent
        while let refused = parent, writes[refused].isRefused { parent = writes[refused].parent }
        return parent
    }

    private func mergedText(_ dot: Int, with present: Int) -> String? {
        guard rules[writes[dot].path] == .text, let mine = writes[dot].value?.text,
            let theirs = writes[present].value?.text, let parent = effectiveParent(dot),
            let old = writes[parent].value?.text
        else { return nil }
        return TextMerge.merge(base: old, left: theirs, right: mine)
    }

    private mutating func settleMerged(
        _ text: String, _ path: FieldPath, _ dot: Int, _ present: Int, after: Atom?
    ) throws(BrokenLaw) {
        if writes[present].value == .string(text) { return try settle(path, present: present, lost: dot, after: after) }
        guard let after else { throw BrokenLaw(law: "text", detail: "no merged text") }
        let context = writes[dot].context.union(writes[present].context).union(Dots(dot)).union(Dots(present))
        let merged = note(
            OracleWrite(
                author: after.stamp.replica, path: path, value: .string(text), parent: nil, resolves: Dots(),
                seen: Dots(), stamp: after.origin, context: context))
        enter(merged, at: path)
        try settle(path, present: merged, after: after)
    }

    /// Makes one write the present one, drops what met its equal, and compares with what the server has.
    private mutating func settle(
        _ path: FieldPath, present: Int, lost: Int? = nil, after: Atom?
    ) throws(BrokenLaw) {
        var atom = atoms[path] ?? AtomState()
        if let lost { atom.settled.insert(lost) }
        atom.present = present
        for head in atom.arrived.subtracting(atom.dominated).members
        where head != present && writes[head].value == writes[present].value {
            atom.settled.insert(head)
        }
        atoms[path] = atom
        guard after?.value == writes[present].value, after?.origin == writes[present].stamp else {
            throw BrokenLaw(law: "present", detail: "\(path): another write is present than should be")
        }
    }

    // MARK: - The law of conflicts

    /// The writes that must be listed as open conflicts of an atom.
    public func open(at path: FieldPath) -> Dots {
        guard let atom = atoms[path] else { return Dots() }
        let heads = atom.arrived.subtracting(atom.dominated).subtracting(atom.settled)
        return atom.present.map { heads.subtracting(Dots($0)) } ?? heads
    }

    /// Compares what the server lists with what must be listed.
    public func check(_ conflicts: [OpenConflict], at path: FieldPath) throws(BrokenLaw) {
        var listed = Dots()
        for conflict in conflicts where conflict.loser.path == path {
            guard let dot = dot(at: path, origin: conflict.loser.origin) else {
                throw BrokenLaw(law: "conflicts", detail: "\(path): listed what nobody wrote")
            }
            guard !listed.contains(dot) else {
                throw BrokenLaw(law: "conflicts", detail: "\(path): a head is listed twice")
            }
            listed.insert(dot)
        }
        let expected = open(at: path)
        guard listed.subtracting(expected).isEmpty else {
            throw BrokenLaw(law: "conflicts", detail: "\(path): listed but not a head")
        }
        guard expected.subtracting(listed).isEmpty else {
            throw BrokenLaw(law: "conflicts", detail: "\(path): a losing head is not listed")
        }
    }
}
