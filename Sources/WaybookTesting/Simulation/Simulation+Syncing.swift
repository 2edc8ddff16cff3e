import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync

/// Exchanges, whole or in parts, and the way between.
extension Simulation {
    /// The server as laptops meet it.
    var server: InProcessTransport.Server {
        var server = InProcessTransport.Server(
            service: {
                guard (try? self.serverMachine?.isOff()) != true else { throw TransportFailure.unreachable }
                // Before the same sets come again.
                try self.settleUnconfirmed()
                return self.service
            },
            isOff: { (try? self.serverMachine?.isOff()) == true },
            leaves: { self.model.leave($0, before: $1) })
        server.isRunning = { $0 === self.service }
        server.problem = { self.problem(of: $0) }
        return server
    }

    /// What the routes would answer to a commit that failed; nil where nothing was asked to fail so.
    private func problem(of error: any Error) -> Problem? {
        serverFaults.contains { $0.causes(error) } ? Problem(storeError: error) : nil
    }

    // MARK: One synchronisation

    func synchronise(_ step: SimulatedStep, _ one: SimulatedLaptop) async throws {
        guard one.run == nil else { return try await goOn(one, chunks: 0) }
        let turnstile = Turnstile()
        one.transport.set(try weather(step, one, turnstile))
        try catchUp()
        one.allowed.formUnion(codes(seenBy: one.person))
        let laptop = one.laptop
        let task = Task<Result<SyncReport, any Error>, Never> {
            await turnstile.begin()
            defer { turnstile.end() }
            do {
                return .success(try await laptop.synchronise(seed: 7))
            } catch {
                return .failure(error)
            }
        }
        one.run = SimulatedLaptop.Run(turnstile: turnstile, task: task)
        if step["pause"] > 0 { coverage.count("exchange paused") }
        try await goOn(one, chunks: step["pause"])
    }

    private func weather(
        _ step: SimulatedStep, _ one: SimulatedLaptop, _ turnstile: Turnstile
    ) throws -> InProcessTransport.Weather {
        var weather = InProcessTransport.Weather(between: {
            try await turnstile.pass()
            try one.machine?.requirePower()
        })
        for (way, byte) in [("way", "byte"), ("then", "thenByte")] {
            coverage.count("exchange \(SimulatedVerb.ways[step[way] % SimulatedVerb.ways.count])")
            weather.fates.append(Self.fate(step[way], step[byte]))
        }
        if step["piece"] > 0 { weather.pieceBytes = step["piece"] }
        let versions: [ClosedRange<Int>?] = [
            nil, Hello.oldestProtocolVersion...Hello.oldestProtocolVersion,
            Hello.protocolVersion...(Hello.protocolVersion + 3), 1...1,
        ]
        if let spoken = versions[step["speaks"] % versions.count] {
            coverage.count("speaks \(["", "former", "newest", "ancient"][step["speaks"] % 4])")
            weather.tamper = Tampering(speaking: spoken)
        }
        weather.meets = { one.putBacksMet = self.model.putBacks }
        weather.refuses = { self.coverage.count("problem \($0.code.rawValue)") }
        weather.tells = {
            try self.requireVisible($1, to: one)
            try self.requireNews($1, to: one)
        }
        return weather
    }

    private static func fate(_ way: Int, _ byte: Int) -> InProcessTransport.Fate {
        switch way % SimulatedVerb.ways.count {
        case 1: .requestCut(byte)
        case 2: .answerCut(byte)
        case 3: .late
        case 4: .twice
        default: .arrives
        }
    }

    /// Lets the exchange under way go on.
    /// - Parameter chunks: until so many have passed; 0 for its end.
    func goOn(_ one: SimulatedLaptop, chunks: Int) async throws {
        guard let run = one.run, await run.turnstile.advance(chunks: chunks == 0 ? nil : chunks) else { return }
        let result = await run.task.value
        one.end()
        switch result {
        case .failure(let error): throw error
        case .success(let report): try note(report, of: one)
        }
    }

    private func note(_ report: SyncReport, of one: SimulatedLaptop) throws {
        coverage.count("unit departed", report.departedUnits)
        if report.hasBegunAfresh {
            coverage.count("fresh pull")
            (one.stored, one.hasReadAll) = (0, false)
        }
        coverage.count("exchanges", report.exchanges)
        note(
            "\(one.name) syncs: \(report.ending), sent \(report.sentSets), read \(report.receivedRecords), "
                + "\(report.departedUnits) left")
        one.lastEnding = report.ending
        one.lastMoved = report.sentSets + report.receivedRecords
        try noteComparison(report, of: one)
        // What a server said before it was put back may be heard after.
        let isWhole = report.ending == .upToDate && one.putBacksMet == model.putBacks
        if isWhole { one.isBehind = false }
        try check(one, isWhole: isWhole)
        guard isWhole else { return }
        one.hasReadAll = true
        try checkOwed(one)
    }

    /// What a laptop holds is what the server has for it, whenever it compares.
    private func noteComparison(_ report: SyncReport, of one: SimulatedLaptop) throws {
        one.hasCompared = report.differingBuckets != nil
        guard one.hasCompared else { return }
        coverage.count("compared")
        guard !report.hasDiffered else {
            throw SimulationFailure(
                law: "digest", detail: "\(one.name) differed in \(report.mendedRecords) records and more")
        }
    }
}
