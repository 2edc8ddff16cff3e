import WaybookCRM
import WaybookModel
import WaybookTerminal

extension LocalizedText {
    /// The text in the language of the running command.
    var spoken: String { self(Speech.language) }
}

extension Label {
    /// The label in the language of the running command.
    var spoken: String { text(in: Speech.language) }

    /// The label within an English sentence, `Task` as `task`; names that are capitals stay.
    var within: String {
        let text = spoken
        guard Speech.language == .english, text.dropFirst().contains(where: \.isLowercase) else { return text }
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
