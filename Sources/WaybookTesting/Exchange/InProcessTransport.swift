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

    /// What can happen on the way.
    public struct Weather: Sendable {
        /// How many exchanges in a hundred are cut, somewhere in the request or the answer.
        public var cutPercent: Int
        /// Called between chunks: the world goes on while an exchange is under way.
        public var between: (@Sendable () throws -> Void)?
        /// Changes lines on the way; for planted faults.
        public var tamper: Tampering?

        public init(cutPercent: Int = 0, between: (@Sendable () throws -> Void)? = nil, tamper: Tampering? = nil) {
            self.cutPercent = cutPercent
            self.between = between
            self.tamper = tamper
        }
    }

    /// The server at the other end, which may be off and come back as another object on the same data.
    public struct Server: Sendable {
        /// The running service; throws ``TransportFailure`` while there is none.
        public var service: @Sendable () throws -> ExchangeService
        /// Whether it has stopped in the midst of what it was doing.
        public var isOff: @Sendable () -> Bool
        /// Told of a set whose commit failed because the server stopped: it may be found committed or not.
        public var leaves: @Sendable (_ unconfirmed: ChangeSet, _ before: ServerView) -> Void

        public init(
            service: @escaping @Sendable () throws -> ExchangeService, isOff: @escaping @Sendable () -> Bool,
            leaves: @escaping @Sendable (ChangeSet, ServerView) -> Void
        ) {
            self.service = service
            self.isOff = isOff
            self.leaves = leaves
        }
    }

    private struct State {
        var principal: ExchangePrincipal
        var random: SeededRandom
        var weather = Weather()
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

    public func newReplica() async throws -> ReplicaID {
        let old = state.withLock { $0.principal.replica }
        let new = try enrol(old)
        state.withLock { $0.principal.replica = new }
        return new
    }

    public func exchange(_ session: ExchangeSession) async throws {
        let (principal, weather, cut) = state.withLock { state in
            let isCut = state.random.chance(state.weather.cutPercent)
            return (state.principal, state.weather, isCut ? Cut(random: &state.random) : nil)
        }
        let service = try server.service()
        var exchange = service.open(principal, feedFor: weather.tamper?.reader(principal.replica))
        do {
            do {
                try request(session, service, &exchange, weather, cut)
            } catch let problem as Problem {
                throw TransportFailure.refused(problem)
            }
            try answer(session, &exchange, principal, weather, cut)
        } catch let failure as SimulationFailure {
            throw failure
        } catch {
            try requireServer()
            throw error
        }
    }

    /// A server that stopped is silent, whatever it was about to say.
    private func requireServer() throws(TransportFailure) {
        if server.isOff() { throw .unreachable }
    }

    /// Where an exchange is cut: after so many bytes of the request, or else of the answer.
    private struct Cut {
        var requestBytes: Int?
        var answerBytes: Int?

        init(random: inout SeededRandom) {
            let bytes = random.below(random.chance(50) ? 600 : 60_000)
            if random.chance(40) { requestBytes = bytes } else { answerBytes = bytes }
        }
    }

    private func request(
        _ session: ExchangeSession, _ service: ExchangeService, _ exchange: inout ServerExchange, _ weather: Weather,
        _ cut: Cut?
    ) throws {
        var left = cut?.requestBytes ?? .max
        while var chunk = try session.nextRequestChunk() {
            if let tamper = weather.tamper { chunk = tamper.request(chunk) }
            let isCut = chunk.count > left
            if let batch = try exchange.receive(isCut ? Array(chunk.prefix(left)) : chunk) {
                try commit(batch, service, &exchange)
            }
            if isCut { throw TransportFailure.unreachable }
            left -= chunk.count
            try weather.between?()
        }
        if let batch = try exchange.endRequest() { try commit(batch, service, &exchange) }
    }

    /// Commits one set at a time; the sets of the batches that come due meanwhile are behind it.
    private func commit(_ batch: PushBatch, _ service: ExchangeService, _ exchange: inout ServerExchange) throws {
        if batch.sets.isEmpty { _ = try service.commit([batch]) }
        var waiting = batch.sets[...]
        while let set = waiting.popFirst() {
            var single = batch
            single.sets = [set]
            let last = try service.file.read { try ServerView.lastSet(of: set.stamp.replica, $0) }
            let before = try view(of: set, service)
            let result: PushResult
            do {
                result = try service.commit([single])[0]
            } catch {
                if self.server.isOff(), set.number > last { self.server.leaves(set, before) }
                throw error
            }
            if let verdict = result.verdicts.first?.verdict, set.number > last {
                try observe(set, verdict, before, try view(of: set, service))
            }
            waiting += exchange.note(result)?.sets ?? []
            if result.problem != nil { return }
        }
    }

    private func view(of set: ChangeSet, _ service: ExchangeService) throws -> ServerView {
        try service.file.read { try ServerView(of: set, $0) }
    }

    private func answer(
        _ session: ExchangeSession, _ exchange: inout ServerExchange, _ principal: ExchangePrincipal,
        _ weather: Weather,
        _ cut: Cut?
    ) throws {
        var left = cut?.answerBytes ?? .max
        var isBegun = false
        while var chunk = try Self.chunk(&exchange, isBegun: isBegun) {
            isBegun = true
            try requireServer()
            if let tamper = weather.tamper { chunk = tamper.answer(chunk) + tamper.addition() }
            // Told as an increment, a whole record holds its reader's own atoms.
            if weather.tamper?.fault != .joinsWhereItShouldReplace { try refuseEcho(chunk, of: principal.replica) }
            let isCut = chunk.count > left
            let piece = isCut ? Array(chunk.prefix(left)) : chunk
            for start in stride(from: 0, to: piece.count, by: 1_700) {
                try session.receive(Array(piece[start..<min(start + 1_700, piece.count)]))
            }
            if isCut { throw TransportFailure.unreachable }
            // A problem ends the answer.
            if chunk.starts(with: Array("{\"error\"".utf8)) { return }
            if weather.tamper?.addition().isEmpty == false { return }
            left -= chunk.count
            try weather.between?()
        }
    }

    /// The next chunk, as the HTTP server makes it of a problem: a refusal before the answer has begun, a line in it after.
    private static func chunk(_ exchange: inout ServerExchange, isBegun: Bool) throws -> [UInt8]? {
        guard !exchange.isOver else { return nil }
        do {
            return try exchange.nextChunk()
        } catch let problem as Problem {
            guard isBegun else { throw TransportFailure.refused(problem) }
            return ResponseLine.error(problem).bytes + [UInt8(ascii: "\n")]
        }
    }

    /// An author must not be told its own writes, but for whole records, for what others made of them, and for the mark of
    /// what it deleted where a unit is told it again.
    private func refuseEcho(_ chunk: [UInt8], of reader: ReplicaID) throws {
        for line in chunk.split(separator: UInt8(ascii: "\n")) {
            guard let value = try? JSONParser.parse(line), case .record(let told)? = ResponseLine(value), !told.isWhole,
                !told.record.isDeleted
            else { continue }
            for (path, atom) in told.record.atoms where atom.stamp.replica == reader {
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
