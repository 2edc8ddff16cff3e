import Foundation
import Synchronization
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookTesting

@testable import WaybookServer

/// Kills the real server under load, again and again: what it acknowledged must be there.
@Suite(.timeLimit(.minutes(10)), .serialized) struct KillTests {
    /// `WAYBOOK_KILL_ROUNDS` sets another number of rounds, `WAYBOOK_SEED` another seed.
    private static let environment = ProcessInfo.processInfo.environment
    private static let rounds = environment["WAYBOOK_KILL_ROUNDS"].flatMap { Int($0) } ?? 20
    private static let seed = environment["WAYBOOK_SEED"].flatMap { UInt64($0) } ?? 41
    private static let deviceCount = 6

    @Test func nothingAcknowledgedIsMissingAfterKills() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            var random = SeededRandom(seed: Self.seed)
            var server = try ServerProcess(folder)
            let devices = try Self.devices(server)
            let reader = try server.signIn("reader")
            for round in 1...Self.rounds {
                try Self.kill(server, under: devices, sets: 1 + random.below(60), &random, round)
                server = try ServerProcess(folder)
                try Self.verify(devices, server, reader, round)
            }
            let checked = try ServerProcess.command(["check", "--data", folder.data])
            #expect(checked.status == 0, "\(checked.output)")
            let acknowledged = devices.reduce(0) { $0 + $1.acknowledged }
            #expect(acknowledged >= Int64(Self.rounds))
            print("kill -9: \(Self.rounds) rounds, seed \(Self.seed), \(acknowledged) sets acknowledged, none missing")
        }
    }

    /// The mark of how far the database has come never leads, however the server ends.
    @Test func aKilledServerIsNotTakenForOnePutBack() async throws {
        try await blocking {
            let folder = DataFolderFixture()
            try folder.initialise()
            var random = SeededRandom(seed: Self.seed)
            var server = try ServerProcess(folder)
            let devices = try Self.devices(server)
            var furthest: Int64 = 0
            for round in 1...Self.rounds {
                try Self.kill(server, under: devices, sets: 1 + random.below(20), &random, round)
                let reached = try #require(try ReachedFile(path: folder.data + "/" + ReachedFile.fileName).mark)
                let file = try DataFolder(folder.data).open()
                let (mark, timelines) = try file.read { (try ReachedFile.Mark($0), try TimelineTable($0).all()) }
                try file.close()
                #expect(
                    mark.map { !$0.isBehind(reached) } == true && timelines.isEmpty, "round \(round), seed \(Self.seed)"
                )
                #expect(reached.sequence >= furthest, "round \(round), seed \(Self.seed)")
                furthest = reached.sequence
                server = try ServerProcess(folder)
            }
            let acknowledged = devices.reduce(0) { $0 + $1.acknowledged }
            #expect(furthest >= acknowledged - Int64(devices.count) && acknowledged >= Int64(Self.rounds))
            print("kill -9: \(Self.rounds) rounds, seed \(Self.seed), reached \(furthest), never ahead of the database")
        }
    }

    private static func devices(_ server: ServerProcess) throws -> [PushLoop] {
        try (0..<deviceCount).map { number in
            let answer = try server.signIn("laptop \(number)")
            return PushLoop(PushingDevice(replica: ReplicaID(answer.replica), token: answer.token))
        }
    }

    /// Somewhere in the middle of the work, whatever the machine's speed; and not on the beat of an answer.
    private static func kill(
        _ server: ServerProcess, under devices: [PushLoop], sets: Int, _ random: inout SeededRandom, _ round: Int
    ) throws {
        let load = Load(devices, server)
        let isWorking = load.reaches(sets)
        usleep(UInt32(random.below(20_000)))
        #expect(server.end(SIGKILL) == SIGKILL)
        load.wait()
        try #require(isWorking, "round \(round), seed \(seed): the server does not answer")
    }

    private static func verify(
        _ devices: [PushLoop], _ server: ServerProcess, _ reader: SignInResponse, _ round: Int
    ) throws {
        let fresh = PushingDevice(replica: ReplicaID(reader.replica), token: reader.token)
        let lines = try server.exchange(
            fresh.body([], pulls: true, milliseconds: wallMilliseconds()), token: reader.token)
        var present: Set<RecordID> = []
        for case .record(let told)? in (lines ?? []).map(Optional.some) { present.insert(told.record.id) }
        #expect(lines != nil, "round \(round), seed \(seed): the pull is not whole")
        for device in devices {
            let missing = device.expected.filter { !present.contains($0) }
            #expect(
                missing.isEmpty, "round \(round), seed \(seed): \(missing.count) missing of \(device.expected.count)")
        }
    }
}

/// A device that pushes set after set, and sends again what was not answered.
private final class PushLoop: Sendable {
    private struct State {
        var device: PushingDevice
        var unanswered: ChangeSet?
    }

    private let state: Mutex<State>

    init(_ device: PushingDevice) { state = Mutex(State(device: device)) }

    var acknowledged: Int64 { state.withLock { $0.device.answered } }

    /// The customers whose creation was acknowledged.
    var expected: [RecordID] {
        state.withLock { state in
            guard state.device.answered > 0 else { return [] }
            return (1...state.device.answered).map { PushingDevice.customer($0, state.device.replica) }
        }
    }

    /// Pushes until the server is gone.
    func run(_ server: ServerProcess) {
        while push(server) {}
    }

    private func push(_ server: ServerProcess) -> Bool {
        let (set, body, token) = state.withLock { state in
            let set = state.unanswered ?? state.device.next(milliseconds: wallMilliseconds())
            state.unanswered = set
            return (set, state.device.body([set], pulls: false, milliseconds: wallMilliseconds()), state.device.token)
        }
        let answer: [ResponseLine]?
        do {
            answer = try server.exchange(body, token: token)
        } catch let problem as Problem {
            Issue.record("set \(set.number) was refused: \(problem)")
            return false
        } catch {
            return false
        }
        guard let lines = answer else { return false }
        guard lines.contains(.applied(first: set.number, last: set.number)) else {
            Issue.record("set \(set.number) was not applied: \(lines)")
            return false
        }
        state.withLock { state in
            state.unanswered = nil
            state.device.noteAnswer(set.number)
        }
        return true
    }
}

/// All devices pushing at once, each on a thread of its own.
private struct Load {
    private let devices: [PushLoop]
    private let acknowledgedBefore: Int64
    private let ended = DispatchGroup()

    init(_ devices: [PushLoop], _ server: ServerProcess) {
        self.devices = devices
        acknowledgedBefore = devices.reduce(0) { $0 + $1.acknowledged }
        for device in devices {
            ended.enter()
            Thread.detachNewThread { [ended] in
                device.run(server)
                ended.leave()
            }
        }
    }

    /// Waits until so many sets were acknowledged in this round; false when that takes half a minute.
    func reaches(_ count: Int) -> Bool {
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end {
            if devices.reduce(0, { $0 + $1.acknowledged }) - acknowledgedBefore >= Int64(count) { return true }
            usleep(500)
        }
        return false
    }

    func wait() { ended.wait() }
}
