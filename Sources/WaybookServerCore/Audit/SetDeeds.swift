import GRDB
import WaybookModel
import WaybookStore

/// What one set does to who may do what and who sees what: lines of the audit, and facts of the security ledger. The one
/// place for it, whether a laptop asked, an administrator's command, or the server itself. Made before the set is stored,
/// for it compares with what stands there.
struct SetDeeds {
    /// A line of the audit.
    struct Entry {
        var what: AuditKind
        var about: AuditSubject
        var detail: [AuditKey: Value] = [:]
    }

    private(set) var entries: [Entry] = []
    /// But for units, which ``access`` has.
    private(set) var facts: [SecurityFact] = []
    /// The units that came to somebody else, or are shared otherwise, as they are from now on.
    private(set) var access: [RecordID: UnitAccess] = [:]
    /// The people who were disabled.
    private(set) var disabled: [UserID] = []

    private typealias Field = DirectoryRecord.Field

    init(of work: SetWork) throws {
        for id in work.touched {
            guard let record = work.known(id)?.record else { continue }
            switch record.collection {
            case DirectoryRecord.user: try noteUser(record, was: work.rows.row(id)?.record)
            case DirectoryRecord.team: try noteTeam(record, was: work.rows.row(id)?.record)
            case DirectoryRecord.membership: try noteMembership(record, was: work.rows.row(id)?.record)
            case AssignmentRecord.collection: if try work.rows.unit(of: id) == nil { noteAssignment(record) }
            default: break
            }
        }
        for move in work.scopeMoves where work.known(move.unit)?.record.collection != HandoverRecord.collection {
            noteScopes(of: move.unit, from: move.old.mapValues(\.grade), to: move.new)
        }
        for (record, count) in work.resolvedConflicts.sorted(by: { $0.key < $1.key }) {
            entries.append(
                Entry(what: .conflictResolved, about: .record(record), detail: [.count: .int(Int64(count))]))
        }
    }

    /// Writes the lines down, in the transaction that stores the set.
    /// - Parameters:
    ///   - by: the person; nil for whoever runs the machine, and for the server itself.
    ///   - replica: the device that it came from.
    func note(_ db: Database, by: RecordID?, replica: ReplicaID?, at now: Int64) throws {
        let audit = Audit(db)
        for entry in entries {
            try audit.note(
                entry.what, by: by?.description, replica: replica, about: entry.about, at: now, detail: entry.detail)
        }
    }

    // MARK: The directory

    /// That a person was added is told to the audit by who adds them.
    private mutating func noteUser(_ record: VersionedRecord, was old: VersionedRecord?) {
        guard let user = UserID(record.id.description) else { return }
        let isCalledOtherwise = [Field.email, Field.name, Field.language, Field.zone].contains {
            old?[$0] != record[$0]
        }
        if isCalledOtherwise, let person = PersonFact(record) { facts.append(.person(person)) }
        guard let old else { return }
        if old[Field.email] != record[Field.email] {
            entries.append(Entry(what: .userChanged, about: .user(user.text), detail: [.name: "email"]))
        }
        let (before, after) = (old[Field.role], record[Field.role])
        if before != after {
            entries.append(
                Entry(
                    what: .roleChanged, about: .user(user.text),
                    detail: [.from: Self.word(before), .to: Self.word(after)]))
            if let role = after?.text { facts.append(.access(.role(user, role))) }
        }
        let successor = record[Field.successor]?.text.flatMap { UserID($0) }
        guard record.isOfSomebodyDisabled else {
            guard old.isOfSomebodyDisabled else { return }
            entries.append(Entry(what: .userEnabled, about: .user(user.text)))
            return facts.append(.enabled(user))
        }
        if !old.isOfSomebodyDisabled {
            let detail: [AuditKey: Value] = successor.map { [.to: .string($0.text)] } ?? [:]
            entries.append(Entry(what: .userDisabled, about: .user(user.text), detail: detail))
            disabled.append(user)
        }
        if !old.isOfSomebodyDisabled || old[Field.successor] != record[Field.successor] {
            facts.append(.disabled(user, successor: successor))
        }
    }

    /// The name of a role; the audit holds no words that are not of a closed list.
    private static func word(_ role: Value?) -> Value {
        .string(role?.text.flatMap { Role(rawValue: $0) }?.rawValue ?? "unknown")
    }

