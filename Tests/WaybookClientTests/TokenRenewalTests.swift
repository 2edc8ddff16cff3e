import Foundation
import Synchronization
import Testing
import WaybookModel
import WaybookProtocol
import WaybookSync

@testable import WaybookClient

/// When a token is renewed, and what that may cost: nothing.
@Suite(.timeLimit(.minutes(2))) struct TokenRenewalTests {
    private static let day: Int64 = 86_400_000
    private static let empty: [ResponseLine] = [
        .head(
            Head(epoch: "epoch", timeline: 0, sequence: 0, offsetMilliseconds: 0, schemaVersion: 1, limits: .standard)),
        .checkpoint(token: "t", sequence: 0), .end(readable: nil),
    ]

    private let server = ScriptedServer([.lines(empty)])
    private let folder = TestFolder()
    private let later = Later()

    /// A device whose wall clock a test sets forward or back; the clock of its stamps stays.
    private var device: Device {
        var device = TestFolder.device
        device.now = { [now = device.now, later] in
            var time = now()
            time.wallMilliseconds += later.milliseconds
            return time
        }
        return device
    }

    private func tokens(_ path: String) -> [String?] {
        server.headers(path).map { $0[.authorization]?.split(separator: " ").last.map(String.init) }
    }

    @Test func anOldTokenIsRenewedOnceKeptAndUsed() async throws {
        server.state.withLock { $0.successor = "token-2" }
        try await server.serve { [self] address in
            let workspace = try await folder.login(address, device: device)
            _ = try await workspace.sync(language: .english)
            #expect(server.headers("/v1/token").isEmpty, "a young one is left alone")
            later.set(30 * Self.day)
            #expect(try await workspace.sync(language: .english).report.ending == .upToDate)
            #expect(tokens("/v1/token") == ["token-1"] && tokens("/v1/devices") == ["token-2"])
            #expect(try folder.folder.session()?.token == "token-2")
            let mode = try FileManager.default.attributesOfItem(atPath: folder.folder.sessionPath)
            #expect(mode[.posixPermissions] as? Int == 0o600)
            _ = try await workspace.sync(language: .english)
            #expect(tokens("/v1/token").count == 1 && tokens("/v1/exchange").last == "token-2")
            // A command that was started before reads the token that is kept now.
            _ = try await workspace.devices(language: .english)
            #expect(tokens("/v1/devices").last == "token-2")
        }
    }

    @Test func whereNoSuccessorComesTheTokenGoesOn() async throws {
        try await server.serve { [self] address in
            let workspace = try await folder.login(address, device: device)
            later.set(-Self.day)
            for _ in 0..<2 { #expect(try await workspace.sync(language: .english).report.ending == .upToDate) }
            #expect(tokens("/v1/token") == ["token-1", "token-1"], "asked again at each sync")
            #expect(try folder.folder.session()?.token == "token-1" && tokens("/v1/devices").isEmpty)
        }
    }

    @Test func aSuccessorThatCannotBeKeptIsNotUsed() async throws {
        server.state.withLock { $0.successor = "token-2" }
        try await server.serve { [self] address in
            let workspace = try await folder.login(address, device: device)
            later.set(30 * Self.day)
            // A folder in the place of the draft: the session cannot be written.
            let draft = folder.folder.sessionPath + ".new"
            try FileManager.default.createDirectory(atPath: draft, withIntermediateDirectories: true)
            #expect(try await workspace.sync(language: .english).report.ending == .upToDate)
            #expect(tokens("/v1/token").count == 1 && tokens("/v1/devices").isEmpty)
            #expect(try folder.folder.session()?.token == "token-1")
            try FileManager.default.removeItem(atPath: draft)
            _ = try await workspace.sync(language: .english)
            #expect(try folder.folder.session()?.token == "token-2")
        }
    }

    @Test func aSyncThatFailedAsksForNothing() async throws {
        server.state.withLock { state in
            state.successor = "token-2"
            state.answers = [.problem(Problem(.revoked))]
        }
        try await server.serve { [self] address in
            let workspace = try await folder.login(address, device: device)
            later.set(30 * Self.day)
            _ = try await workspace.sync(language: .english)
            #expect(server.headers("/v1/token").isEmpty)
        }
    }

    @Test func aStreamIsNotOpenedWhileTheTokenIsReplaced() {
        let gate = TokenGate()
        #expect(gate.beginOpening() && !gate.beginRenewal())
        gate.endOpening()
        #expect(gate.beginRenewal() && !gate.beginOpening())
        gate.endOpening()
        #expect(!gate.beginOpening(), "the end of a stream ends no renewal")
        gate.endRenewal()
        #expect(gate.beginOpening())
    }
}

/// How far a test's wall clock is ahead. A class, for the device's closure reads what the test sets.
private final class Later: Sendable {
    private let time = Mutex<Int64>(0)
    var milliseconds: Int64 { time.withLock { $0 } }
    func set(_ milliseconds: Int64) { time.withLock { $0 = milliseconds } }
}
