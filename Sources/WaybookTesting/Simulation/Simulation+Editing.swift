import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore

/// What reps do on their laptops.
extension Simulation {
    func edit(_ step: SimulatedStep, _ one: SimulatedLaptop) throws {
        switch step.verb {
        case .make: try make(step, one)
        case .hang: try hang(step, one)
        case .write: try write(step, one)
        case .flag, .tag: try mark(step, one)
        case .resolve: try resolve(step, one)
        case .assign, .share, .claim, .move: try move(step, one)
        case .retry, .discard: try mend(step, one)
        case .decide:
            guard let item = try shown(one, ["handover"], step["item"]) else { return }
            let status: Value = step["how"] == 0 ? "taken" : "dropped"
            try save([change(item, [FieldPath("status"): status])], one)
        case .delete, .restore:
            let life = step.verb == .delete ? VersionedRecord.deleted : VersionedRecord.alive
            guard let id = try record(step["record"], one, isDeleted: step.verb == .restore) else { return }
            try save([change(id, [.life: life])], one)
        default:
            guard let id = try record(step["record"], one) else { return }
            try save(UserAction.erase(id.id, in: id.collection, reason: .request), one)
        }
    }

    struct Named: Hashable {
        var id: RecordID
        var collection: CollectionName
    }

    // MARK: Which record

    static func customer(_ slot: Int) -> RecordID { identity(UInt64(slot), 1) }
    static func child(_ slot: Int) -> RecordID { identity(UInt64(slot), 2) }
    static func collection(ofChild slot: Int) -> CollectionName {
        (["contact", "interaction", "purchase", "followup"] as [CollectionName])[slot % 4]
    }

    /// The record of that number where the laptop shows it, else another that it shows.
    func record(_ number: Int, _ one: SimulatedLaptop, isDeleted: Bool = false) throws -> Named? {
        let slot = number % (history.customers + history.children)
        let isCustomer = slot < history.customers
        let id = isCustomer ? Self.customer(slot) : Self.child(slot - history.customers)
        if let shown = try one.laptop.store.record(id), shown.isVisible != isDeleted {
            return Named(id: id, collection: shown.record.collection)
        }
        // Of what is leaving a person may still have the identity at hand.
        if !isDeleted, try isLeaving(id, one) {
            return Named(
                id: id, collection: isCustomer ? "customer" : Self.collection(ofChild: slot - history.customers))
        }
        return try shown(
            one, isCustomer ? ["customer"] : ["contact", "interaction", "purchase", "followup"], number,
            isDeleted: isDeleted)
    }

    private func isLeaving(_ id: RecordID, _ one: SimulatedLaptop) throws -> Bool {
        try one.laptop.store.file.read {
            try Bool.fetchOne(
                $0.cachedStatement(sql: "SELECT leaving IS NOT NULL FROM record WHERE id = ?"),
                arguments: [Data(id.bytes)])
        } ?? false
    }

