import Foundation
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync

/// What cuts of the power did.
public struct PowerReport: Hashable, Sendable {
    /// Cuts of a laptop's power, and of the server's.
    public var laptopCuts = 0
    public var serverCuts = 0
    /// Cuts of a laptop's power during an exchange of its own.
    public var cutsInExchange = 0
    /// Cuts while a store was being opened after the one before.
    public var cutsInOpening = 0
    /// Sets whose commit the server had not confirmed, and that it was found to have, or not to have, afterwards.
    public var unconfirmedKept = 0
    public var unconfirmedLost = 0
    /// Synchronisations after a cut that had to complete, and did.
    public var nextSyncs = 0

    public var cuts: Int { laptopCuts + serverCuts }

    public init() {}

    /// Adds what another run did.
    public mutating func add(_ other: PowerReport) {
        laptopCuts += other.laptopCuts
        serverCuts += other.serverCuts
        cutsInExchange += other.cutsInExchange
        cutsInOpening += other.cutsInOpening
        unconfirmedKept += other.unconfirmedKept
        unconfirmedLost += other.unconfirmedLost
        nextSyncs += other.nextSyncs
    }
}

/// What is known outside the system, to hold against what power cuts leave.
struct PowerWorld {
    /// The edits that were acknowledged to the rep and are not known to be answered, by laptop and number of their set.
    var saved: [String: [Int64: [Change]]] = [:]
    /// The last verdict that each laptop was seen to have stored.
    var answered: [String: Int64] = [:]
    /// The set that the server was about to commit when its power was cut.
    var unconfirmed: (set: ChangeSet, before: ServerView)?
    /// The machines that were started anew and not checked yet.
    var restarted: Set<Int> = []
}

/// Power cuts of laptops and server, at any operation on their files, while edits and exchanges go on.
extension ExchangeSimulation {
    private var serverIndex: Int { plan.laptops }

    /// Lets everybody live on until the power was cut as often as planned; checks all stores after each cut.
    func runWithPowerCuts() async throws {
        while world.withLock({ $0.report.power.cuts < plan.powerCuts }) || machines.contains(where: \.isThreatened) {
            do {
                if machines.contains(where: \.isThreatened) { try await step() } else { try await threatenOne() }
            } catch let failure as SimulationFailure {
                throw failure
            } catch {
                guard try machines.contains(where: { try $0.isOff() }) else { throw error }
            }
            for index in machines.indices where try machines[index].isOff() { try restart(index) }
            let restarted = world.withLock { world in
                defer { world.power.restarted = [] }
                return world.power.restarted.sorted()
            }
            for index in restarted { try await goOn(after: index) }
        }
        let forks = world.withLock { world in
            world.editsLeft = world.editsLeft.map { _ in 0 }
            return world.report.forks
        }
        guard forks == 0 else { throw SimulationFailure(law: "fork", detail: "a power cut made \(forks) forks") }
    }

    /// Lets one machine fall soon: the server, a laptop in an exchange that begins now, or a laptop at any time.
    private func threatenOne() async throws {
        let (index, kind) = world.withLock { ($0.random.below(plan.laptops), $0.random.below(4)) }
        switch kind {
        case 0, 1: try threaten(serverIndex, within: 200)
        case 2: try threaten(index, within: 120)
        default:
            try threaten(index, within: 60)
            _ = try await synchronise(laptops[index])
        }
    }

    private func threaten(_ index: Int, within mostOperations: Int) throws {
        let (operations, survivors, atSync, seed) = world.withLock { world in
            (
                world.random.below(mostOperations), world.random.pick(FaultVFS.Survivors.allCases),
                world.random.chance(30), world.random.next()
            )
        }
        try machines[index].cutPower(afterOperations: operations, survivors: survivors, atSync: atSync, seed: seed)
    }

    // MARK: Starting anew

    private func restart(_ index: Int) throws {
        try machines[index].startAnew { falls in
            world.withLock { world in
                if index == serverIndex {
                    world.report.power.serverCuts += 1
                } else {
                    world.report.power.laptopCuts += 1
                }
                if falls > 0 { world.report.power.cutsInOpening += 1 }
                world.power.restarted.insert(index)
            }
            if world.withLock({ $0.random.chance(15) }) { try threaten(index, within: 8) }
            try open(index)
        }
    }

