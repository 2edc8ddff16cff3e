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
            transcript.check(step, try await shell.run(step.command), folder: shell.folder)
        }
    }
}
