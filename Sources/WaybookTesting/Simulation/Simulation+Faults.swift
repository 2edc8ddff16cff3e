import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// Machines that lose their power, and disks that fail.
extension Simulation {
    private static let mostStarts = 20

    func cutPower(_ step: SimulatedStep, _ one: SimulatedLaptop) throws {
        let machine = step["of"] == 0 ? one.machine : serverMachine
        guard let machine, !machine.isThreatened else { return }
        coverage.count("power \(step["of"] == 0 ? "laptop" : "server")")
        try machine.cutPower(
            afterOperations: step["operations"],
            survivors: FaultVFS.Survivors(rawValue: Int32(step["survive"] % 4)) ?? .none, atSync: step["atSync"] == 1,
            seed: UInt64(step["seed"]))
    }

    func breakDisk(_ step: SimulatedStep, _ one: SimulatedLaptop) throws {
        let fault = FaultVFS.Fault(rawValue: Int32(step["fault"] % 4)) ?? .none
        let (operations, isLasting) = (step["operations"], step["lasts"] == 1)
        if history.hasMachines {
            coverage.count("disk \(["heals", "full", "writeFails", "syncFails"][step["fault"] % 4])")
        }
        if step["of"] == 0 {
            try breakDisk(fault, one, operations, isLasting)
        } else {
            try breakServerDisk(fault, operations, isLasting)
        }
    }

    func breakDisk(
        _ fault: FaultVFS.Fault, _ one: SimulatedLaptop, _ operations: Int = 0, _ isLasting: Bool = false
    ) throws {
        guard let machine = one.machine else { return }
        one.isFaulty = one.isFaulty || fault != .none
        machine.inject(fault, afterOperations: operations, isLasting: isLasting)
    }

    func breakServerDisk(
        _ fault: FaultVFS.Fault, _ operations: Int = 0, _ isLasting: Bool = false
    ) throws {
        guard let machine = serverMachine else { return }
        isServerFaulty = isServerFaulty || fault != .none
        machine.inject(fault, afterOperations: operations, isLasting: isLasting)
        try settleUnconfirmed()
    }

    // MARK: Starting again

    /// Starts every machine that has lost its power on what that left.
    /// - Returns: whether there was one.
    @discardableResult
    func startFallen() async throws -> Bool {
        var hasFallen = false
        if let machine = serverMachine, try machine.isOff() {
            hasFallen = true
            try start(machine) { try self.startServer(machine) }
            try settleUnconfirmed()
        }
        for one in laptops {
            guard let machine = one.machine, try machine.isOff() else { continue }
            hasFallen = true
            if one.run != nil { coverage.count("exchange killed") }
            await one.kill()
            try start(machine) {
                one.folder = machine.folder
                one.isFaulty = false
                try one.laptop.restart(on: machine.folder)
            }
            try checkWhole(one.laptop.store.file, one.name)
            try checkAcknowledged(one)
        }
        if model.unconfirmed.isEmpty == false { try settleUnconfirmed() }
        return hasFallen
    }

    private func start(_ machine: Machine, _ open: () throws -> Void) throws {
        for _ in 0..<Self.mostStarts {
            try machine.start()
            do {
                return try open()
            } catch {
                guard try machine.isOff() else {
                    throw SimulationFailure(law: "reopen", detail: "\(machine.name): \(error)")
                }
            }
        }
        throw SimulationFailure(law: "reopen", detail: "\(machine.name) fell \(Self.mostStarts) times")
    }

    private func startServer(_ machine: Machine) throws {
        // Its power is off: closing cannot succeed, and nothing depends on it.
        try? service.file.close()
        serverFolder = machine.folder
        isServerFaulty = false
        service = try Self.open(serverFolder, schemas.server, history.pageRows, ledger, wall)
        try checkWhole(service.file, "server")
    }

    /// The server's program ends and begins again.
    func reopenServer() throws {
        try? service.file.close()
        do {
            service = try Self.open(serverFolder, schemas.server, history.pageRows, ledger, wall)
        } catch {
            // On a disk that does not let it start somebody makes room first.
            guard isServerFaulty, let machine = serverMachine, try !machine.isOff() else { throw error }
            machine.inject(.none, afterOperations: 0, isLasting: false)
            service = try Self.open(serverFolder, schemas.server, history.pageRows, ledger, wall)
        }
        try settleUnconfirmed()
    }

    /// A laptop's program ends, if it has not, and begins again on the same files.
    func restart(_ one: SimulatedLaptop) async throws {
        if one.run != nil { coverage.count("exchange killed") }
        await one.kill()
        do {
            try one.laptop.restart(on: one.folder)
        } catch {
            guard one.isFaulty, let machine = one.machine, try !machine.isOff() else { throw error }
            machine.inject(.none, afterOperations: 0, isLasting: false)
            try one.laptop.restart(on: one.folder)
        }
        try checkAcknowledged(one)
    }

    private func checkWhole(_ file: StoreFile, _ name: String) throws {
        let lines = try file.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        guard lines == ["ok"] else {
            throw SimulationFailure(law: "integrity", detail: "\(name): \(lines.prefix(3))")
        }
    }

    /// Tells the model of sets whose commit nobody confirmed and that are there all the same.
    func settleUnconfirmed() throws {
        let waiting = model.unconfirmed
        guard !waiting.isEmpty else { return }
        model.unconfirmed = []
        for (set, before) in waiting {
            let found = try service.file.read { db -> (verdict: Verdict, after: ServerView)? in
                guard try ServerView.lastSet(of: set.stamp.replica, db) >= set.number else { return nil }
                let stored = try ServerRows(db).judgedSet(set.stamp.replica, set.number)?.verdict
                return (
                    stored.flatMap { Verdict($0) } ?? .accepted(stamp: nil, outcomes: []),
                    try ServerView(of: set, db)
                )
            }
            coverage.count(found == nil ? "unconfirmed lost" : "unconfirmed kept")
            if let found { try observe(set, found.verdict, before: before, after: found.after) }
        }
    }
}
