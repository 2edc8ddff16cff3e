import Foundation
import GRDB
import WaybookModel
import WaybookServerCore
import WaybookStore

extension LeakFirm {
    // MARK: What a laptop shows

    /// Some record of a collection that a laptop shows; nil where it shows none.
    func some(_ collection: CollectionName, on one: Held) throws -> RecordID? {
        let chance = Double(random.below(1 << 30)) / Double(1 << 30)
        return try one.laptop.store.file.read { db in
            guard
                let number = try Int64.fetchOne(
                    db, sql: "SELECT number FROM collection WHERE name = ?", arguments: [collection.text])
            else { return nil }
            let filter = "collection = \(number) AND deleted = 0 AND leaving IS NULL"
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM record WHERE \(filter)") ?? 0
            let id = try Data.fetchOne(
                db, sql: "SELECT id FROM record WHERE \(filter) LIMIT 1 OFFSET ?",
                arguments: [Int(chance * Double(count))])
            return id.flatMap { RecordID(bytes: $0) }
        }
    }

    @discardableResult
    func act(_ one: Held, _ changes: [Change], resolves: [RecordID] = [], note: String? = nil) throws -> Bool {
        clock.advance(milliseconds: 5)
        let outcome = try one.laptop.store.edit(
            UserAction(changes, resolves: resolves, note: note), at: one.laptop.now, by: one.person)
        guard case .saved = outcome else { return false }
        for change in changes { one.allowed.formUnion(codes[change.id].map { [$0] } ?? []) }
        return true
    }

    func change(
        _ id: RecordID, in collection: CollectionName, _ fields: [FieldPath: Value?], new: Bool = false
    ) -> Change {
        Change(
            id: id, collection: collection, isCreating: new,
            writes: fields.sorted { $0.key < $1.key }.map { Write(path: $0.key, value: $0.value) })
    }

    // MARK: Making

    private func code(of id: RecordID) -> Int {
        if let code = codes[id] { return code }
        codes[id] = nextCode
        nextCode += 1
        return nextCode - 1
    }

    private func words(_ id: RecordID) -> Value {
        .string(Marker.latin(code(of: id)) + " " + Marker.chinese(code(of: id)))
    }
    private func phone(_ id: RecordID) -> [FieldPath: Value?] {
        let phone = Marker.phone(code(of: id))
        return [FieldPath("phones", key: phone): .map(["raw": .string(phone), "type": "mobile"])]
    }

    /// A customer with what hangs on it, in one set.
    func makeCustomer(on one: Held, owner: RecordID?) throws {
        let customer = id()
        var fields: [FieldPath: Value?] = [
            FieldPath("name"): words(customer), FieldPath("city"): .string(Marker.latin(code(of: customer))),
        ]
        fields.merge(phone(customer)) { $1 }
        if let owner { fields[FieldPath("owner")] = .string(owner.description) }
        var changes = [change(customer, in: "customer", fields, new: true)]
        for kind in ["contact", "interaction", "purchase", "followup"] as [CollectionName] {
            for _ in 0..<random.below(3) { changes.append(hanging(kind, on: customer)) }
        }
        guard try act(one, changes) else { return }
        report.customers += 1
        report.records += changes.count
        note("\(one.name) makes \(customer)")
    }

    private func hanging(_ kind: CollectionName, on customer: RecordID) -> Change {
        let id = id()
        var fields: [FieldPath: Value?] = [
            FieldPath("customer"): .string(customer.description), FieldPath(Self.title(of: kind)): words(id),
        ]
        if kind == "contact" { fields.merge(phone(id)) { $1 } }
        return change(id, in: kind, fields, new: true)
    }

    private static func title(of kind: CollectionName) -> FieldName {
        switch kind {
        case "interaction": "subject"
        case "purchase": "notes"
        case "followup": "title"
        default: "name"
        }
    }

    func addHanging(on one: Held) throws {
        guard let customer = try some("customer", on: one) else { return }
        let kind = random.pick(["contact", "interaction", "purchase", "followup"] as [CollectionName])
        let change = hanging(kind, on: customer)
        if try act(one, [change]) { report.records += 1 }
        note("\(one.name) adds \(change.id) to \(customer)")
    }

    /// Edits what merges, what lists conflicts, and what the first at the server has.
    func edit(on one: Held) throws {
        let kind = random.pick(["customer", "customer", "contact", "interaction", "purchase"] as [CollectionName])
        guard let id = try some(kind, on: one) else { return }
        let field: FieldName
        switch kind {
        case "customer": field = random.pick(["city", "legalName", "legalName", "taxID", "notes"])
        case "purchase": field = random.pick(["number", "notes"])
        default: field = Self.title(of: kind)
        }
        let text = Marker.latin(code(of: id)) + " \(random.below(1_000))"
        try act(one, [change(id, in: kind, [FieldPath(field): .string(text)])])
        note("\(one.name) edits \(field) of \(id)")
    }

    /// Moves something that hangs on one customer to another.
    func move(on one: Held) throws {
        let kind = random.pick(["contact", "interaction"] as [CollectionName])
        guard let id = try some(kind, on: one), let customer = try some("customer", on: one) else { return }
        try act(one, [change(id, in: kind, [FieldPath("customer"): .string(customer.description)])])
        note("\(one.name) moves \(id) to \(customer)")
    }

    func deleteOrRestore(on one: Held) throws {
        let kind = random.pick(["customer", "contact", "interaction"] as [CollectionName])
        guard let id = try some(kind, on: one) else { return }
        try act(one, [change(id, in: kind, [.life: VersionedRecord.deleted])])
        if random.chance(50) { try act(one, [change(id, in: kind, [.life: VersionedRecord.alive])]) }
        note("\(one.name) deletes \(id)")
    }

    func decide(on one: Held) throws {
        if let conflict = try some("conflict", on: one), random.chance(50) {
            try act(one, [], resolves: [conflict])
            return note("\(one.name) resolves \(conflict)")
        }
        guard let item = try some("handover", on: one) else { return }
        let status: Value = random.pick(["taken", "dropped"])
        try act(one, [change(item, in: "handover", [FieldPath("status"): status])])
        note("\(one.name) decides \(item)")
    }

    // MARK: Who answers for what

    func assign(on one: Held) throws {
        guard let id = try some("customer", on: one) else { return }
        try assign([id], on: one)
    }

    func assignMany(on one: Held) throws {
        var ids: Set<RecordID> = []
        for _ in 0..<(5 + random.below(30)) { if let id = try some("customer", on: one) { ids.insert(id) } }
        try assign(ids.sorted(), on: one)
    }

    private func assign(_ ids: [RecordID], on one: Held) throws {
        let owner: Value = random.chance(20) ? .null : .string(random.pick(people).description)
        for id in ids {
            try act(one, [change(id, in: "customer", [FieldPath("owner"): owner])], note: "as agreed")
        }
        note("\(one.name) gives \(ids) to \(owner)")
    }

    func share(on one: Held) throws {
        guard let id = try some("customer", on: one) else { return }
        let path = FieldPath("members", key: random.pick(people).description)
        let right: Value? = random.chance(40) ? nil : random.pick(["view", "edit"] as [Value])
        try act(one, [change(id, in: "customer", [path: right])])
        note("\(one.name) shares \(id) \(path) \(right.map { "\($0)" } ?? "no more")")
    }

    func claim(on one: Held) throws {
        guard let id = try some("customerCard", on: one) else { return }
        try act(one, [change(id, in: "customerCard", [FieldPath("claimedBy"): .string(one.person.description)])])
        note("\(one.name) claims \(id)")
    }
}
