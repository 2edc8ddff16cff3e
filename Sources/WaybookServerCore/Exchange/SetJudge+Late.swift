import WaybookModel
import WaybookProtocol
import WaybookStore

/// What somebody held once: since when they no longer do, what they were to it, and whether what they wrote counts as written
/// before (`protocol/8-access.md#pushes`).
extension SetJudge {
    /// Whether this replica, or one that it is a copy of, was ever told of the unit, or of the record in another.
    func hasHeld(_ unit: RecordID, record: RecordID) throws -> Bool {
        if reader?.scopes.contains(.everything) == true { return true }
        let units = try [unit] + rows.leftUnits(of: record).map(\.unit)
        for replica in try ancestors() {
            for unit in units where try rows.held(unit, by: replica) != nil { return true }
        }
        return false
    }

    private func ancestors() throws -> [ReplicaID] {
        var found = [replica]
        while let last = found.last, found.count < 100, let older = try rows.replica(last)?.forkOf {
            found.append(older)
        }
        return found
    }

    /// When the author lost a unit: the latest departure from a scope that they held, else the first change of the
    /// directory after what they were told.
    func loss(of root: VersionedRecord, _ viewer: Viewer) throws -> Loss {
        let scopes = reader?.scopes ?? []
        let ends = try rows.departures(of: root.id)
            .filter { scopes.contains($0.scope) || scopes.contains(.everything) }
        if let (scope, end) = ends.first {
            return Loss(
                at: end.at, milliseconds: end.milliseconds, standing: try standing(lost: scope, of: root, viewer))
        }
        guard let change = try rows.directoryChange(after: reader?.head ?? 0) else {
            return Loss(at: 0, milliseconds: 0)
        }
        let seen = try rows.members(of: root.id).keys.first { scopes.contains($0) }
        return Loss(
            at: change.at, milliseconds: change.milliseconds,
            standing: try seen.flatMap { try standing(lost: $0, of: root, viewer) })
    }

    /// What somebody was to a unit while they held it in a scope that it has left, or that they no longer hold.
    private func standing(lost scope: Scope, of root: VersionedRecord, _ viewer: Viewer) throws -> Standing? {
        switch scope {
        case .book(viewer.user): return .owner
        case .book, .pool: return .superior
        case .shared(viewer.user): return try wasShared(root, with: viewer.user) == .edit ? .editor : .reader
        case .shared, .box, .cards, .workspace, .everything: return nil
        }
    }

    /// How a unit was last shared with somebody with whom it no longer is; to view where history does not tell.
    private func wasShared(_ root: VersionedRecord, with user: RecordID) throws -> ShareGrade {
        guard case .book(_, let members?)? = schema[root.collection]?.access.audience else { return .view }
        let path = FieldPath(members, key: user.description)
        let value = try root.atoms[path]?.value ?? rows.lastRetiredValue(record: root.id, path: path)
        return value?.text == ShareGrade.edit.rawValue || value?.text == user.description ? .edit : .view
    }

    /// Whether the set was surely made before the losses: by its stamp, which must not lie below one that was vetted
    /// already, by what the replica had read, and not too long ago; and it decides nothing about who sees what.
    mutating func isEarlier(_ losses: [RecordID: Loss]) throws -> Bool {
        let made = old?.stamp ?? set.stamp
        guard let floor = vettedFloor, made >= floor, stamp == made else { return false }
        for change in set.changes {
            let isNew = try work.row(change.id) == nil
            for write in change.writes where decidesAccess(write, in: change.collection, isNew: isNew) { return false }
        }
        guard try wasPermitted(losses) else { return false }
        let now = Int64(clamping: clock.milliseconds)
        return losses.values.allSatisfy { loss in
            loss.milliseconds > 0 && Int64(clamping: made.milliseconds) < loss.milliseconds
                && set.readThrough < loss.at && now - loss.milliseconds <= Self.graceMilliseconds
        }
    }

    /// Whether the author might do all of it while they still held the units. What they are today counts: what a role no
    /// longer may is for others to decide.
    private mutating func wasPermitted(_ losses: [RecordID: Loss]) throws -> Bool {
        guard case .viewer(let viewer) = exchanger else { return false }
        for change in set.changes {
            for unit in try units(of: change) {
                guard let loss = losses[unit] else { continue }
                guard let standing = loss.standing, try denial(of: change, standing, viewer) == nil else {
                    return false
                }
            }
        }
        return true
    }

    private func decidesAccess(_ write: Write, in collection: CollectionName, isNew: Bool) -> Bool {
        guard let known = schema[collection] else { return true }
        if write.path.field == known.rootField {
            // What is made under a unit goes nowhere else by it.
            return !isNew && schema.rule(for: write.path, in: collection) != .immutable
        }
        return schema.rule(for: write.path, in: collection) == .served
    }
}
