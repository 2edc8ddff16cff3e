import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync

/// How every history ends: all faults cease, everybody syncs until nothing moves, and everything is compared.
extension Simulation {
    private static let mostSyncs = 60
    /// What one laptop brings at last can be news to another, and that again.
    private static let mostRounds = 8

    func settle() async throws {
        // What was asked for and has not come comes now; from here on nothing may fail.
        for one in laptops { try breakDisk(.none, one) }
        breakServerDisk(.none)
        for machine in (laptops.map(\.machine) + [serverMachine]).compactMap(\.self) { machine.cutNow() }
        try await startFallen()
        for one in laptops where one.run != nil { try await restart(one) }
        wall.set(shift: 0, isFrozen: false)
        for _ in 0..<Self.mostSyncs {
            if try BookMove(service).pending().isEmpty { break }
            try moveBooks(most: 100)
        }
        try await settleAll()
        _ = try ErasurePurge(service.file, now: { [wall] in wall.milliseconds }).perform()
        try checkServer()
        for one in laptops { try await requireEqual(one) }
        for one in laptops { try checkAtRest(one) }
    }

    /// A laptop at rest holds what the server has for it, bit for bit.
    private func requireEqual(_ one: SimulatedLaptop) async throws {
        // A laptop with a twin begins with a fresh pull, and compares with the sync after it.
        for _ in 0..<2 {
            guard one.lastEnding == .upToDate else { return }
            try one.laptop.store.requestComparison()
            try await synchronise(SimulatedStep(.sync), one)
            if one.hasCompared { return }
        }
        guard one.lastEnding != .upToDate else {
            throw SimulationFailure(law: "digest", detail: "\(one.name) was not compared")
        }
    }

    /// Everybody syncs, in turns, until nothing moves any more.
    private func settleAll() async throws {
        for round in 0..<Self.mostRounds {
            var moved: [String] = []
            for one in laptops {
                try await settle(one)
                if one.lastMoved > 0, try !hasTwin(one) { moved.append(one.name) }
            }
            if round > 0, moved.isEmpty { return }
            note("round \(round): \(moved) still moved something")
        }
        throw SimulationFailure(law: "quiet", detail: "after \(Self.mostRounds) rounds something still moves")
    }

    /// Whether another laptop goes on under the same number, because neither has had anything to send: then each pulls
    /// afresh whenever the other has.
    private func hasTwin(_ one: SimulatedLaptop) throws -> Bool {
        let replica = try one.laptop.store.replica()
        return try laptops.contains { try $0 !== one && $0.laptop.store.replica() == replica }
    }

    /// Syncs until all is sent and read.
    private func settle(_ one: SimulatedLaptop) async throws {
        clock.advance(milliseconds: 1_000)
        for _ in 0..<Self.mostSyncs {
            one.lastEnding = nil
            try await synchronise(SimulatedStep(.sync), one)
            if one.lastEnding == .upToDate { return try requireSent(one) }
            if case .stopped(.problem(let problem))? = one.lastEnding, problem.code == .revoked,
                units.person(one.person)?.isActive != true
            {
                return
            }
        }
        throw SimulationFailure(
            law: "liveness", detail: "\(one.name) is stuck: \(one.lastEnding.map { "\($0)" } ?? "no end")")
    }

    private func requireSent(_ one: SimulatedLaptop) throws {
        guard try LaptopLook(at: one.laptop.store, withRows: false).outbox.lines.isEmpty else {
            throw SimulationFailure(law: "liveness", detail: "\(one.name) kept sets")
        }
    }

    // MARK: At the end

    /// What the server has accepted since it was last put back is there: in force, in a conflict, or in history; and what it
    /// has handed over is, or is in an item.
    private func requireKept() throws {
        let items = try service.file.read { try ServerView.items($0) }
        for (text, (place, verdict)) in model.ruledAgain
        where !model.erased.contains(place.record) && !model.onceRemoved.contains(place.record) {
            let isInItem: Bool
            switch verdict {
            case .accepted: isInItem = false
            case .handover: isInItem = items.contains { $0.contains(text) }
            case .rejected, .quarantined: continue
            }
            let isThere = try service.file.read {
                try ServerView.traces(of: place.record, at: place.path, $0).contains(text)
            }
            guard isThere || isInItem else {
                throw SimulationFailure(
                    law: "I1", detail: "“\(text)” at \(place) was \(verdict), and is not at the server")
            }
            if case .handover = verdict, isThere { coverage.count("restore applied later") }
            coverage.count("restore kept")
        }
    }

    /// Nothing waits for a record that its author's laptop shows.
    private func requireNothingWaits(for one: SimulatedLaptop) throws {
        guard let replica = try one.laptop.store.replica() else { return }
        let awaited = try service.file.read { db in
            try Data.fetchAll(
                db, sql: "SELECT awaits FROM waiting_set WHERE replica = ?", arguments: [replica.number])
        }
        for id in awaited.compactMap({ RecordID(bytes: $0) }) where try one.laptop.store.record(id) != nil {
            throw SimulationFailure(law: "restore", detail: "a set of \(one.name) waits for \(id), which it has")
        }
    }

    private func checkServer() throws {
        try service.file.read { db in
            let rows = ServerRows(db)
            for place in model.oracle.places where model.putBacks == 0 {
                let row = try rows.row(place.record)
                let present = row?.record.atoms[place.path]?.value?.text
                guard model.oracle.hasTwins(at: place) || present == model.oracle.present(at: place) else {
                    throw SimulationFailure(law: "I1", detail: "\(place): the server lost the present value")
                }
                coverage.count("conflict open", try checkConflicts(at: place, rows))
                coverage.count("places")
            }
        }
        try requireKept()
        try requireWholeServer()
        var found: Set<Int> = []
        for ending in ["", "-wal"] {
            guard let bytes = try? Data(contentsOf: serverFolder.appending(path: Self.database + ending)) else {
                continue
            }
            found.formUnion(bytes.withUnsafeBytes { Marker.codes(in: $0) })
        }
        try requireErased(found, "the server")
    }

    private func requireErased(_ found: Set<Int>, _ place: String) throws {
        let left = found.intersection(model.erasedCodes)
        guard !left.isEmpty else { return }
        let names = model.codes.filter { left.contains($0.value) }.keys.sorted().map(\.description)
        throw SimulationFailure(law: "erasure", detail: "\(place) still holds texts of \(names)")
    }

    private func checkAtRest(_ one: SimulatedLaptop) throws {
        guard one.lastEnding == .upToDate else { return try one.laptop.store.file.requireWhole(one.name) }
        try check(one, isWhole: true)
        try requireNothingWaits(for: one)
        // It asks SQLite, too, whether the file is whole.
        let report = try one.laptop.store.check()
        guard report.findings.isEmpty else {
            throw SimulationFailure(law: "doctor", detail: "\(one.name): \(report.findings)")
        }
        try requireErased(try codes(inFilesOf: one), one.name)
    }
}
