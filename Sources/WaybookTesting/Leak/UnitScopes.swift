import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// Who may see what, by the pure rules over the server's roots alone, kept up with its commits. The server's own index of
/// members, and what its feed says, have no part in it.
struct UnitScopes {
    private let schema: Schema
    private var sequence: Int64 = 0
    private var roots: [RecordID: VersionedRecord] = [:]
    private var scopes: [RecordID: Set<Scope>] = [:]
    /// The roots that are seen by whoever sees another unit.
    private var followers: [RecordID: Set<RecordID>] = [:]
    private var unitOf: [RecordID: RecordID] = [:]
    private var recordsOf: [RecordID: Set<RecordID>] = [:]
    /// The codes that a record ever showed.
    private var codesOf: [RecordID: Set<Int>] = [:]
    private var directory: [RecordID: VersionedRecord] = [:]
    /// The roots of which the server has the identity alone: laptops may hold what they had read of them.
    private var removed: Set<RecordID> = []
    private(set) var organisation = Organisation()

    init(_ schema: Schema) { self.schema = schema }

    /// Takes in what was committed since.
    mutating func catchUp(_ rows: ServerRows) throws {
        var isLast = false
        while !isLast {
            let feed = try rows.feed(after: sequence, atLeast: 2_000)
            for row in feed.rows {
                place(row)
                // With what a deleted root hides: it still says whose it is.
                if row.unit == row.id, let root = try rows.row(row.id)?.record { take(root: root) }
            }
            sequence = feed.rows.last?.sequence ?? sequence
            isLast = feed.isLast
        }
    }

    private mutating func place(_ row: FeedRow) {
        if let old = unitOf[row.id], old != row.unit { recordsOf[old]?.remove(row.id) }
        unitOf[row.id] = row.unit
        recordsOf[row.unit, default: []].insert(row.id)
        codesOf[row.id, default: []].formUnion(Marker.codes(in: row.fields))
    }

    private mutating func take(root: VersionedRecord) {
        roots[root.id] = root
        if DirectoryRecord.collections.contains(root.collection) {
            directory[root.id] = root
            organisation = Organisation(directory.values)
        }
        place(root)
        placeFollowers(of: root.id)
    }

    private mutating func placeFollowers(of root: RecordID) {
        for follower in followers[root] ?? [] { if let root = roots[follower] { place(root) } }
    }

    /// Takes note of the roots of which the server has the identity alone. What follows them is seen as what is about nothing.
    mutating func note(removed now: Set<RecordID>) {
        let changed = removed.symmetricDifference(now)
        removed = now
        for root in changed { placeFollowers(of: root) }
    }

    /// Takes over what was known, before the server was put back, of what it has the identity alone of: laptops may hold it.
    mutating func keepRemoved(_ removed: Set<RecordID>, from former: UnitScopes) {
        for id in removed where unitOf[id] == nil {
            guard let unit = former.unitOf[id] else { continue }
            unitOf[id] = unit
            recordsOf[unit, default: []].insert(id)
            codesOf[id] = former.codesOf[id]
            guard let root = former.roots[id] else { continue }
            (roots[id], scopes[id]) = (root, former.scopes[id])
        }
    }

    private mutating func place(_ root: VersionedRecord) {
        var about: VersionedRecord?
        if case .follows(let field, _)? = schema[root.collection]?.access.audience,
            let unit = root[field]?.text.flatMap({ RecordID($0) })
        {
            followers[unit, default: []].insert(root.id)
            about = removed.contains(unit) ? nil : roots[unit]
        }
        var found = Set(schema.scopes(of: root, about: about).keys)
        // Of a root that was never made, or is no more: whoever answers for its author's book decides on it.
        if root.collection == HandoverRecord.collection, about == nil,
            let author = root[HandoverRecord.Field.author]?.text.flatMap({ RecordID($0) })
        {
            found.insert(organisation.holder(of: author).map { .book($0) } ?? .pool)
        }
        scopes[root.id] = found
    }

    // MARK: Asking

    /// The units that somebody may see now; nil for all. Nobody's for whom the directory does not know as active.
    func units(seenBy user: RecordID, at milliseconds: Int64) -> Set<RecordID> {
        guard let viewer = viewer(user, at: milliseconds) else { return [] }
        if viewer.seesEverything { return Set(roots.keys) }
        return Set(scopes.filter { !$0.value.isDisjoint(with: viewer.scopes) }.keys)
    }

    /// Whether somebody may see a unit now: whether ``units(seenBy:at:)`` has it.
    func isSeen(_ unit: RecordID, by user: RecordID, at milliseconds: Int64) -> Bool {
        guard let viewer = viewer(user, at: milliseconds) else { return false }
        return viewer.seesEverything ? roots[unit] != nil : scopes[unit]?.isDisjoint(with: viewer.scopes) == false
    }

    private func viewer(_ user: RecordID, at milliseconds: Int64) -> Viewer? {
        Viewer(user, in: organisation, on: String(Instant(milliseconds: milliseconds).description.prefix(10)))
    }

    /// The codes of all that these units hold.
    func codes(of units: Set<RecordID>) -> Set<Int> {
        var codes: Set<Int> = []
        for unit in units {
            for record in recordsOf[unit] ?? [] { codes.formUnion(codesOf[record] ?? []) }
        }
        return codes
    }

    /// The codes of records.
    func codes(ofRecords ids: some Sequence<RecordID>) -> Set<Int> {
        ids.reduce(into: []) { $0.formUnion(codesOf[$1] ?? []) }
    }

    /// The unit of a record; nil for one that the server does not have.
    func unit(of record: RecordID) -> RecordID? { unitOf[record] }

    /// Whether the server has a unit.
    func knows(_ unit: RecordID) -> Bool { roots[unit] != nil && !removed.contains(unit) }

    func person(_ user: RecordID) -> Organisation.Person? { organisation.people[user] }

    /// The records of a unit.
    func records(ofUnit unit: RecordID) -> Set<RecordID> { recordsOf[unit] ?? [] }

    /// The codes of a laptop's refused changes to what is seen, or to what the server does not have: theirs to mend or drop.
    /// - Parameters:
    ///   - lines: those of the refused sets.
    ///   - isTheirs: whether a set is theirs all the same.
    func codesRefused(
        in lines: [Data], _ seen: Set<RecordID>, schema: Schema, isTheirs: (ChangeSet) -> Bool = { _ in false }
    ) throws -> Set<Int> {
        var found: Set<Int> = []
        for line in lines {
            guard let set = ChangeSetLine.decode(try JSONParser.parse(Array(line))) else { continue }
            for change in set.changes {
                var draft = VersionedRecord(id: change.id, collection: change.collection)
                for write in change.writes { draft.atoms[write.path] = Atom(value: write.value, stamp: set.stamp) }
                let unit = unit(of: change.id) ?? schema.unit(of: draft) ?? change.id
                guard seen.contains(unit) || !knows(unit) || isTheirs(set) else { continue }
                let texts = draft.atoms.flatMap { [$0.key.text, $0.value.value?.text ?? ""] }
                found.formUnion(texts.flatMap { Marker.codes(in: $0) })
            }
        }
        return found
    }
}
