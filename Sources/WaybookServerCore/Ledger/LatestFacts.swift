import GRDB
import WaybookModel
import WaybookStore

/// What holds in the end of each person and team that the ledger's lines tell of, and how it is brought about: in the order
/// of those lines, each with its own time, so that what somebody lost counts as lost then.
struct LatestFacts {
    private struct Latest {
        /// The number of its line among those that were taken.
        var place: Int
        var at: Int64
        var fact: SecurityFact
    }

    private var latest: [LedgerSubject: Latest] = [:]
    private var invitations: [UserID: InvitationFact] = [:]
    private var count = 0

    mutating func take(_ fact: SecurityFact, at: Int64) {
        switch fact {
        case .person(let person): latest[.role(person.user)] = nil
        // Of a compacted ledger the line that disabled them is gone.
        case .disabled(let user, _), .enabled(let user), .password(let user, _): invitations[user] = .ended
        case .invited(let user, let hash, let created, let expires):
            invitations[user] = .open(Invitation(hash: hash, created: created, expires: expires))
            return
        case .access(.role), .access(.directory): break
        default: return
        }
        guard let subject = fact.subject else { return }
        count += 1
        latest[subject] = Latest(place: count, at: at, fact: fact)
    }

    private var inOrder: [Latest] { latest.values.sorted { $0.place < $1.place } }

    // MARK: People

    /// Adds whom the file does not know, and calls the others what they are called. Before anything that names them.
    ///
    /// - Returns: how many people were brought up to date.
    func applyPeople(_ db: Database) throws -> Int {
        let directory = Directory()
        let told: [(person: PersonFact, at: Int64)] = inOrder.compactMap { latest in
            if case .person(let person) = latest.fact { (person, latest.at) } else { nil }
        }
        // Two may have each other's address by now: until all are gone through, what they have is nobody's.
        var former: [(user: UserID, email: AccountEmail)] = []
        for (person, _) in told {
            guard let user = try directory.user(db, id: person.user), user.email != person.email,
                let email = AccountEmail(user.email)
            else { continue }
            former.append((user.id, email))
            try db.execute(sql: "UPDATE user SET email = id WHERE id = ?", arguments: [user.id.text])
        }
        var changes = 0
        for (person, at) in told where try apply(person, at: at, directory, db) { changes += 1 }
        // Who could not be given theirs goes on with what they had.
        for (user, email) in former
        where try directory.user(db, id: user)?.email == user.text && directory.user(db, email: email) == nil {
            _ = try directory.setEmail(db, of: user, to: email)
        }
        return changes
    }

    private func apply(_ person: PersonFact, at: Int64, _ directory: Directory, _ db: Database) throws -> Bool {
        guard let email = AccountEmail(person.email), (try? directory.checkedName(person.name)) == person.name else {
            return false
        }
        // Somebody of whom no line tells has it: two cannot sign in by one address.
        let isTaken = try directory.user(db, email: email).map { $0.id != person.user } ?? false
        guard try directory.user(db, id: person.user) != nil else {
            guard !isTaken else { return false }
            let writer = DirectoryWriter(db, now: at, isNoted: false)
            _ = try directory.add(person, password(of: person.user), with: writer, db, now: at)
            return true
        }
        var fields = person.fields
        if isTaken {
            fields[DirectoryRecord.Field.email] = nil
        } else {
            _ = try directory.setEmail(db, of: person.user, to: email)
        }
        return try write(db, fields, of: person.user.record, in: DirectoryRecord.user, at: at)
    }

    private func password(of user: UserID) -> PasswordHash? {
        guard case .password(_, let text)? = latest[.password(user)]?.fact else { return nil }
        return try? PasswordHash(phc: text)
    }

    // MARK: What was decided of them

    /// - Returns: how many things were brought up to date.
    func apply(_ db: Database) throws -> Int {
        var changes = 0
        for latest in inOrder where try apply(latest.fact, at: latest.at, db) { changes += 1 }
        for (user, fact) in invitations.sorted(by: { $0.key.text < $1.key.text })
        where try fact.apply(db, to: user) { changes += 1 }
        return changes
    }

    private func apply(_ fact: SecurityFact, at: Int64, _ db: Database) throws -> Bool {
        typealias Field = DirectoryRecord.Field
        let directory = Directory()
        switch fact {
        case .enabled(let user):
            guard try directory.user(db, id: user)?.disabled != nil else { return false }
            _ = try directory.setDisabled(db, user: user, false, now: at, isNoted: false)
            return true
        case .disabled(let user, let successor):
            guard let known = try directory.user(db, id: user), known.disabled == nil else { return false }
            _ = try directory.setDisabled(db, user: user, true, successor: successor, now: at, isNoted: false)
            return true
        case .password(let user, let text):
            guard let hash = try? PasswordHash(phc: text), try directory.user(db, id: user) != nil,
                try directory.passwordHash(db, of: user) != hash
            else { return false }
            try directory.setPassword(db, of: user, to: hash)
            return true
        case .access(.role(let user, let role)):
            guard try ServerRows(db).unit(of: user.record) != nil else { return false }
            let fields: [FieldName: Value] = [Field.role: .string(role)]
            return try write(db, fields, of: user.record, in: DirectoryRecord.user, at: at)
        case .access(.directory(let id, let collection, let fields, let isDeleted)):
            // A team without a name is of a line that an older program wrote.
            let isWhole = collection == DirectoryRecord.membership || fields[Field.name] != nil
            guard try ServerRows(db).unit(of: id) != nil || (isWhole && !isDeleted) else { return false }
            return try write(db, fields, of: id, in: collection, isDeleted: isDeleted, at: at)
        default: return false
        }
    }

    /// - Returns: whether that was news to the file.
    private func write(
        _ db: Database, _ fields: [FieldName: Value], of id: RecordID, in collection: CollectionName,
        isDeleted: Bool? = nil, at: Int64
    ) throws -> Bool {
        let before = try ServerRows(db).lastSequence()
        try DirectoryWriter(db, now: at, isNoted: false).write(fields, of: id, in: collection, isDeleted: isDeleted)
        return try ServerRows(db).lastSequence() != before
    }
}
