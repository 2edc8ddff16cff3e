import Foundation
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookTesting

/// Every role, in every bond to a unit, with every collection: what they read and what they may do by real exchanges with
/// the real server program, against the table that was written by hand; `AccessTableTests` compare the same table with the
/// schema's declarations. What somebody may not see answers exactly as what does not exist.
@Suite(.timeLimit(.minutes(5)), .serialized) struct AccessMatrixTests {
    /// Capability 15.3.
    @Test func theServerLetsEverybodyDoWhatTheTableSays() async throws {
        try await blocking {
            var run = try AccessMatrixRun()
            try run.readAll()
            for role in Role.allCases { try run.attemptAll(role) }
            #expect(run.attempts > 1_000 && run.twins > 200, "\(run.attempts) attempts, \(run.twins) twins")
        }
    }
}

/// The run through the whole table.
struct AccessMatrixRun {
    private typealias Cell = (name: String, allowed: Set<Character>)

    private struct Attempt {
        var name: String
        var isAllowed: Bool
        var number: Int64
        /// The same against what does not exist, and what stands for what there.
        var twin: (number: Int64, names: [RecordID: RecordID])?
        /// The conflict that it resolves: whether it was allowed, its state tells.
        var conflict: RecordID?
    }

    private var firm: MatrixFirm
    private(set) var attempts = 0
    private(set) var twins = 0

    init() throws { firm = try MatrixFirm() }

    // MARK: Reading

    mutating func readAll() throws {
        try firm.everybodyReads()
        for unit in firm.units {
            guard let actor = firm.actors[unit.role] else { continue }
            for (kind, id) in unit.records {
                let mayRead = AccessTable.allowed(unit.role, unit.bond, kind)?.contains("r")
                #expect((actor.rows[id] != nil) == mayRead, "\(unit.name) \(kind) read")
            }
            // Nothing of it was ever said, but for what a card tells, or what was theirs once.
            guard AccessTable.allowed(unit.role, unit.bond, .customer)?.contains("r") == false,
                unit.bond != .lost, unit.bond != .pool || !unit.role.seesCards
            else { continue }
            for text in [unit.name, unit.root.description] {
                #expect(actor.heard.firstRange(of: Array(text.utf8)) == nil, "\(unit.name): heard of it")
            }
        }
        for role in Role.allCases {
            for ids in firm.common[role]?.values.map({ $0 }) ?? [] {
                for (kind, id) in ids {
                    let mayRead = AccessTable.allowed(role, kind)?.contains("r")
                    #expect((firm.actors[role]?.rows[id] != nil) == mayRead, "\(role) \(kind) read")
                }
            }
        }
    }

    // MARK: Attempting

