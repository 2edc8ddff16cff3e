import GRDB
import WaybookModel
import WaybookStore

/// What holds in the end of each thing that the ledger's lines tell of, devices apart, and how it is brought about.
struct LatestFacts {
    private typealias Field = DirectoryRecord.Field

    private enum Standing {
        case enabled
        case disabled(successor: UserID?, at: Int64)
    }

    private struct Entry {
        var collection: CollectionName
        var fields: [FieldName: Value]
        var isDeleted: Bool
    }

    private var standings: [UserID: Standing] = [:]
    private var passwords: [UserID: String] = [:]
    private var invitations: [UserID: InvitationFact] = [:]
    private var roles: [UserID: String] = [:]
    private var directory: [RecordID: Entry] = [:]
    private var access: [RecordID: UnitAccess] = [:]

    mutating func take(_ fact: SecurityFact, at: Int64) {
        switch fact {
        case .disabled(let user, let successor):
            standings[user] = .disabled(successor: successor, at: at)
            invitations[user] = .ended
        case .enabled(let user):
            standings[user] = .enabled
            // Of a compacted ledger the line that disabled them is gone.
            invitations[user] = .ended
        case .password(let user, let hash):
            passwords[user] = hash
            invitations[user] = .ended
        case .invited(let user, let hash, let created, let expires):
            invitations[user] = .open(Invitation(hash: hash, created: created, expires: expires))
        case .access(.role(let user, let role)): roles[user] = role
        case .access(.directory(let id, let collection, let fields, let isDeleted)):
            directory[id] = Entry(collection: collection, fields: fields, isDeleted: isDeleted)
        case .access(.assigned(let units, let access)): for unit in units { self.access[unit] = access }
        case .device, .token, .erased, .timeline, .void, .compacted, .other: break
        }
    }

    /// - Returns: how many things were brought up to date.
    func apply(_ db: Database, schema: Schema, now: Int64) throws -> Int {
        try applyPeople(db, now: now) + applyDirectory(db, now: now) + applyAccess(db, schema: schema, now: now)
    }

    private func applyPeople(_ db: Database, now: Int64) throws -> Int {
        let directory = Directory()
        var changes = 0
        for (user, standing) in standings.sorted(by: { $0.key.text < $1.key.text }) {
            guard let known = try directory.user(db, id: user) else { continue }
            switch standing {
            case .enabled:
                guard known.disabled != nil else { continue }
                _ = try directory.setDisabled(db, user: user, false, now: now, isNoted: false)
            case .disabled(let successor, let at):
                guard known.disabled == nil else { continue }
                _ = try directory.setDisabled(db, user: user, true, successor: successor, now: at, isNoted: false)
            }
            changes += 1
        }
        for (user, role) in roles.sorted(by: { $0.key.text < $1.key.text })
        where try ServerRows(db).unit(of: user.record) != nil {
            let fields: [FieldName: Value] = [Field.role: .string(role)]
            changes += try write(db, fields, of: user.record, in: DirectoryRecord.user, isDeleted: nil, now: now)
        }
        for (user, text) in passwords.sorted(by: { $0.key.text < $1.key.text }) {
            guard let hash = try? PasswordHash(phc: text), try directory.user(db, id: user) != nil,
                try directory.passwordHash(db, of: user) != hash
            else { continue }
            try directory.setPassword(db, of: user, to: hash)
            changes += 1
        }
        for (user, fact) in invitations.sorted(by: { $0.key.text < $1.key.text })
        where try fact.apply(db, to: user) { changes += 1 }
        return changes
    }

    /// A team that the file does not know has no name: it is left out. A membership is all that is told of it.
    private func applyDirectory(_ db: Database, now: Int64) throws -> Int {
        let rows = ServerRows(db)
        var changes = 0
        for (id, entry) in directory.sorted(by: { $0.key < $1.key }) {
            let isKnown = try rows.unit(of: id) != nil
            guard isKnown || (entry.collection == DirectoryRecord.membership && !entry.isDeleted) else { continue }
            changes += try write(
                db, entry.fields, of: id, in: entry.collection, isDeleted: entry.isDeleted, now: now)
        }
        return changes
    }

    private func write(
        _ db: Database, _ fields: [FieldName: Value], of id: RecordID, in collection: CollectionName,
        isDeleted: Bool?, now: Int64
    ) throws -> Int {
        let before = try ServerRows(db).lastSequence()
        try DirectoryWriter(db, now: now, isNoted: false).write(fields, of: id, in: collection, isDeleted: isDeleted)
        return try ServerRows(db).lastSequence() == before ? 0 : 1
    }

    /// Whom the file does not know can answer for nothing: what would be theirs goes to the pool.
    private func applyAccess(_ db: Database, schema: Schema, now: Int64) throws -> Int {
        guard !access.isEmpty else { return 0 }
        let rows = ServerRows(db)
        let people = Organisation(try rows.directory()).people
        var wanted: [RecordID: UnitAccess] = [:]
        for (unit, access) in access {
            guard let present = UnitAccess(try rows.members(of: unit).mapValues(\.grade)) else { continue }
            let target = UnitAccess(
                owner: access.owner.flatMap { people[$0] == nil ? nil : $0 },
                shares: access.shares.filter { people[$0.key] != nil })
            if present != target { wanted[unit] = target }
        }
        var committer = try Committer(
            db: db, schema: schema, limits: .standard,
            clock: try ServerClock(rows, milliseconds: UInt64(clamping: now)), authorship: { _ in nil },
            exchanger: { _, _ in .stranger }, onDirectory: { _ in }, onErasure: { _, _ in })
        for case .access(.assigned(let units, let access)) in AccessFact.facts(of: wanted) {
            try committer.restore(access, of: units)
        }
        try committer.finish()
        return wanted.count
    }
}
