import Foundation
import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookServerCore

/// Runs the transcripts of `protocol/vectors/exchange` against the real service. `WAYBOOK_RECORD_VECTORS=1` writes them
/// anew from the scripts in `ExchangeScripts`; the difference is then a matter for review.
@Suite struct ExchangeVectorTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("protocol/vectors/exchange")
    private static let isRecording = ProcessInfo.processInfo.environment["WAYBOOK_RECORD_VECTORS"] == "1"

    @Test func everyTranscriptIsWhatTheServiceAnswers() throws {
        for (name, script) in ExchangeScripts.all {
            let url = Self.folder.appendingPathComponent("\(name).json")
            if Self.isRecording {
                let transcript = try ExchangeScripts.record(script)
                try Data(transcript.utf8).write(to: url, options: .atomic)
            }
            let vector = try JSONParser.parse(try Data(contentsOf: url))
            try ExchangeTranscript(vector).run(name)
        }
    }

    @Test func everyTranscriptHasAScript() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter {
            $0.hasSuffix(".json")
        }
        #expect(Set(files) == Set(ExchangeScripts.all.map { "\($0.name).json" } + ["wire.json"]))
    }
}

/// One transcript: requests at given times, and what the server answers to each.
struct ExchangeTranscript {
    private let steps: [Value]

    init(_ vector: Value) { steps = vector.entries?["steps"]?.elements ?? [] }

    func run(_ name: String) throws {
        let server = try RestoredServer()
        var names = ["$epoch": Workspace.epoch]
        #expect(!steps.isEmpty, "\(name)")
        for (index, step) in steps.enumerated() {
            let step = step.entries ?? [:]
            server.workspace.clock.set(UInt64(clamping: step["clock"]?.integer ?? 0))
            switch step["server"]?.text {
            case "backup":
                try server.backUp("backup.db")
                continue
            case "restore":
                try server.restore("backup.db")
                continue
            case "close":
                try server.closeHealing()
                continue
            default: break
            }
            let replica = ReplicaID(UInt32(clamping: step["replica"]?.integer ?? 0))
            let lines = (step["request"]?.elements ?? []).map { CanonicalJSON.bytes(Self.replace($0, names)) + [10] }
            var found: Value
            do {
                let answer = try server.workspace.exchange(replica, body: lines.flatMap { $0 })
                found = .list(try answer.split(separator: 10).map { try JSONParser.parse($0) })
            } catch let problem as Problem { found = problem.lineValue }
            Self.bind(step["answer"] ?? .null, found, &names)
            let expected = Self.replace(step["answer"] ?? step["problem"] ?? .null, names)
            #expect(found == expected, "\(name), step \(index + 1): \(CanonicalJSON.text(found))")
        }
    }

    /// A checkpoint's token is any server's own: the transcript names it, and the name stands for it from then on.
    private static func bind(_ expected: Value, _ found: Value, _ names: inout [String: String]) {
        for (expected, found) in zip(expected.elements ?? [], found.elements ?? []) {
            guard let name = expected.entries?["checkpoint"]?.text, name.hasPrefix("$"),
                let token = found.entries?["checkpoint"]?.text
            else { continue }
            names[name] = token
        }
    }

    static func replace(_ value: Value, _ names: [String: String]) -> Value {
        switch value {
        case .string(let text): .string(names[text] ?? text)
        case .list(let elements): .list(elements.map { replace($0, names) })
        case .map(let entries): .map(entries.mapValues { replace($0, names) })
        default: value
        }
    }
}
