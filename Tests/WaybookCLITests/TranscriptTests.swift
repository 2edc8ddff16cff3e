import Foundation
import Testing

@Suite struct TranscriptTests {
    @Test func everyTranscriptShowsWhatItSays() async throws {
        for name in try Transcript.names() { try await check(try Transcript(name)) }
    }

    private func check(_ transcript: Transcript) async throws {
        let shell = try Shell(signedIn: !transcript.name.hasPrefix("unsigned"))
        if transcript.name.hasPrefix("organisation") {
            try Acquaintances.arrive(in: shell, as: transcript.name.contains("service") ? .service : .admin)
        }
        if transcript.name.hasSuffix(".zh.txt") { shell.language = "zh-Hans" }
        for step in transcript.steps {
            let outcome = try await shell.run(step.command)
            let shown = lines(outcome)
            let isRight =
                shown.count == step.expected.count
                && zip(shown, step.expected).allSatisfy {
                    Transcript.matches($0, $1, folder: shell.folder.path)
                }
            #expect(
                isRight,
                """
                \(transcript.name):\(step.line): \(step.command)
                expected:
                \(step.expected.joined(separator: "\n"))
                shown:
                \(shown.joined(separator: "\n"))
                """)
        }
    }

    private func lines(_ outcome: Shell.Outcome) -> [String] {
        func split(_ text: String) -> [String] {
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if lines.last == "" { lines.removeLast() }
            return lines
        }
        let end = outcome.status == 0 ? [] : ["[\(outcome.status)]"]
        return split(outcome.output) + split(outcome.error).map { $0.isEmpty ? "!" : "! " + $0 } + end
    }
}
