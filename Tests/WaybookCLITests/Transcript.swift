import Foundation

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
struct Transcript {
    struct Step {
        var line: Int
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
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("$ ") {
                steps.append(Step(line: index + 1, command: String(line.dropFirst(2)), expected: []))
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