    private func open(_ index: Int) throws {
        let folder = machines[index].folder
        guard index == serverIndex else { return try laptops[index].restart(on: folder) }
        // Its power is off: closing cannot succeed, and nothing depends on it.
        try? service.file.close()
        let file = try plan.opening.server(folder.appending(path: "server.db").path)
        let started = try Self.service(file, plan, clock)
        serviceBox.withLock { $0 = started }
        try settleUnconfirmed(started)
    }

    /// Tells the oracle of a set whose commit nobody confirmed and that is there all the same.
    private func settleUnconfirmed(_ service: ExchangeService) throws {
        guard let (set, before) = world.withLock({ $0.power.unconfirmed }) else { return }
        let found = try service.file.read { try ServerView.found(set, $0) }
        world.withLock { world in
            world.power.unconfirmed = nil
            if found == nil {
                world.report.power.unconfirmedLost += 1
            } else {
                world.report.power.unconfirmedKept += 1
            }
        }
        if let found { try observe(set, found.verdict, before: before, after: found.after) }
    }

    /// The server as a laptop meets it: while its power is off, silent, or starting again just now.
    func server(for index: Int) -> InProcessTransport.Server {
        guard let machine = machines.last else {
            return InProcessTransport.Server(service: { self.service }, isOff: { false }, leaves: { _, _ in })
        }
        return InProcessTransport.Server(
            service: {
                try self.requirePower(index)
                if try machine.isOff() {
                    guard self.world.withLock({ $0.random.chance(50) }) else { throw TransportFailure.unreachable }
                    try self.restart(self.serverIndex)
                }
                return self.service
            },
            // A cut whose image could not be written is one, too; it is told at the next start.
            isOff: { (try? machine.isOff()) ?? true },
            leaves: { set, before in self.world.withLock { $0.power.unconfirmed = (set, before) } })
    }

    /// Ends what a laptop is about, if its power is off.
    func requirePower(_ index: Int) throws {
        if !machines.isEmpty { try machines[index].requirePower() }
    }

    // MARK: Going on

    /// Checks everything; then edits go on, and (unless the next cut comes first) the next sync must complete.
    private func goOn(after index: Int) async throws {
        try checkAfterCut()
        guard !machines.contains(where: \.isThreatened), world.withLock({ $0.random.chance(70) }) else { return }
        let (chosen, edits) = world.withLock { ($0.random.below(plan.laptops), $0.random.below(3)) }
        let author = index == serverIndex ? chosen : index
        let laptop = laptops[author]
        for _ in 0..<edits { try edit(laptop, author) }
        laptop.transport.set(InProcessTransport.Weather())
        defer { setWeather(of: laptop, author) }
        let ending = try await synchronise(laptop).ending
        guard ending == .upToDate, try laptop.store.status().unsentSets == 0 else {
            throw SimulationFailure(law: "next sync", detail: "\(laptop.name) after a cut: \(ending)")
        }
        world.withLock { $0.report.power.nextSyncs += 1 }
    }

    /// Takes note of an edit that the store has acknowledged.
    func acknowledge(_ action: UserAction, as number: Int64, on laptop: Laptop) {
        guard !machines.isEmpty else { return }
        world.withLock { $0.power.saved[laptop.name, default: [:]][number] = action.changes }
    }

    /// Counts an exchange that a cut of the laptop's own power has ended.
    func noteInterruption(of laptop: Laptop) throws {
        guard let machine = machines.first(where: { $0.name == laptop.name }), try machine.isOff() else { return }
        world.withLock { $0.report.power.cutsInExchange += 1 }
    }

    /// Takes note of the verdicts that a laptop has stored.
    func noteAnswers(to laptop: Laptop) throws {
        guard !machines.isEmpty else { return }
        let answered = try laptop.store.exchangeStart().answered
        world.withLock { $0.power.answered[laptop.name] = answered }
    }
}
