import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookSync

/// Carries exchanges from the production client to the production server in one process, under one seed: no sockets, no
/// threads of its own, and every fault that a seed asks for.
///
/// Sets are committed one at a time, so that an observer sees what each of them did.
public final class InProcessTransport: ExchangeTransport {
    // A class, because it outlives the exchanges it carries and they share its random numbers.

    private struct State {
        var principal: ExchangePrincipal
        var random: SeededRandom
        var weather = Weather()
        /// The last request, and whose it was.
        var sent: (bytes: [UInt8], principal: ExchangePrincipal)?
    }

    private let server: Server
    private let enrol: @Sendable (ReplicaID) throws -> ReplicaID
    private let observe: @Sendable (ChangeSet, Verdict, _ before: ServerView, _ after: ServerView) throws -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - enrol: gives a new replica number to the copy of an old one.
    ///   - observe: told of each set that was judged for the first time, with the server's rows before and after.
    public init(
        to server: Server, principal: ExchangePrincipal, seed: UInt64,
        enrol: @escaping @Sendable (ReplicaID) throws -> ReplicaID,
        observe: @escaping @Sendable (ChangeSet, Verdict, ServerView, ServerView) throws -> Void
    ) {
        self.server = server
        self.enrol = enrol
        self.observe = observe
        state = Mutex(State(principal: principal, random: SeededRandom(seed: seed)))
    }

    public func set(_ weather: Weather) { state.withLock { $0.weather = weather } }

    /// The device goes on with the token that it had when its files were copied.
    public func become(_ principal: ExchangePrincipal) { state.withLock { $0.principal = principal } }

    public func newReplica() async throws -> ReplicaID {
        let old = state.withLock { $0.principal.replica }
        let new = try enrol(old)
        state.withLock { $0.principal.replica = new }
        return new
    }

    /// The principal whose token the device has.
    public var principal: ExchangePrincipal { state.withLock { $0.principal } }

    public func exchange(_ session: ExchangeSession) async throws {
        let (principal, weather, fate) = state.withLock { state in
            let isCut = state.random.chance(state.weather.cutPercent)
            let drawn = isCut ? Fate(random: &state.random) : .arrives
            let fate = state.weather.fates.isEmpty ? drawn : state.weather.fates.removeFirst()
            state.sent = ([], state.principal)
            return (state.principal, state.weather, fate)
        }
        if fate == .late { return try loseSight(of: session, weather) }
        let service = try server.service()
        weather.meets?()
        var exchange = service.open(principal, feedFor: weather.tamper?.reader(principal.replica))
        do {
            do {
                try await request(session, service, &exchange, weather, fate)
                if fate == .twice { try deliverAgain(to: service) }
            } catch let problem as Problem {
                weather.refuses?(problem)
                throw TransportFailure.refused(problem)
            }
            try await answer(session, service, &exchange, principal, weather, fate)
        } catch let failure as SimulationFailure {
            throw failure
        } catch let failure as TransportFailure {
            throw failure
        } catch {
            try requireServer(service)
            if server.problem(error) != nil { throw TransportFailure.unreachable }
            throw error
        }
    }

    /// A server that stopped is silent, whatever it was about to say.
    private func requireServer(_ service: ExchangeService) throws(TransportFailure) {
        if server.isOff() || !server.isRunning(service) { throw .unreachable }
    }

    // MARK: Requests that come again

    private func keep(_ chunk: [UInt8]) { state.withLock { $0.sent?.bytes += chunk } }

    /// What was on its way does not outlive the server that it was sent to.
    public func forgetSent() { state.withLock { $0.sent = nil } }

    private func loseSight(of session: ExchangeSession, _ weather: Weather) throws {
        while let chunk = try session.nextRequestChunk() { keep(weather.tamper?.request(chunk) ?? chunk) }
        throw TransportFailure.unreachable
    }

    /// The last request comes once more, or for the first time where it was late; nobody reads the answer.
    /// - Returns: whether there was one.
    @discardableResult
    public func deliverAgain() throws -> Bool {
        guard let sent = state.withLock({ $0.sent }), !sent.bytes.isEmpty else { return false }
        let service = try server.service()
        do {
            try deliverAgain(to: service)
        } catch is Problem {
            // It was about something that is no longer so.
        } catch is TransportFailure {
            // The same.
        } catch let failure as SimulationFailure {
            throw failure
        } catch {
            try requireServer(service)
            throw error
        }
        return true
    }

    private func deliverAgain(to service: ExchangeService) throws {
        guard let sent = state.withLock({ $0.sent }) else { return }
        var exchange = service.open(sent.principal)
        if let batch = try exchange.receive(sent.bytes) { try commit(batch, service, &exchange) }
        if let batch = try exchange.endRequest() { try commit(batch, service, &exchange) }
        while try exchange.nextChunk() != nil {}
    }

    // MARK: One exchange

    private func request(
        _ session: ExchangeSession, _ service: ExchangeService, _ exchange: inout ServerExchange, _ weather: Weather,
        _ fate: Fate
    ) async throws {
        var left = Int.max
        if case .requestCut(let bytes) = fate { left = bytes }
        while var chunk = try session.nextRequestChunk() {
            if let tamper = weather.tamper { chunk = tamper.request(chunk) }
            keep(chunk)
            var rest = chunk[...]
            while !rest.isEmpty {
                let piece = rest.prefix(min(weather.pieceBytes, left))
                rest = rest.dropFirst(piece.count)
                let isCut = piece.count == left && !rest.isEmpty || left == 0
                if let batch = try exchange.receive(piece) { try commit(batch, service, &exchange) }
                if isCut { throw TransportFailure.unreachable }
                left -= left == .max ? 0 : piece.count
                try await weather.between?()
            }
        }
        if let batch = try exchange.endRequest() { try commit(batch, service, &exchange) }
    }

