import Foundation
import GRDB
import Logging
import Synchronization
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServer
@testable import WaybookServerCore

@Suite(.timeLimit(.minutes(2))) struct GroupCommitTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func service(_ folder: DataFolderFixture) throws -> ExchangeService {
        let file = try StoreFile(path: folder.path + "/server.db", role: .server, migrations: ServerSchema.migrations)
        try file.write { try ExchangeService.initialise($0, epoch: "e", secret: Array(repeating: 7, count: 32)) }
        return try ExchangeService(
            file: file, schema: Catalogue.schema, wallMilliseconds: { wallMilliseconds() }, authorship: { _, _ in nil })
    }

    private static func batch(
        _ replica: UInt32, _ numbers: ClosedRange<Int64> = 1...1, isFull: Bool = false
    ) -> PushBatch {
        let principal = ExchangePrincipal(replica: ReplicaID(replica), user: "u", kind: .administrator)
        return PushBatch(
            principal: principal, offsetMilliseconds: 0, answered: 0,
            sets: numbers.map {
                PushingDevice.creation(number: $0, replica: principal.replica, milliseconds: 1_000_000)
            }, isFull: isFull)
    }

    @Test func fiftyConcurrentPushesShareCommitsAndEachGetsItsVerdicts() async throws {
        let folder = DataFolderFixture()
        let service = try Self.service(folder)
        let commits = Mutex(0)
        let threads = ServerThreads()
        let committer = GroupCommitter(
            threads: threads, metrics: ExchangeMetrics(PrometheusMetrics()), logger: Self.logger,
            commit: { batches in
                commits.withLock { $0 += 1 }
                return try service.commit(batches)
            }, onCommit: { _ in })
        try await withThrowingTaskGroup(of: (UInt32, PushResult).self) { group in
            for replica in UInt32(1)...50 {
                // Every tenth comes with a gap, which is its own trouble alone.
                let numbers: ClosedRange<Int64> = replica % 10 == 0 ? 2...3 : 1...3
                group.addTask { (replica, try await committer.commit(Self.batch(replica, numbers))) }
            }
            for try await (replica, result) in group {
                if replica % 10 == 0 {
                    #expect(result.problem == Problem(.gap, expected: 1) && result.verdicts.isEmpty)
                } else {
                    #expect(result.problem == nil && result.verdicts.map(\.number) == [1, 2, 3])
                    #expect(result.verdicts.allSatisfy { $0.verdict.isPlain })
                }
            }
        }
        let count = commits.withLock { $0 }
        #expect(count < 50 && count >= 2, "\(count) commits for 50 pushes")
        let records = try service.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM record") }
        #expect(records == 45 * 3)
        try await threads.stop()
    }

    @Test func aBatchThatBreaksTheTransactionBreaksNoOther() async throws {
        struct Broken: Error {}
        let threads = ServerThreads()
        let held = HeldCommits()
        let committer = GroupCommitter(
            threads: threads, metrics: ExchangeMetrics(PrometheusMetrics()), logger: Self.logger,
            commit: { batches in
                let results = held.commit(batches)
                if batches.contains(where: { $0.principal.replica == ReplicaID(7) }) { throw Broken() }
                return results
            }, onCommit: { _ in })
        let first = Task { try await committer.commit(Self.batch(1)) }
        await held.firstHasBegun()
        // While the first commit is under way the others gather.
        let outcomes = try await withThrowingTaskGroup(of: (UInt32, Problem?).self) { group in
            for replica in UInt32(5)...9 {
                group.addTask {
                    do {
                        _ = try await committer.commit(Self.batch(replica))
                        return (replica, nil)
                    } catch { return (replica, error as? Problem) }
                }
            }
            await held.letGo(once: 5, waitIn: committer)
            var outcomes: [UInt32: Problem?] = [:]
            for try await (replica, problem) in group { outcomes[replica] = .some(problem) }
            return outcomes
        }
        _ = try await first.value
        for replica in UInt32(5)...9 {
            #expect(outcomes[replica] == .some(replica == 7 ? Problem(.internalError) : nil))
        }
        let shared = held.groups.contains { $0.count > 1 }
        #expect(shared)
        try await threads.stop()
    }

    @Test func aFewChangesWaitForOnePieceOfALongPushAndNotForAll() async throws {
        let threads = ServerThreads()
        let held = HeldCommits()
        let committer = GroupCommitter(
            threads: threads, metrics: ExchangeMetrics(PrometheusMetrics()), logger: Self.logger,
            commit: { held.commit($0) }, onCommit: { _ in })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await committer.commit(Self.batch(1)) }
            await held.firstHasBegun()
            // While the first commit is under way the others gather: three pieces of long pushes, two of a few changes.
            for replica in UInt32(2)...6 {
                group.addTask { _ = try await committer.commit(Self.batch(replica, isFull: replica < 5)) }
            }
            await held.letGo(once: 5, waitIn: committer)
            try await group.waitForAll()
        }
        let seen = held.groups.map { Set($0) }
        try #require(seen.count == 5)
        #expect(seen[0] == [1] && seen[2] == [5, 6], "\(seen)")
        #expect(seen[1].union(seen[3]).union(seen[4]) == [2, 3, 4])
        try await threads.stop()
    }

    @Test func aFullDiskAndABusyFileAreToldToEveryWaiterAndNobodyIsTriedAlone() async throws {
        for (code, expected) in [
            (StoreFileError.Code.diskFull, ProblemCode.serverFull), (.busy(waitedMilliseconds: 1), .retry),
        ] {
            let threads = ServerThreads()
            let calls = Mutex(0)
            let committer = GroupCommitter(
                threads: threads, metrics: ExchangeMetrics(PrometheusMetrics()), logger: Self.logger,
                commit: { _ in
                    calls.withLock { $0 += 1 }
                    throw StoreFileError(code, context: "server.db")
                }, onCommit: { _ in })
            await #expect { try await committer.commit(Self.batch(1)) } throws: { ($0 as? Problem)?.code == expected }
            await #expect(throws: Problem(.revoked)) { try await committer.commit(Self.batch(2)) { true } }
            #expect(calls.withLock { $0 } == 1)
            try await threads.stop()
        }
    }

    @Test func whatIsCommittedWakesEverybodyButItsAuthor() async throws {
        let folder = DataFolderFixture()
        let service = try Self.service(folder)
        let threads = ServerThreads()
        let hub = EventHub()
        let engine = ExchangeEngine(
            service: service, threads: threads, metrics: ExchangeMetrics(PrometheusMetrics()),
            announcer: try CommitAnnouncer(hub: hub, service: service, threads: threads), logger: Self.logger)
        var random = SystemRandomNumberGenerator()
        let user = UserID(now: 1, random: &random)
        try service.file.write { db in
            _ = try DirectoryWriter(db, now: 1).write(
                ["name": "Mei", "role": "admin", "status": "active"], of: user.record, in: DirectoryRecord.user)
        }
        let (author, other) = (
            Principal(user: user, replica: ReplicaID(1), isAdmin: false),
            Principal(user: user, replica: ReplicaID(2), isAdmin: false)
        )
        let (own, others) = (try hub.subscribe(author), try hub.subscribe(other))
        var device = PushingDevice(replica: author.replica, token: "")
        let set = device.next(milliseconds: wallMilliseconds())
        let conversation = try await engine.begin(for: author)
        try await conversation.receive(device.body([set], pulls: true, milliseconds: wallMilliseconds()))
        try await conversation.endOfRequest()
        var answer: [UInt8] = []
        while let chunk = try await conversation.nextChunk() { answer += chunk }
        #expect(String(decoding: answer, as: UTF8.self).contains("{\"applied\":[1,1]}\n"))
        // Who is concerned is found out beside the commit, on a reader's thread.
        for await _ in others.ticks { break }
        #expect(hub.take(own) == nil && hub.take(others) == 0)
        conversation.cancel()
        await #expect(throws: Problem.self) { try await conversation.nextChunk() }
        try await threads.stop()
    }
}

/// Commits that only note whose batches they hold. The first, of replica 1 alone, lasts until it is let go: meanwhile others
/// gather.
private final class HeldCommits: Sendable {
    // A class, for what it notes is shared with the writer's thread.
    private let gate = DispatchSemaphore(value: 0)
    private let noted = Mutex<[[UInt32]]>([])

    /// The replicas of each commit, in order.
    var groups: [[UInt32]] { noted.withLock { $0 } }

    func commit(_ batches: [PushBatch]) -> [PushResult] {
        let replicas = batches.map(\.principal.replica.number)
        noted.withLock { $0.append(replicas) }
        if replicas == [1] { gate.wait() }
        return batches.map { _ in PushResult() }
    }

    func firstHasBegun() async { while groups.isEmpty { await Task.yield() } }

    /// Lets the first commit end, once so many batches wait behind it: however busy the machine is.
    func letGo(once count: Int, waitIn committer: GroupCommitter) async {
        while committer.waitingCount < count { await Task.yield() }
        gate.signal()
    }
}
