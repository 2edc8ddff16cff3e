import Foundation
import Testing

/// A text of command lines and what they show, run against the built program.
///
///     # a comment
///     $ waybook customer add Acme
///     Added customer Acme (<id>).
///     $ waybook customer show Nobody
///     ! Error: No customer has the id or name “Nobody”.
///     [1]
///
/// Lines of standard error begin with `! `; a last line `[n]` is the exit code, 0 where there is none. `<id>` stands for
/// an identity or its beginning, `<time>` for a minute, `<folder>` for the test's folder, `<…>` for anything in a line.
///
/// In a story, `li$ ` is the prompt of Li's laptop, and `@ day 21` says that three weeks have passed since the beginning.
struct Transcript {
    struct Step {
        var line: Int
        /// Whose laptop; none where only one is there.
        var laptop: String
        var day: Int
        var command: String
        var expected: [String]
    }

    let name: String
    let steps: [Step]

    static var folder: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Transcripts")
    }

    init(_ name: String) throws {
        self.name = name
        let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
        var steps: [Step] = []
        var day = 0
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if let passed = line.wholeMatch(of: /@ day ([0-9]+)/)?.output.1 {
                day = Int(passed) ?? 0
            } else if let (_, laptop, command) = line.wholeMatch(of: /([a-z]*)\$ (.+)/)?.output {
                steps.append(
                    Step(line: index + 1, laptop: String(laptop), day: day, command: String(command), expected: []))
            } else if !line.hasPrefix("# "), !steps.isEmpty {
                steps[steps.count - 1].expected.append(String(line))
            }
        }
        for index in steps.indices {
            while steps[index].expected.last == "" { steps[index].expected.removeLast() }
        }
        self.steps = steps
    }

    /// All transcripts, in the order of their names.
    static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".txt") }.sorted()
    }

    /// Fails where a step shows something else than what is expected.
    func check(_ step: Step, _ outcome: Shell.Outcome, folder: URL) {
        let shown = Self.lines(outcome)
        let isRight =
            shown.count == step.expected.count
            && zip(shown, step.expected).allSatisfy { Self.matches($0, $1, folder: folder.path) }
        #expect(
            isRight,
            """
            \(name):\(step.line): \(step.command)
            expected:
            \(step.expected.joined(separator: "\n"))
            shown:
            \(shown.joined(separator: "\n"))
            """)
    }

    /// What a step showed, as it is written down.
    static func lines(_ outcome: Shell.Outcome) -> [String] {
        func split(_ text: String) -> [String] {
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if lines.last == "" { lines.removeLast() }
            return lines
        }
        let end = outcome.status == 0 ? [] : ["[\(outcome.status)]"]
        return split(outcome.output) + split(outcome.error).map { $0.isEmpty ? "!" : "! " + $0 } + end
    }

    /// Whether a line is what is expected, placeholders filled.
    static func matches(_ line: String, _ expected: String, folder: String) -> Bool {
        guard expected.contains("<") else { return line == expected }
        var pattern = NSRegularExpression.escapedPattern(for: expected)
        let id = "[0-9a-f]{8}(-[0-9a-f]{4}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?)?"
        let places = [
            ("<id>", id), ("<time>", "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d"),
            ("<folder>", NSRegularExpression.escapedPattern(for: folder)), ("<…>", ".*"),
        ]
        for (name, form) in places {
            pattern = pattern.replacingOccurrences(of: NSRegularExpression.escapedPattern(for: name), with: form)
        }
        return line.range(of: "^\(pattern)$", options: .regularExpression) != nil
    }
}