    mutating func attemptAll(_ role: Role) throws {
        let before = firm.mei.rows
        var made: [Attempt] = []
        let (units, common, people) = (
            firm.units.filter { $0.role == role }, firm.common[role] ?? [:], firm.among(role)
        )
        try firm.attempt(role) { actor in
            for unit in units { made += Self.attempts(on: unit, people, &actor) }
            for (purpose, ids) in common { made += Self.attempts(on: ids, purpose, role, people, &actor) }
        }
        for attempt in made { judge(attempt, role) }
        for unit in units where unit.bond != .lost {
            let isTouched = AccessTable.Kind.allCases.contains {
                !(AccessTable.allowed(role, unit.bond, $0) ?? []).isSubset(of: ["r"])
            }
            guard !isTouched else { continue }
            for id in unit.records.values { #expect(firm.mei.rows[id] == before[id], "\(unit.name) changed") }
        }
    }

    private mutating func judge(_ attempt: Attempt, _ role: Role) {
        guard let verdict = firm.actors[role]?.verdicts[attempt.number] else {
            Issue.record("\(role) \(attempt.name): no verdict")
            return
        }
        attempts += 1
        var isDone = false
        if case .accepted = verdict { isDone = true }
        if let conflict = attempt.conflict { isDone = firm.mei.rows[conflict]?["status"] != "open" }
        #expect(isDone == attempt.isAllowed, "\(role) \(attempt.name): \(CanonicalJSON.text(verdict.value))")
        guard let (number, names) = attempt.twin, let other = firm.actors[role]?.verdicts[number] else { return }
        twins += 1
        var text = CanonicalJSON.text(other.value)
        for (real, invented) in names { text = text.replacing(invented.description, with: real.description) }
        #expect(CanonicalJSON.text(verdict.value) == text, "\(role) \(attempt.name): told from what does not exist")
    }

    /// All that a unit of this purpose is for.
    private static func attempts(
        on unit: MatrixFirm.Unit, _ people: AccessTable.People, _ actor: inout WireDevice
    ) -> [Attempt] {
        var attempts: [Attempt] = []
        let others = Dictionary(
            uniqueKeysWithValues: Set(unit.records.values).map { ($0, WireDevice.freshID()) })
        // The customer last: what hangs on it is attempted while it is there.
        for kind in AccessTable.Kind.allCases.reversed() {
            guard let allowed = AccessTable.allowed(unit.role, unit.bond, kind) else { continue }
            let isHidden = !allowed.contains("r") && unit.bond != .lost
            for letter in letters(kind, unit.purpose) where letter == "c" || unit.records[kind] != nil {
                if unit.bond == .lost, letter == "c", kind == .customer { continue }
                let made = (WireDevice.freshID(), WireDevice.freshID())
                var attempt = Attempt(
                    name: "\(unit.bond) \(kind) \(letter)", isAllowed: allowed.contains(letter),
                    number: write(letter, kind, unit, unit.records, made.0, people, &actor))
                if letter == "e", kind == .conflict { attempt.conflict = unit.records[.conflict] }
                if isHidden, letter != "c" || (kind != .customer && kind != .freeTask) {
                    let invented = unit.records.mapValues { others[$0] ?? $0 }
                    let number = write(letter, kind, unit, invented, made.1, people, &actor)
                    attempt.twin = (number, others.merging([made.0: made.1]) { $1 })
                }
                attempts.append(attempt)
            }
        }
        return attempts
    }

    private static func letters(_ kind: AccessTable.Kind, _ purpose: MatrixFirm.Purpose) -> [Character] {
        switch purpose {
        case .work: ["c", "e"]
        case .delete: ["d"]
        case .assign: kind == .customer ? ["a"] : []
        case .share: kind == .customer ? ["s"] : []
        }
    }

    /// Writes the set that a letter stands for, to these records.
    private static func write(
        _ letter: Character, _ kind: AccessTable.Kind, _ unit: MatrixFirm.Unit,
        _ records: [AccessTable.Kind: RecordID], _ new: RecordID, _ people: AccessTable.People,
        _ actor: inout WireDevice
    ) -> Int64 {
        let title = FieldPath(AccessTable.editedField(of: kind))
        let customer = records[.customer] ?? unit.root
        let id = records[kind] ?? customer
        let outsider = Value.string(people.outsider.description)
        switch letter {
        case "c":
            var fields: [FieldPath: Value] = [title: "made"]
            switch kind {
            case .customer, .freeTask:
                fields.merge(AccessTable.fields(of: unit.bond, kind, among: people)) { $1 }
            case .handover: fields[FieldPath("about")] = .string(customer.description)
            case .conflict: fields[FieldPath("unit")] = .string(customer.description)
            default: fields[FieldPath("customer")] = .string(customer.description)
            }
            return actor.write(new, in: kind.collection, fields, new: true)
        case "e" where kind == .conflict: return actor.write(id, in: "conflict", [:], resolves: [id])
        case "e": return actor.write(id, in: kind.collection, [title: kind == .handover ? "dropped" : "changed"])
        case "d": return actor.write(id, in: kind.collection, [.life: VersionedRecord.deleted])
        case "a": return actor.write(id, in: kind.collection, [FieldPath("owner"): outsider])
        default: return actor.write(id, in: kind.collection, [FieldPath("members", key: "\(people.mate)"): "edit"])
        }
    }

    /// What belongs to no customer.
    private static func attempts(
        on ids: [AccessTable.CommonKind: RecordID], _ purpose: MatrixFirm.Purpose, _ role: Role,
        _ people: AccessTable.People, _ actor: inout WireDevice
    ) -> [Attempt] {
        var made: [Attempt] = []
        for kind in AccessTable.CommonKind.allCases {
            guard let id = ids[kind], let allowed = AccessTable.allowed(role, kind) else { continue }
            for letter in letters(kind, purpose) {
                let number = write(letter, kind, id, people, &actor)
                var attempt = Attempt(
                    name: "\(kind) \(letter)", isAllowed: allowed.contains(letter), number: number)
                if !allowed.contains("r"), letter != "c" {
                    // As the server would have made it.
                    let other = RecordID(high: id.high ^ 0xFFFF_FFFF_0000_0000, low: id.low)
                    attempt.twin = (write(letter, kind, other, people, &actor), [id: other])
                }
                made.append(attempt)
            }
        }
        return made
    }

    private static func letters(_ kind: AccessTable.CommonKind, _ purpose: MatrixFirm.Purpose) -> [Character] {
        switch (purpose, kind.collection) {
        case (.work, "user"): ["c", "e", "l"]
        case (.work, _): ["c", "e"]
        case (.delete, _): ["d"]
        case (.assign, "customerCard"): ["a"]
        default: []
        }
    }

    private static func write(
        _ letter: Character, _ kind: AccessTable.CommonKind, _ id: RecordID, _ people: AccessTable.People,
        _ actor: inout WireDevice
    ) -> Int64 {
        let title = FieldPath(AccessTable.editedField(of: kind))
        let text: Value = kind == .membership ? "2099-01-01" : "changed"
        switch letter {
        case "c":
            var fields = [title: text]
            if kind == .membership {
                fields = [
                    FieldPath("user"): .string(people.mate.description),
                    FieldPath("team"): .string(id.description),
                ]
            }
            return actor.write(WireDevice.freshID(), in: kind.collection, fields, new: true)
        case "d": return actor.write(id, in: kind.collection, [.life: VersionedRecord.deleted])
        case "a": return actor.write(id, in: kind.collection, [FieldPath("claimedBy"): .string("\(people.actor)")])
        case "l": return actor.write(id, in: kind.collection, [FieldPath("language"): "zh-Hans"])
        default: return actor.write(id, in: kind.collection, [title: text])
        }
    }
}
