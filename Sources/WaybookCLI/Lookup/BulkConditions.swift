import WaybookCRM
import WaybookModel
import WaybookTerminal

/// Conditions that say which of many records a command changes.
enum BulkConditions {
    /// Up to so many are changed without a question.
    private static let mostUnasked = 20

    /// Asks before many are changed.
    /// - Parameters:
    ///   - isGiven: whether the command line says so already.
    ///   - unanswered: thrown where there is nobody to ask; `declined` where the answer is no.
    static func ask(
        _ question: LocalizedText, about count: Int, isGiven: Bool, _ reporter: Reporter, unanswered: LocalizedText,
        declined: LocalizedText
    ) throws(CommandFailure) {
        guard count > mostUnasked, !isGiven else { return }
        try Question.ask(question, canAsk: !reporter.isJSON, unanswered: unanswered, declined: declined)
    }

    /// Throws where there is an option without a condition in it: to show all records that is harmless, to change them all
    /// it must be said.
    static func check(_ conditions: String?) throws(CommandFailure) {
        guard let conditions, TypedText.line(conditions).isEmpty else { return }
        throw CommandFailure(
            "conditions-empty", Texts.Records.conditionsEmpty, hint: Texts.Records.whereHint, status: .usage)
    }
}
