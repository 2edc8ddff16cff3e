import WaybookCRM
import WaybookModel

/// Writes failures for people, on standard error, and for programs.
public enum FailureReport {
    /// Returns the lines for people: `Error: …` and, where something can be done, `Try: …`.
    public static func lines(_ failure: CommandFailure, _ language: Language, _ style: TerminalStyle) -> [String] {
        var lines = [labelled(Texts.Failure.prefix, failure.text, .red, language, style)]
        if let hint = failure.hint {
            lines.append(labelled(Texts.Failure.hintPrefix, hint, .cyan, language, style))
        }
        return lines
    }

    /// Returns the object that `--json` writes: `{"error":{"code":…,"hint":…,"message":…}}`.
    public static func json(_ failure: CommandFailure, _ language: Language) -> JSONOutput {
        var error: [String: JSONOutput] = [
            "code": .string(failure.code),
            "message": .string(failure.text(language)),
        ]
        if let hint = failure.hint { error["hint"] = .string(hint(language)) }
        return .object(["error": .object(error)])
    }

    private static func labelled(
        _ label: LocalizedText, _ text: LocalizedText, _ mark: TerminalStyle.Mark, _ language: Language,
        _ style: TerminalStyle
    ) -> String {
        let colon = language == .chinese ? "：" : ": "
        return style.applied(mark, to: label(language)) + colon + PlainText.of(text(language), keepsLines: true)
    }
}
