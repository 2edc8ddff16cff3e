import WaybookModel
import WaybookStore

/// What the reps do.
extension ExchangeSimulation {
    func edit(_ laptop: Laptop, _ index: Int) throws {
        let drawn = world.withLock { world -> (Int, Int, Int, Bool)? in
            guard world.editsLeft[index] > 0 else { return nil }
            world.editsLeft[index] -= 1
            world.report.edits += 1
            let customer = min(world.random.below(plan.customers), world.random.below(plan.customers))
            let isRefused = world.random.chance(plan.refusedPercent)
            return (customer, world.random.below(100), world.report.edits, isRefused)
        }
        guard let (customer, kind, number, isRefused) = drawn else { return }
        let id = customerID(customer)
        guard let shown = try laptop.store.record(id), shown.isVisible else { return }
        switch kind {
        case 0..<4: try save(tagging(id, number, shown.record), laptop)
        case 4..<12: try resolve(laptop, id, shown, number)
        default: try write(laptop, id, shown.record, number, kind, isRefused: isRefused)
        }
    }

    func tagging(_ id: RecordID, _ number: Int, _ record: VersionedRecord) -> UserAction {
        let path = FieldPath("tags", key: "t\(number % 5)")
        let isThere = record.atoms[path]?.value != nil
        return UserAction([
            Change(
                id: id, collection: Self.customer,
                writes: [Write(path: path, value: isThere ? nil : .string("t\(number % 5)"))])
        ])
    }

    func write(
        _ laptop: Laptop, _ id: RecordID, _ record: VersionedRecord, _ number: Int, _ kind: Int, isRefused: Bool
    ) throws {
        let path = kind < 55 ? Self.city : kind < 80 ? Self.name : Self.mood
        let text = "\(path)-\(number)"
        var writes = [Write(path: path, value: .string(text))]
        // Longer than the server takes: the whole set will be refused.
        if isRefused { writes.append(Write(path: Self.code, value: .string("too-long-\(number)"))) }
        note(text, at: path, of: id, in: record)
        try save(UserAction([Change(id: id, collection: Self.customer, writes: writes)]), laptop)
    }

    func resolve(_ laptop: Laptop, _ id: RecordID, _ shown: ShownRecord, _ number: Int) throws {
        let conflicts = try shown.conflicts.compactMap { try laptop.store.record($0) }
            .compactMap { ConflictRecord($0.record) }
        guard let first = conflicts.first else { return }
        let path = first.loser.path
        let settled = conflicts.filter { $0.loser.path == path }
        let text = "resolved-\(number)"
        note(
            text, at: path, of: id, in: shown.record,
            resolves: Set(settled.compactMap { $0.loser.value?.text }))
        let change = Change(id: id, collection: Self.customer, writes: [Write(path: path, value: .string(text))])
        try save(UserAction([change], resolves: settled.map(\.id)), laptop)
    }

    func note(
        _ text: String, at path: FieldPath, of id: RecordID, in record: VersionedRecord, resolves: Set<String> = []
    ) {
        let shown = record.atoms[path]?.value?.text
        world.withLock {
            $0.oracle.note(text, at: .init(record: id, path: path), shown: shown, resolves: resolves)
        }
    }

    func save(_ action: UserAction, _ laptop: Laptop) throws {
        guard case .saved(let number) = try laptop.store.edit(action, at: laptop.now) else {
            throw SimulationFailure(law: "edit", detail: "a fitting edit was not saved")
        }
        noteAuthor(of: action, laptop)
        acknowledge(action, as: number, on: laptop)
    }
}
