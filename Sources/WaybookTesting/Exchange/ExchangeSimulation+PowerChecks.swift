import GRDB
import WaybookModel
import WaybookStore

/// What must hold after every power cut.
extension ExchangeSimulation {
    /// Nothing that was acknowledged, to a rep or to a laptop, is missing, and all files are whole.
    func checkAfterCut() throws {
        try service.file.requireWhole("server")
        for laptop in laptops {
            try laptop.store.file.requireWhole(laptop.name)
            try laptop.store.requireKnown(to: service, laptop.name)
            try checkAcknowledged(laptop)
        }
        try checkServer()
    }

    /// The laptop has every edit that was saved on it: unsent as it was made, and shown; or answered, and ruled on.
    private func checkAcknowledged(_ laptop: Laptop) throws {
        let start = try laptop.store.exchangeStart()
        let (saved, seen) = world.withLock {
            ($0.power.saved[laptop.name] ?? [:], $0.power.answered[laptop.name] ?? 0)
        }
        guard start.answered >= seen, start.lastSet >= saved.keys.max() ?? 0 else {
            throw SimulationFailure(
                law: "I1", detail: "\(laptop.name) fell back to set \(start.lastSet), answered \(start.answered)")
        }
        let unsent = Dictionary(
            uniqueKeysWithValues: try laptop.store.preview(after: start.answered, limit: .max).map {
                ($0.set.number, $0.set.changes)
            })
        for (number, changes) in saved where number > start.answered {
            guard let kept = unsent[number], changes.allSatisfy({ Self.contains(kept, $0) }) else {
                throw SimulationFailure(law: "I1", detail: "\(laptop.name) lost the saved set \(number)")
            }
        }
        try checkShown(unsent, laptop)
        try checkRuled(saved.filter { $0.key <= start.answered }.map(\.value), laptop)
        world.withLock {
            $0.power.saved[laptop.name] = saved.filter { $0.key > start.answered }
            $0.power.answered[laptop.name] = start.answered
        }
    }

    private static func contains(_ kept: [Change], _ change: Change) -> Bool {
        guard let same = kept.first(where: { $0.id == change.id }) else { return false }
        return change.writes.allSatisfy { write in
            same.writes.contains { $0.path == write.path && $0.value == write.value }
        }
    }

    /// What is shown is the last unsent write to each place.
    private func checkShown(_ unsent: [Int64: [Change]], _ laptop: Laptop) throws {
        var last: [WriteOracle.Place: Value?] = [:]
        for (_, changes) in unsent.sorted(by: { $0.key < $1.key }) {
            for change in changes {
                for write in change.writes { last[.init(record: change.id, path: write.path)] = .some(write.value) }
            }
        }
        for (place, value) in last {
            let shown = try laptop.store.record(place.record)?.record.atoms[place.path]?.value
            guard shown == value else {
                throw SimulationFailure(law: "I1", detail: "\(laptop.name) does not show its own write at \(place)")
            }
        }
    }

    /// The server has ruled on each write of an answered set, and the refused ones are on their author's list.
    private func checkRuled(_ answered: [[Change]], _ laptop: Laptop) throws {
        let rejected = try laptop.store.rejected(limit: .max).flatMap(\.set.changes)
        for change in answered.joined() {
            for write in change.writes where !write.path.isElement && write.path != Self.code {
                guard let text = write.value?.text else { continue }
                let place = WriteOracle.Place(record: change.id, path: write.path)
                let ruling = world.withLock { $0.oracle.ruling(on: text, at: place) }
                guard let isTaken = ruling, isTaken || rejected.contains(where: { Self.contains([$0], change) }) else {
                    throw SimulationFailure(
                        law: "I1", detail: "\(laptop.name): “\(text)” is neither in force nor listed")
                }
            }
        }
    }
}
