import Foundation
import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookSync

@testable import WaybookClient

@Suite(.timeLimit(.minutes(2))) struct SyncOverHTTPTests {
    private static let head = ResponseLine.head(
        Head(
            epoch: "epoch", timeline: 0, sequence: 0, offsetMilliseconds: 0, schemaVersion: 1,
            limits: .standard))
    private static let empty: [ResponseLine] = [head, .checkpoint(token: "t", sequence: 0), .end(readable: nil)]

    @Test(arguments: ContentCoding.allCases) func anAnswerIsReadInEveryCoding(_ coding: ContentCoding) async throws {
        let server = ScriptedServer([.lines(Self.empty, coding: coding)])
        try await server.serve { address in
            let folder = TestFolder()
            let workspace = try await folder.login(address)
            let result = try await workspace.sync(language: .english)
            #expect(result.report.ending == .upToDate)
        }
        let request = try #require(try server.bodies("/v1/exchange").first)
        let value = try JSONParser.parse(Array(request.dropLast()))
        #expect(Hello(value)?.replica == ReplicaID(7))
        let headers = try #require(server.headers("/v1/exchange").first)
        #expect(headers[.authorization] == "Bearer token-1")
        #expect(headers[.contentEncoding] == "zstd-wb1")
    }

    @Test func aServerWithoutTheSharedDictionaryIsSentTheSameInZstd() async throws {
        let server = ScriptedServer([
            .problem(Problem(.unsupportedCoding)), .lines(Self.empty),
        ])
        try await server.serve { address in
            let folder = TestFolder()
            let workspace = try await folder.login(address)
            let result = try await workspace.sync(language: .english)
            #expect(result.report.ending == .upToDate && result.report.exchanges == 1)
        }
        #expect(server.headers("/v1/exchange").map { $0[.contentEncoding] } == ["zstd-wb1", "zstd"])
        let bodies = try server.bodies("/v1/exchange")
        #expect(bodies.count == 2 && bodies[0] == bodies[1])
    }

    @Test func aServerThatReadsNoZstdIsNotAskedForEver() async throws {
        let server = ScriptedServer([.problem(Problem(.unsupportedCoding))])
        try await server.serve { address in
            let folder = TestFolder()
            let result = try await folder.login(address).sync(language: .english)
            #expect(result.report.ending == .stopped(.problem(Problem(.unsupportedCoding))))
        }
        #expect(server.headers("/v1/exchange").map { $0[.contentEncoding] } == ["zstd-wb1", "zstd"])
    }

    @Test func aProblemIsTyped() async throws {
        let server = ScriptedServer([.problem(Problem(.revoked))])
        try await server.serve { address in
            let folder = TestFolder()
            let result = try await folder.login(address).sync(language: .english)
            #expect(result.report.ending == .stopped(.problem(Problem(.revoked))))
        }
    }

    @Test func aCutAnswerIsAskedForAgainAndTheUnsentStays() async throws {
        let server = ScriptedServer([.lines([Self.head], isCut: true), .lines(Self.empty)])
        try await server.serve { address in
            let folder = TestFolder()
            let result = try await folder.login(address).sync(language: .english)
            #expect(result.report.ending == .upToDate)
            #expect(result.report.exchanges == 2)
        }
    }

    @Test func aForkGetsANumberAndATokenOfItsOwnAndKeepsThem() async throws {
        let server = ScriptedServer([.problem(Problem(.fork)), .lines(Self.empty)])
        try await server.serve { address in
            let folder = TestFolder()
            let workspace = try await folder.login(address)
            let result = try await workspace.sync(language: .english)
            #expect(result.report.newReplica == ReplicaID(8))
            let session = try #require(try folder.folder.session())
            #expect(session.token == "token-2")
            #expect(session.replica == ReplicaID(8))
        }
        #expect(server.headers("/v1/exchange").last?[.authorization] == "Bearer token-2")
        #expect(try server.bodies("/v1/replica") == [Array(#"{"forkOf":7}"#.utf8)])
    }

    @Test func aServerThatIsNotThereIsToldWithItsReason() async throws {
        let server = ScriptedServer([.lines(Self.empty)])
        let folder = TestFolder()
        let workspace = try await server.serve { address in try await folder.login(address) }
        let result = try await workspace.sync(language: .english)
        #expect(result.report.ending == .stopped(.unreachable))
        #expect(result.failure == .refused)
    }

    @Test func aWakeUpAndAnEditElsewhereInTheStoreEachBringARound() async throws {
        let server = ScriptedServer([.lines(Self.empty)])
        try await server.serve { address in
            let folder = TestFolder()
            let workspace = try await folder.login(address)
            let (rounds, round) = AsyncStream.makeStream(of: Void.self)
            var pace = SyncWatch.Pace()
            pace.localMilliseconds = 20
            let watch = Task { [pace] in
                try await SyncWatch.run(workspace, language: .english, pace: pace) { _ in round.yield() }
            }
            var seen = rounds.makeAsyncIterator()
            // At the start, and when the wake-up stream has begun.
            await seen.next()
            await seen.next()
            server.wake()
            await seen.next()
            watch.cancel()
            #expect(try await watch.value?.report.ending != .stopped(.unreachable))
        }
    }

    /// A watch whose wake-ups and rounds by the clock are far away: only the end of the stream can bring the news.
    private static func watching(
        until problem: Problem
    ) async throws -> (folder: TestFolder, result: Result<SyncResult?, any Error>) {
        let server = ScriptedServer([.lines(empty)])
        return try await server.serve { address in
            let folder = TestFolder()
            let workspace = try await folder.login(address, device: .system())
            let (rounds, round) = AsyncStream.makeStream(of: Void.self)
            var pace = SyncWatch.Pace()
            pace.pollMilliseconds = 3_600_000
            pace.wokenMilliseconds = 3_600_000
            let watch = Task { [pace] in
                try await SyncWatch.run(workspace, language: .english, pace: pace) { _ in round.yield() }
            }
            var seen = rounds.makeAsyncIterator()
            // At the start, and when the wake-up stream has begun.
            await seen.next()
            await seen.next()
            server.cutOff(problem)
            let result = await withTaskCancellationHandler {
                await watch.result
            } onCancel: {
                watch.cancel()
            }
            return (folder, result)
        }
    }

    @Test func aWatchObeysAnOrderToWipeByItself() async throws {
        let (folder, result) = try await Self.watching(until: Problem(.wipe))
        #expect(throws: WorkspaceError(.refused(Problem(.wipe)))) { try result.get() }
        #expect(!folder.folder.hasStore)
        #expect(try folder.folder.session() == nil)
    }

    @Test(arguments: [ProblemCode.revoked, .signIn]) func aWatchThatIsCutOffEndsAndKeepsEverything(
        _ code: ProblemCode
    ) async throws {
        let (folder, result) = try await Self.watching(until: Problem(code))
        #expect(try result.get()?.report.ending == .stopped(.problem(Problem(code))))
        #expect(folder.folder.hasStore)
    }

    @Test func anOrderToWipeRemovesTheRecordsAndTheSignIn() async throws {
        let server = ScriptedServer([.problem(Problem(.wipe))])
        try await server.serve { address in
            let folder = TestFolder()
            let workspace = try await folder.login(address)
            _ = try workspace.add([Write(path: FieldPath("name"), value: "Acme")], to: "customer")
            let copy = try workspace.store.file.keepCopy(at: 1)
            await #expect(throws: WorkspaceError(.refused(Problem(.wipe)))) {
                try await workspace.sync(language: .english)
            }
            #expect(!folder.folder.hasStore && !FileManager.default.fileExists(atPath: copy))
            #expect(try folder.folder.session() == nil)
        }
    }

    @Test func whatIsUnsentAndWhatWasRefusedIsWrittenToOneFile() async throws {
        let folder = TestFolder()
        let id = RecordID(high: 0x0198_C2F0_6D1A_7C3E, low: 0x9A52_3F1B_2C4D_5E01)
        let refusal = ResponseLine.verdict(
            number: 1, .rejected(Refusal(rule: .limit, record: id, path: FieldPath("name"))))
        let server = ScriptedServer([
            .lines([Self.head, refusal, .checkpoint(token: "t", sequence: 0), .end(readable: 0)])
        ])
        try await server.serve { address in
            let workspace = try await folder.login(address)
            _ = try workspace.add([Write(path: FieldPath("name"), value: "Refused")], to: "customer")
            #expect(try await workspace.sync(language: .english).report.refusedSets == 1)
            _ = try workspace.add([Write(path: FieldPath("name"), value: "Unsent")], to: "customer")
            let work = try workspace.keptWork()
            #expect(work.unsent == 1 && work.rejected == 1 && work.owner == "ada@example.org")
            let file = folder.folder.path + "/work.ndjson"
            try work.export(to: file)
            let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 2 && lines[0].contains("Unsent") && lines[0].contains("\"set\":2"))
            #expect(lines[1].contains("Refused") && lines[1].contains("\"rule\":\"limit\""))
            #expect(throws: WorkspaceError(.fileExists(path: file))) { try work.export(to: file) }
        }
    }

    @Test func signingOutTellsTheServerAndRemovesTheRecords() async throws {
        let server = ScriptedServer([.lines(Self.empty)])
        try await server.serve { address in
            let folder = TestFolder()
            let workspace = try await folder.login(address)
            let change = Write(path: FieldPath("name"), value: "Acme")
            _ = try workspace.add([change], to: "customer")
            await #expect(throws: WorkspaceError(.unsent(sets: 1, owner: "ada@example.org"))) {
                try await workspace.logout(losingUnsent: false, language: .english)
            }
            let isTold = try await workspace.logout(losingUnsent: true, language: .english)
            #expect(isTold)
            #expect(!folder.folder.hasStore)
            #expect(try folder.folder.session() == nil)
        }
        #expect(server.headers("/v1/sign-out").first?[.authorization] == "Bearer token-1")
    }
}

/// A folder that goes with the test.
final class TestFolder: Sendable {
    let folder: WorkspaceFolder

    init() {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("waybook-\(UUID().uuidString)").path
        folder = WorkspaceFolder(path)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder.path) }

    /// A device that does not wait.
    static var device: Device {
        var device = Device.system()
        device.pause = { milliseconds in try await Task.sleep(for: .milliseconds(min(milliseconds, 20))) }
        return device
    }

    func login(_ address: ServerAddress, device: Device = TestFolder.device) async throws -> Workspace {
        let credentials = Credentials(server: address, email: "ada@example.org", password: "secret", device: "laptop")
        return try await Workspace.login(credentials, in: folder, device: device, language: .english)
    }
}
