import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync

/// Machines that lose their power, and disks that fail.
extension Simulation {
    /// Whether a step may fail so: a machine that it works on has lost its power, or was asked to let operations fail with
    /// just this code.
    func isExcused(_ error: any Error, _ verb: SimulatedVerb, _ one: SimulatedLaptop) -> Bool {
        let worksOn = verb.worksOn
        return worksOn.laptop && Self.isExcused(error, one.machine, one.faults)
            || worksOn.server && Self.isExcused(error, serverMachine, serverFaults)
    }

    private static func isExcused(_ error: any Error, _ machine: Machine?, _ faults: Set<FaultVFS.Fault>) -> Bool {
        guard let machine else { return false }
        let isOff = (try? machine.isOff()) == true && isSilence(error)
        return isOff || faults.contains { $0.causes(error) }
    }

    /// What a machine without power says, and what is heard of it.
    private static func isSilence(_ error: any Error) -> Bool {
        error is Machine.PowerIsOff || error is StoreFileError || error as? TransportFailure == .unreachable
    }

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
            breakServerDisk(fault, operations, isLasting)
            try settleUnconfirmed()
        }
    }

    func breakDisk(
        _ fault: FaultVFS.Fault, _ one: SimulatedLaptop, _ operations: Int = 0, _ isLasting: Bool = false
    ) throws {
        guard let machine = one.machine else { return }
        // A store on a disk that works again works again.
        if fault == .none { one.faults = [] } else { one.faults.insert(fault) }
        machine.inject(fault, afterOperations: operations, isLasting: isLasting)
    }

    func breakServerDisk(_ fault: FaultVFS.Fault, _ operations: Int = 0, _ isLasting: Bool = false) {
        guard let machine = serverMachine else { return }
        if fault == .none { serverFaults = [] } else { serverFaults.insert(fault) }
        machine.inject(fault, afterOperations: operations, isLasting: isLasting)
    }

    // MARK: Starting again

    /// Starts every machine that has lost its power on what that left.
    /// - Returns: whether there was one.
    @discardableResult
    func startFallen() async throws -> Bool {
        var hasFallen = false
        if let machine = serverMachine, try machine.isOff() {
            hasFallen = true
            try machine.startAnew { _ in try self.startServer(machine) }
            try requireWholeServer()
            try settleUnconfirmed(isAnew: true)
        }
        for one in laptops {
            guard let machine = one.machine, try machine.isOff() else { continue }
            hasFallen = true
            if one.run != nil { coverage.count("exchange killed") }
            await one.kill()
            try machine.startAnew { _ in
                one.folder = machine.folder
                one.faults = []
                try one.laptop.restart(on: machine.folder)
            }
            try one.laptop.store.file.requireWhole(one.name)
            try checkStarted(one)
        }
        if model.unconfirmed.isEmpty == false { try settleUnconfirmed() }
        return hasFallen
    }

    private func startServer(_ machine: Machine) throws {
        // Its power is off: closing cannot succeed, and nothing depends on it.
        try? service.file.close()
        serverFolder = machine.folder
        serverFaults = []
        service = try Self.open(serverFolder, schemas.server, history.pageRows, ledger, wall)
    }

    func requireWholeServer() throws {
        // It asks SQLite, too, whether the file is whole.
        let faults = try service.file.read { try ServerCheck.run($0).faults }
        guard faults.isEmpty else { throw SimulationFailure(law: "check", detail: "\(faults.prefix(3))") }
    }

    /// The server's program ends and begins again.
    func reopenServer() throws {
        try? service.file.close()
        do {
            service = try Self.open(serverFolder, schemas.server, history.pageRows, ledger, wall)
        } catch {
            // On a disk that does not let it start somebody makes room first.
            guard Self.isExcused(error, serverMachine, serverFaults), let machine = serverMachine,
                try !machine.isOff()
            else { throw error }
            breakServerDisk(.none)
            service = try Self.open(serverFolder, schemas.server, history.pageRows, ledger, wall)
        }
        try settleUnconfirmed(isAnew: true)
        try noteRemoved()
        try requireWholeServer()
    }

    /// A laptop's program ends, if it has not, and begins again on the same files.
    func restart(_ one: SimulatedLaptop) async throws {
        if one.run != nil { coverage.count("exchange killed") }
        await one.kill()
        do {
            try one.laptop.restart(on: one.folder)
        } catch {
            guard Self.isExcused(error, one.machine, one.faults), try one.machine?.isOff() != true else { throw error }
            try breakDisk(.none, one)
            try one.laptop.restart(on: one.folder)
        }
        try checkStarted(one)
    }

    /// Where the server's disk fails so that nobody can read what the server has, somebody mends that first.
    private func checkStarted(_ one: SimulatedLaptop) throws {
        do {
            try check(one, isWhole: false)
        } catch {
            guard Self.isExcused(error, serverMachine, serverFaults), try serverMachine?.isOff() != true else {
                throw error
            }
            breakServerDisk(.none)
            try check(one, isWhole: false)
        }
    }

    /// Tells the model of sets whose commit nobody confirmed and that are there all the same.
    /// - Parameter isAnew: whether the file was just opened: what is not in it now never will be. Before that, what lies in
    ///   the log unconfirmed is not seen, and may be once somebody else reads the log.
    func settleUnconfirmed(isAnew: Bool = false) throws {
        let waiting = model.unconfirmed
        guard !waiting.isEmpty else { return }
        model.unconfirmed = []
        for (set, before) in waiting {
            let found = try service.file.read { try ServerView.found(set, $0) }
            guard let found else {
                if isAnew { coverage.count("unconfirmed lost") } else { model.unconfirmed.append((set, before)) }
                continue
            }
            coverage.count("unconfirmed kept")
            try observe(set, found.verdict, before: before, after: found.after)
        }
    }
}

extension FaultVFS.Fault {
    /// Whether it is why an operation of a store failed so.
    func causes(_ error: any Error) -> Bool {
        guard let code = (error as? StoreFileError)?.code else { return false }
        switch self {
        case .diskFull: return code == .diskFull
        case .writeError: return code == .inputOutput(resultCode: ResultCode.SQLITE_IOERR_WRITE.rawValue)
        case .syncError: return code == .unconfirmedWrite
        case .none, .kill: return false
        }
    }
}