    /// The n-th record of these collections that the laptop shows.
    func shown(
        _ one: SimulatedLaptop, _ collections: [CollectionName], _ number: Int, isDeleted: Bool = false
    ) throws -> Named? {
        let names = collections.map { "'\($0.text)'" }.joined(separator: ",")
        let found = try one.laptop.store.file.read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT record.id, collection.name FROM record JOIN collection ON collection.number = record.collection
                    WHERE collection.name IN (\(names)) AND deleted = ? AND leaving IS NULL ORDER BY record.id
                    """)
            return try Row.fetchAll(statement, arguments: [isDeleted ? 1 : 0])
        }
        guard !found.isEmpty else { return nil }
        let row = found[number % found.count]
        return RecordID(bytes: row[0] as Data).map { Named(id: $0, collection: CollectionName(row[1])) }
    }

    // MARK: What is written

    /// A text that no other write has, and that says whose it is.
    private func text(_ id: RecordID, _ mark: Int, _ path: FieldName) -> String {
        "\(Marker.latin(code(of: id))) \(path.text.prefix(4))\(mark)"
    }

    private func code(of id: RecordID) -> Int {
        if let known = model.codes[id] { return known }
        model.codes[id] = model.codes.count
        return model.codes.count - 1
    }

    func change(_ record: Named, _ fields: [FieldPath: Value?], isNew: Bool = false) -> Change {
        Change(
            id: record.id, collection: record.collection, isCreating: isNew,
            writes: fields.sorted { $0.key < $1.key }.map { Write(path: $0.key, value: $0.value) })
    }

    private func make(_ step: SimulatedStep, _ one: SimulatedLaptop) throws {
        let named = Named(id: Self.customer(step["customer"] % history.customers), collection: "customer")
        guard !model.made.contains(named.id) else { return }
        var fields: [FieldPath: Value?] = [FieldPath("name"): .string(text(named.id, step["mark"], "name"))]
        if step["owned"] == 0 { fields[FieldPath("owner")] = .string(one.person.description) }
        if try save([change(named, fields, isNew: true)], one) { model.made.insert(named.id) }
    }

    private func hang(_ step: SimulatedStep, _ one: SimulatedLaptop) throws {
        let slot = step["child"] % history.children
        let named = Named(id: Self.child(slot), collection: Self.collection(ofChild: slot))
        guard !model.made.contains(named.id), let customer = try record(step["customer"] % history.customers, one),
            customer.collection == "customer"
        else { return }
        let title = SimulatedSchemas.fields(of: named.collection)[0]
        let fields: [FieldPath: Value?] = [
            FieldPath("customer"): .string(customer.id.description),
            FieldPath(title): .string(text(named.id, step["mark"], title)),
        ]
        if try save([change(named, fields, isNew: true)], one) { model.made.insert(named.id) }
    }

    private func write(_ step: SimulatedStep, _ one: SimulatedLaptop) throws {
        guard let named = try record(step["record"], one) else { return }
        let names = SimulatedSchemas.fields(of: named.collection)
        let field = names[step["field"] % names.count]
        var fields: [FieldPath: Value?] = [FieldPath(field): .string(text(named.id, step["mark"], field))]
        var isChecked = true
        if named.collection == "customer" {
            switch step["fits"] {
            case 1:
                let long = text(named.id, step["mark"], "taxID") + String(repeating: "x", count: 60)
                fields[FieldPath("taxID")] = .string(long)
            case 2:
                fields[SimulatedSchemas.level] = "high"
                isChecked = false
            case 3 where one.schema["customer"]?[SimulatedSchemas.newField] != nil:
                fields[FieldPath(SimulatedSchemas.newField)] = .string(text(named.id, step["mark"], "moon"))
            case 4:
                let beyond = String(repeating: "y", count: SimulatedSchemas.longText)
                fields[FieldPath("taxID")] = .string(text(named.id, step["mark"], "taxID") + beyond)
            default: break
            }
        }
        try save([change(named, fields)], one, isChecked: isChecked)
    }

    private func mark(_ step: SimulatedStep, _ one: SimulatedLaptop) throws {
        guard let named = try record(step["record"], one) else { return }
        if step.verb == .flag {
            guard named.collection == "customer" || named.collection == "contact" else { return }
            return _ = try save([change(named, [FieldPath("doNotCall"): .bool(step["value"] == 1)])], one)
        }
        let tag = "t\(step["tag"])"
        let path = FieldPath("tags", key: tag)
        let isThere = try one.laptop.store.record(named.id)?.record.atoms[path]?.value != nil
        try save([change(named, [path: isThere ? nil : .string(tag)])], one)
    }

    private func resolve(_ step: SimulatedStep, _ one: SimulatedLaptop) throws {
        guard let named = try record(step["record"], one), let shown = try one.laptop.store.record(named.id) else {
            return
        }
        let conflicts = try shown.conflicts.compactMap { try one.laptop.store.record($0) }
            .compactMap { ConflictRecord($0.record) }.sorted { $0.id < $1.id }
        guard let first = conflicts.first else { return }
        let path = first.loser.path
        let settled = conflicts.filter { $0.loser.path == path }
        guard step["how"] == 0, schemas.isModelled(path, in: named.collection) else {
            for conflict in settled {
                let place = WriteOracle.Place(record: named.id, path: path)
                if let text = conflict.loser.value?.text { model.keeps[conflict.id] = (place, text) }
            }
            return _ = try save(UserAction([], resolves: settled.map(\.id)), one)
        }
        let resolved = change(named, [path: .string(text(named.id, step["mark"], path.field))])
        try save(
            UserAction([resolved], resolves: settled.map(\.id)), one,
            resolving: Set(settled.compactMap { $0.loser.value?.text }))
    }

    private func move(_ step: SimulatedStep, _ one: SimulatedLaptop) throws {
        if step.verb == .claim {
            guard let card = try shown(one, ["customerCard"], step["customer"]) else { return }
            return _ = try save([change(card, [FieldPath("claimedBy"): .string(one.person.description)])], one)
        }
        guard let customer = try record(step["customer"] % history.customers, one), customer.collection == "customer"
        else { return }
        switch step.verb {
        case .assign:
            let index = step["person"] % (people.count + 1)
            let owner: Value = index == people.count ? .null : .string(people[index].description)
            try save(UserAction([change(customer, [FieldPath("owner"): owner])], note: "as agreed"), one)
        case .share:
            let path = FieldPath("members", key: people[step["person"] % people.count].description)
            let right: Value? = step["right"] == 0 ? nil : step["right"] == 1 ? "view" : "edit"
            try save([change(customer, [path: right])], one)
        default:
            guard let child = try record(step["record"], one), child.collection != "customer" else { return }
            try save([change(child, [FieldPath("customer"): .string(customer.id.description)])], one)
        }
    }

    /// A refused set is made anew with other texts, or given up.
    private func mend(_ step: SimulatedStep, _ one: SimulatedLaptop) throws {
        let store = one.laptop.store
        let listed = try store.rejected(limit: 1_000)
        guard !listed.isEmpty else { return }
        let item = listed[step["item"] % listed.count]
        guard step.verb == .retry else {
            giveUp(item.set, one)
            return _ = try store.discardRejected(row: item.row)
        }
        let mended = item.set.changes.map { change -> Change in
            var mended = change
            mended.writes = change.writes.filter { $0.path != SimulatedSchemas.level }.map { write in
                guard schemas.isModelled(write.path, in: change.collection), write.value?.text != nil else {
                    return Write(path: write.path, value: write.value)
                }
                let new = text(change.id, step["mark"], write.path.field)
                noteWrite(new, at: write.path, of: change.id, one)
                return Write(path: write.path, value: .string(new))
            }
            return mended
        }
        let outcomes = try store.retryRejected(row: item.row, mended: mended, at: one.laptop.now, by: one.person)
        guard case .saved? = outcomes?.first else { return }
        giveUp(item.set, one)
        one.saved.append(saved(mended))
        // What builds on it goes along with its old texts.
        let left = Set(try store.rejected(limit: 1_000).map(\.row))
        for other in listed where other.row != item.row && !left.contains(other.row) {
            giveUp(other.set, one)
            for change in other.set.changes {
                for write in change.writes { model.oracle.forget(.init(record: change.id, path: write.path)) }
            }
        }
    }

    /// The person has looked at a refused set: it need be listed no longer.
    private func giveUp(_ set: ChangeSet, _ one: SimulatedLaptop) {
        let texts = Set(set.changes.flatMap { modelledTexts($0).map(\.text) })
        one.saved.removeAll { !texts.isDisjoint(with: $0.texts) }
    }

    // MARK: Saving

    private func noteWrite(
        _ text: String, at path: FieldPath, of id: RecordID, _ one: SimulatedLaptop
    ) {
        noteWrite(text, at: path, over: try? one.laptop.store.record(id), of: id, resolves: [])
    }

    private func noteWrite(
        _ text: String, at path: FieldPath, over shown: ShownRecord?, of id: RecordID, resolves: Set<String>
    ) {
        model.oracle.note(
            text, at: .init(record: id, path: path), shown: shown?.record.atoms[path]?.value?.text, resolves: resolves)
    }

    private func modelledTexts(_ change: Change) -> [(path: FieldPath, text: String)] {
        change.writes.compactMap { write in
            guard schemas.isModelled(write.path, in: change.collection), let text = write.value?.text else {
                return nil
            }
            return (write.path, text)
        }
    }

    private func saved(_ changes: [Change]) -> SimulatedLaptop.Saved {
        let writes = changes.flatMap { change in
            modelledTexts(change).map { (WriteOracle.Place(record: change.id, path: $0.path), $0.text) }
        }
        return SimulatedLaptop.Saved(changes: changes, writes: writes, at: wall.milliseconds)
    }

    @discardableResult
    private func save(_ changes: [Change], _ one: SimulatedLaptop, isChecked: Bool = true) throws -> Bool {
        try save(UserAction(changes), one, isChecked: isChecked)
    }

    /// - Parameter isChecked: whether the laptop asks what the person may.
    @discardableResult
    private func save(
        _ action: UserAction, _ one: SimulatedLaptop, isChecked: Bool = true, resolving: Set<String> = []
    ) throws -> Bool {
        for change in action.changes {
            let texts = modelledTexts(change)
            let shown = texts.isEmpty ? nil : try? one.laptop.store.record(change.id)
            for (path, text) in texts { noteWrite(text, at: path, over: shown, of: change.id, resolves: resolving) }
        }
        one.allowed.formUnion(action.changes.compactMap { model.codes[$0.id] })
        // Also where the disk then fails: its log holds what was typed.
        one.made.formUnion(action.changes.filter(\.isCreating).compactMap { model.codes[$0.id] })
        let outcome = try one.laptop.store.edit(action, at: one.laptop.now, by: isChecked ? one.person : nil)
        coverage.count("edit \(Self.name(of: outcome))")
        note("\(one.name) \(Self.name(of: outcome)): \(Self.told(action))")
        guard case .saved = outcome else { return false }
        one.saved.append(saved(action.changes))
        for change in action.changes {
            let texts = modelledTexts(change)
            let shown = texts.isEmpty ? nil : try one.laptop.store.record(change.id)
            if let unit = shown?.unit, unit != change.id, try one.laptop.store.record(unit) != nil {
                one.saved[one.saved.count - 1].roots.insert(unit)
            }
            for (path, text) in texts where shown?.record.atoms[path]?.value?.text != text {
                throw SimulationFailure(law: "own write", detail: "\(one.name) does not show \(text) at \(path)")
            }
        }
        return true
    }

    private static func told(_ action: UserAction) -> String {
        let changes = action.changes.map { change in
            "\(change.collection) \(change.id.description.suffix(4)) "
                + change.writes.map { "\($0.path.text)=\($0.value.map { "\($0)" } ?? "none")" }.joined(separator: " ")
        }
        let resolves = action.resolves.map { "resolves \($0.description.suffix(4))" }
        return (changes + resolves).joined(separator: "; ")
    }

    private static func name(of outcome: EditOutcome) -> String {
        switch outcome {
        case .saved: "saved"
        case .unchanged: "unchanged"
        case .refused: "refused"
        case .deleted: "deleted"
        case .denied: "denied"
        case .leaving: "leaving"
        case .erased: "erased"
        }
    }
}