    private mutating func noteTeam(_ record: VersionedRecord, was old: VersionedRecord?) {
        let (before, after) = (old?[Field.parent] ?? .null, record[Field.parent] ?? .null)
        let isMoved = old == nil || before != after || old?.isDeleted != record.isDeleted
        if isMoved || old?[Field.name] != record[Field.name] {
            let fields = [Field.name: record[Field.name] ?? .null, Field.parent: after]
            facts.append(
                .access(.directory(record.id, in: record.collection, fields, isDeleted: record.isDeleted)))
        }
        guard isMoved else { return }
        let mode: Value =
            if old == nil {
                "added"
            } else if record.isDeleted { "deleted" } else if old?.isDeleted == true { "restored" } else { "moved" }
        var detail: [AuditKey: Value] = [.mode: mode]
        if before != .null, before != after { detail[.from] = before }
        if after != .null { detail[.to] = after }
        entries.append(Entry(what: .teamChanged, about: .record(record.id), detail: detail))
    }

    private mutating func noteMembership(_ record: VersionedRecord, was old: VersionedRecord?) {
        let (before, after) = (TeamPeriod(old), TeamPeriod(record))
        guard before != after, let user = record[Field.user]?.text, let team = record[Field.team]?.text else { return }
        var detail: [AuditKey: Value] = [.scope: .string("team:\(team)")]
        if let from = record[Field.from]?.text { detail[.from] = .string(from) }
        if let until = record[Field.until]?.text { detail[.to] = .string(until) }
        if !after.isWithin(before) { entries.append(Entry(what: .granted, about: .user(user), detail: detail)) }
        if !before.isWithin(after) { entries.append(Entry(what: .revoked, about: .user(user), detail: detail)) }
        var fields: [FieldName: Value] = [:]
        for name in [Field.user, Field.team, Field.from, Field.until] { fields[name] = record[name] ?? .null }
        facts.append(.access(.directory(record.id, in: record.collection, fields, isDeleted: record.isDeleted)))
    }

    // MARK: Units

    private mutating func noteAssignment(_ record: VersionedRecord) {
        typealias Field = AssignmentRecord.Field
        guard let customer = record[Field.customer]?.text.flatMap({ RecordID($0) }) else { return }
        var detail: [AuditKey: Value] = [:]
        if let cause = record[Field.cause] { detail[.mode] = cause }
        if let from = record[Field.from] { detail[.from] = from }
        if let to = record[Field.to] { detail[.to] = to }
        entries.append(Entry(what: .assigned, about: .record(customer), detail: detail))
    }

    private mutating func noteScopes(of unit: RecordID, from old: [Scope: ShareGrade], to new: [Scope: ShareGrade]) {
        guard let after = UnitAccess(new) else { return }
        let before = UnitAccess(old) ?? UnitAccess(owner: nil)
        guard before != after || old.isEmpty else { return }
        for (person, grade) in after.shares.sorted(by: { $0.key < $1.key }) where before.shares[person] != grade {
            let detail: [AuditKey: Value] = [.unit: .string(unit.description), .mode: .string(grade.rawValue)]
            entries.append(Entry(what: .granted, about: .user(person.description), detail: detail))
        }
        for person in before.shares.keys.sorted() where after.shares[person] == nil {
            entries.append(
                Entry(
                    what: .revoked, about: .user(person.description), detail: [.unit: .string(unit.description)]))
        }
        // What is new is in no older backup.
        if !old.isEmpty { access[unit] = after }
    }
}

/// The days that a membership covers, as far as they can be compared.
private struct TeamPeriod: Equatable {
    private var from: String
    private var until: String
    private var isNone: Bool

    init(_ record: VersionedRecord?) {
        from = record?[DirectoryRecord.Field.from]?.text ?? ""
        until = record?[DirectoryRecord.Field.until]?.text ?? "~"
        isNone = record?.isDeleted ?? true
    }

    func isWithin(_ other: TeamPeriod) -> Bool {
        isNone || (!other.isNone && other.from <= from && until <= other.until)
    }
}

extension VersionedRecord {
    /// Whether the person whose record this is does not work here.
    var isOfSomebodyDisabled: Bool {
        isDeleted || self[DirectoryRecord.Field.status]?.text == DirectoryRecord.disabled
    }
}
