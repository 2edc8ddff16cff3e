import WaybookCRM
import WaybookTerminal

/// Conditions that say which of many records a command changes.
enum BulkConditions {
    /// Throws where there is an option without a condition in it: to show all records that is harmless, to change them all
    /// it must be said.
    static func check(_ conditions: String?) throws(CommandFailure) {
        guard let conditions, TypedText.line(conditions).isEmpty else { return }
        throw CommandFailure(
            "conditions-empty", Texts.Records.conditionsEmpty, hint: Texts.Records.whereHint, status: .usage)
    }
}
