import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// Every role, in every bond to a unit, with every kind of record: what the server lets them do, against a table that was
/// written by hand.
@Suite struct AccessMatrixTests {
    /// One letter for what is allowed: c create, e edit, d delete, a assign (or claim); `.` for not. A row for each role and
    /// bond, in the order of ``kinds``.
    ///
    ///                      customer contact interaction followup purchase product team  rule  user  card
    private static let table: [(Role, Bond, [String])] = [
        (.admin, .other, ["ceda", "ced.", "ced.", "ced.", "ced.", "ced.", "ced.", "ced.", ".e..", "...a"]),
        (.manager, .own, ["ceda", "ced.", "ced.", "ced.", "ced.", "ced.", "....", "ced.", "....", "...a"]),
        (.manager, .team, ["ceda", "ced.", "ced.", "ced.", "ced.", "ced.", "....", "ced.", "....", "...a"]),
        (.manager, .other, ["....", "....", "....", "....", "....", "ced.", "....", "ced.", "....", "...a"]),
        (.rep, .own, ["ceda", "ced.", "ced.", "ced.", "ced.", "....", "....", "....", "....", "...a"]),
        (.rep, .sharedEdit, [".e..", "ced.", "ced.", "ced.", "ce..", "....", "....", "....", "....", "...a"]),
        (.rep, .sharedView, ["....", "....", "....", "....", "....", "....", "....", "....", "....", "...a"]),
        (.rep, .other, ["....", "....", "....", "....", "....", "....", "....", "....", "....", "...a"]),
        (.service, .team, ["....", "ce..", "ce..", "ce..", "....", "....", "....", "....", "....", "...."]),
        (.service, .sharedEdit, [".e..", "ced.", "ced.", "ced.", "ce..", "....", "....", "....", "....", "...."]),
        (.service, .other, ["....", "....", "....", "....", "....", "....", "....", "....", "....", "...."]),
        (.viewer, .team, ["....", "....", "....", "....", "....", "....", "....", "....", "....", "...."]),
        (.viewer, .sharedEdit, ["....", "....", "....", "....", "....", "....", "....", "....", "....", "...."]),
        (.viewer, .other, ["....", "....", "....", "....", "....", "....", "....", "....", "....", "...."]),
    ]

    private static let kinds: [CollectionName] = [
        "customer", "contact", "interaction", "followup", "purchase", "product", "team", "assignmentRule", "user",
        "customerCard",
    ]

    enum Bond: Hashable, Sendable { case own, team, sharedEdit, sharedView, other }

    @Test(arguments: 0..<14) func theServerDoesWhatTheTableSays(index: Int) throws {
        let (role, bond, row) = Self.table[index]
        for (kind, allowed) in zip(Self.kinds, row) {
            for letter in "ceda" where letter != "a" || kind == "customer" || kind == "customerCard" {
                let isAllowed = try attempt(role, bond, kind, letter)
                #expect(isAllowed == allowed.contains(letter), "\(role) \(bond) \(kind) \(letter)")
            }
        }
    }

    /// Does it on a fresh server, by a laptop that has read everything it may.
    private func attempt(_ role: Role, _ bond: Bond, _ kind: CollectionName, _ letter: Character) throws -> Bool {
        let firm = try Firm()
        let (boss, owner, actor, third) = (
            try firm.person("Boss", .admin), try firm.person("Owner", .rep), try firm.person("Actor", role),
            try firm.person("Third", .rep)
        )
        let team = try firm.team("All")
        if bond == .team { for laptop in [owner, actor] { try firm.join(laptop, team) } }
        var fields: [String: Value?] = ["name": "Acme", "owner": firm.user(bond == .own ? actor : owner)]
        if bond == .sharedEdit { fields["members/\(firm.person(of: actor))"] = "edit" }
        if bond == .sharedView { fields["members/\(firm.person(of: actor))"] = "view" }
        let customer = boss.create(fields)
        let pooled = boss.create(["name": "Pooled"])
        var existing: [CollectionName: RecordID] = ["customer": customer, "team": team, "user": firm.person(of: third)]
        for kind in Self.kinds where existing[kind] == nil && kind != "customerCard" {
            existing[kind] = boss.create(Self.fields(of: kind, customer), in: kind)
        }
        existing["customerCard"] = ServerMadeID.card(of: pooled)
        for laptop in [boss, actor] { try firm.settle(laptop) }
        let before = actor.state.lastSet
        guard let id = existing[kind] else { return false }
        switch letter {
        case "c":
            var fields = Self.fields(of: kind, customer)
            if kind == "customer" { fields["owner"] = firm.user(bond == .own ? actor : owner) }
            actor.create(fields, in: kind)
        case "e": actor.make([write(id, kind, [Self.title(of: kind): "changed"], actor)])
        case "d": actor.make([write(id, kind, ["$life": "deleted"], actor)])
        default:
            let field = kind == "customer" ? "owner" : "claimedBy"
            let person = firm.user(kind == "customer" ? third : actor)
            actor.make([write(id, kind, [field: person], actor)])
        }
        try firm.settle(actor)
        guard case .accepted? = actor.state.verdicts[before + 1] else { return false }
        return true
    }

    private func write(
        _ id: RecordID, _ kind: CollectionName, _ writes: [String: Value], _ laptop: Laptop
    ) -> Change {
        let atoms = laptop.state.rows[id]?.atoms ?? [:]
        return Change(
            id: id, collection: kind,
            writes: writes.map { Write(path: FieldPath($0), value: $1, base: atoms[FieldPath($0)]?.origin) })
    }

    private static func title(of kind: CollectionName) -> String {
        switch kind {
        case "interaction": "subject"
        case "followup": "title"
        case "purchase": "notes"
        case "customerCard": "city"
        default: "name"
        }
    }

    private static func fields(of kind: CollectionName, _ customer: RecordID) -> [String: Value?] {
        var fields: [String: Value?] = [title(of: kind): "made"]
        if ["contact", "interaction", "followup", "purchase"].contains(kind) {
            fields["customer"] = .string(customer.description)
        }
        return fields
    }
}
