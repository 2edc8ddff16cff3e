import WaybookCRM
import WaybookModel

/// Asks a person on the terminal whether to go on.
public enum Question {
    /// Goes on where the person says yes.
    ///
    /// - Parameters:
    ///   - canAsk: whether a question may be asked at all; not where a program reads the answer.
    ///   - unanswered: thrown where there is nobody to ask.
    ///   - declined: thrown where the answer is another than yes.
    public static func ask(
        _ question: LocalizedText, canAsk: Bool, unanswered: LocalizedText, declined: LocalizedText
    ) throws(CommandFailure) {
        guard canAsk, Terminal.input.isInteractive, Terminal.error.isInteractive else {
            throw CommandFailure("not-confirmed", unanswered, status: .usage)
        }
        try? Terminal.error.write(PlainText.of(question(Speech.language)) + " ")
        guard isYes(readLine()) else { throw CommandFailure("not-confirmed", declined) }
    }

    /// Whether an answer says yes, in any of the languages.
    static func isYes(_ answer: String?) -> Bool {
        answer.map { ["y", "yes", "是"].contains(ElementKey.fold($0)) } ?? false
    }
}