    /// Commits one set at a time; the sets of the batches that come due meanwhile are behind it.
    private func commit(_ batch: PushBatch, _ service: ExchangeService, _ exchange: inout ServerExchange) throws {
        var waiting = Self.singles(of: batch)[...]
        while let single = waiting.popFirst() {
            guard let set = single.sets.first else {
                waiting += exchange.note(try commitWithoutSet(single, service)).map { Self.singles(of: $0) } ?? []
                continue
            }
            let (last, before) = try service.file.read {
                (try ServerView.lastSet(of: set.stamp.replica, $0), try ServerView(of: set, $0))
            }
            let result: PushResult
            do {
                result = try service.commit([single])[0]
            } catch {
                let problem = self.server.problem(error)
                if self.server.isOff() || problem != nil, set.number > last { self.server.leaves(set, before) }
                if let problem { throw problem }
                throw error
            }
            if let verdict = result.verdicts.first?.verdict, set.number > last {
                try observe(set, verdict, before, try service.file.read { try ServerView(of: set, $0) })
            }
            waiting += exchange.note(result).map { Self.singles(of: $0) } ?? []
            if result.problem != nil { return }
        }
    }

    /// The sets of a batch each for itself, then what else it brings.
    private static func singles(of batch: PushBatch) -> [PushBatch] {
        var singles: [PushBatch] = []
        for set in batch.sets {
            var single = batch
            (single.sets, single.witness) = ([set], [])
            singles.append(single)
        }
        guard singles.isEmpty || !batch.witness.isEmpty else { return singles }
        var rest = batch
        rest.sets = []
        return singles + [rest]
    }

    private func commitWithoutSet(_ batch: PushBatch, _ service: ExchangeService) throws -> PushResult {
        do {
            return try service.commit([batch])[0]
        } catch {
            throw server.problem(error) ?? error
        }
    }

    private func answer(
        _ session: ExchangeSession, _ service: ExchangeService, _ exchange: inout ServerExchange,
        _ principal: ExchangePrincipal, _ weather: Weather, _ fate: Fate
    ) async throws {
        var left = Int.max
        if case .answerCut(let bytes) = fate { left = bytes }
        var isBegun = false
        while var chunk = try chunk(&exchange, isBegun: isBegun, weather) {
            isBegun = true
            try requireServer(service)
            if let tamper = weather.tamper { chunk = tamper.answer(chunk) + tamper.addition() }
            try look(at: chunk, to: principal.replica, service, weather)
            let isCut = chunk.count > left
            let piece = isCut ? Array(chunk.prefix(left)) : chunk
            for start in stride(from: 0, to: piece.count, by: 1_700) {
                try session.receive(Array(piece[start..<min(start + 1_700, piece.count)]))
            }
            if isCut { throw TransportFailure.unreachable }
            // A problem ends the answer.
            if chunk.starts(with: Array("{\"error\"".utf8)) { return }
            if weather.tamper?.addition().isEmpty == false { return }
            left -= left == .max ? 0 : chunk.count
            try await weather.between?()
        }
    }

    /// The next chunk, as the HTTP server makes it of a problem: a refusal before the answer has begun, a line in it after.
    private func chunk(_ exchange: inout ServerExchange, isBegun: Bool, _ weather: Weather) throws -> [UInt8]? {
        guard !exchange.isOver else { return nil }
        do {
            return try exchange.nextChunk()
        } catch let problem as Problem {
            weather.refuses?(problem)
            guard isBegun else { throw TransportFailure.refused(problem) }
            return ResponseLine.error(problem).bytes + [UInt8(ascii: "\n")]
        }
    }

    /// An author must not be told its own writes, but for whole records, for what others made of them, for the mark of
    /// what it deleted where a unit is told it again, and once its server was put back for what may have waited.
    private func look(at chunk: [UInt8], to reader: ReplicaID, _ service: ExchangeService, _ weather: Weather) throws {
        for line in chunk.split(separator: UInt8(ascii: "\n")) {
            guard let value = try? JSONParser.parse(line), let read = ResponseLine(value) else { continue }
            if case .error(let problem) = read { weather.refuses?(problem) }
            guard case .record(let told) = read else { continue }
            try weather.tells?(reader, told)
            // Told as an increment by a planted fault, a whole record holds its reader's own atoms.
            guard !told.isWhole, !told.record.isDeleted, weather.tamper?.fault != .joinsWhereItShouldReplace else {
                continue
            }
            for (path, atom) in told.record.atoms where atom.stamp.replica == reader {
                if service.timeline > Timeline.first, atom.stamp.isServerGiven { continue }
                throw SimulationFailure(law: "echo", detail: "\(path) of \(told.record.id) came back to its author")
            }
        }
    }
}

/// A law that a simulated history broke.
public struct SimulationFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public var law: String
    public var detail: String

    public var description: String { "\(law): \(detail)" }
}
