import GRDB
import WaybookModel
import WaybookStore

/// Who answers for units and has them shared, by the ledger's lines in their order, and how a file is brought to it.
struct RestoredAccess {
    private struct Line {
        var at: Int64
        var units: [RecordID]
        var access: UnitAccess
    }

    private var lines: [Line] = []
    /// The scopes that each unit was in since the file's state, as far as lines tell.
    private var scopes: [RecordID: Set<Scope>] = [:]

    mutating func take(_ fact: SecurityFact, at: Int64) {
        switch fact {
        case .access(.assigned(let units, let access)):
            lines.append(Line(at: at, units: units, access: access))
            for unit in units { scopes[unit, default: []].formUnion(access.scopes) }
        case .access(.formerly(let units, let others)):
            for unit in units { scopes[unit, default: []].formUnion(others) }
        default: break
        }
    }

    // MARK: Who had them in between

    /// Notes of whoever saw a unit in between that they held it once: what they wrote there and have not sent is for others
    /// to decide, and is not refused as about something that they never saw. Of the file's own state too, which they may
    /// have been told after it.
    ///
    /// - Parameter now: milliseconds since 1970.
    func noteHolders(_ db: Database, now: Int64) throws {
        guard !scopes.isEmpty else { return }
        let rows = ServerRows(db)
        let replicas = try Self.replicas(db, now: now)
        for (unit, told) in scopes.sorted(by: { $0.key < $1.key }) {
            let present = try rows.members(of: unit).keys
            for replica in Set(told.union(present).flatMap { replicas[$0] ?? [] })
            where try rows.held(unit, by: replica) == nil {
                try rows.setHeld(unit, by: replica, .left)
            }
        }
    }

    /// The devices that see each scope; those that see everything are left out, for nothing is out of their sight.
    static func replicas(_ db: Database, now: Int64) throws -> [Scope: [ReplicaID]] {
        let organisation = Organisation(try ServerRows(db).directory())
        let day = AccessDay.text(UInt64(clamping: now))
        let devices = Dictionary(grouping: try Directory().devices(db), by: \.user.record)
        var replicas: [Scope: [ReplicaID]] = [:]
        for (person, devices) in devices {
            guard let viewer = Viewer(person, in: organisation, on: day), !viewer.seesEverything else { continue }
            for scope in viewer.scopes { replicas[scope, default: []] += devices.map(\.replica) }
        }
        return replicas
    }

    // MARK: Who has them now

    /// - Parameters:
    ///   - isContinuation: whether the lines follow the file's state. Else only the last one of each unit tells anything,
    ///     for those before it may be of before the file's.
    ///   - now: milliseconds since 1970.
    /// - Returns: how many units were brought up to date.
    func apply(_ db: Database, schema: Schema, isContinuation: Bool, now: Int64) throws -> Int {
        guard !lines.isEmpty else { return 0 }
        let rows = ServerRows(db)
        let people = Organisation(try rows.directory()).people
        func target(_ line: Line) -> UnitAccess { line.access.among { people[$0] != nil } }
        var last: [RecordID: Int] = [:]
        for (index, line) in lines.enumerated() { for unit in line.units { last[unit] = index } }
        var present: [RecordID: UnitAccess] = [:]
        for (unit, index) in last {
            guard let access = UnitAccess(try rows.members(of: unit).mapValues(\.grade)) else {
                let line = lines[index]
                try ForetoldAccess(db).note(unit, line.access, at: line.at)
                continue
            }
            if access != target(lines[index]) { present[unit] = access }
        }
        let changes = present.count
        var committer = try Committer.ofServer(db, schema: schema, now: now)
        for (index, line) in lines.enumerated() {
            let access = target(line)
            let units = line.units.filter { unit in
                guard let known = present[unit], known != access else { return false }
                return isContinuation || last[unit] == index
            }
            guard !units.isEmpty else { continue }
            try committer.restore(access, of: units, at: line.at)
            for unit in units { present[unit] = access }
        }
        try committer.finish()
        return changes
    }
}
