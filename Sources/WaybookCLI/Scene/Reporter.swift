import WaybookModel
import WaybookTerminal

/// Writes a command's result: text for people or JSON for programs on standard output, notes on standard error.
struct Reporter {
    let scene: CommandScene
    let isJSON: Bool

    /// Writes a line for people; nothing with `--json`.
    func say(_ text: LocalizedText) throws { try say(text.spoken) }

    func say(_ text: String) throws {
        guard !isJSON else { return }
        try scene.output.write(PlainText.of(text, keepsLines: true) + "\n")
    }

    /// Writes lines that are safe and styled already.
    func lines(_ lines: [String]) throws {
        guard !isJSON, !lines.isEmpty else { return }
        try scene.output.write(lines.joined(separator: "\n") + "\n")
    }

    func table(_ table: TextTable) throws { try lines(table.lines(width: scene.width, style: scene.style)) }

    /// Writes the result for programs; nothing without `--json`.
    func json(_ value: @autoclosure () -> JSONOutput) throws {
        guard isJSON else { return }
        try scene.output.write(value().text + "\n")
    }

    /// Writes a note to standard error: it is not the result.
    func note(_ text: LocalizedText) {
        try? scene.error.write(PlainText.of(text.spoken, keepsLines: true) + "\n")
    }

    /// A line that tells how far a long operation has come.
    func progress() -> ProgressLine {
        let error = scene.error
        return ProgressLine(
            isShown: error.isInteractive && !isJSON, width: error.width(environment: scene.environment) ?? 80,
            now: steadyNow
        ) { text in try? error.write(text) }
    }

    /// A steady time for ``ProgressLine``.
    var steadyNow: Duration { .milliseconds(scene.device.now().bootMilliseconds) }
}
