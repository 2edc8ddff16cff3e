import WaybookCRM
import WaybookModel

/// What both programs say and read about erasures.
public enum ErasureWording {
    /// Reads why somebody is erased: a word of the closed list.
    public static func reason(_ text: String) throws(CommandFailure) -> ErasureReason {
        guard let reason = ErasureReason(rawValue: text.lowercased()) else {
            let words = ErasureReason.allCases.map(\.rawValue)
            throw CommandFailure("reason-unknown", Texts.Privacy.reasonUnknown(words: words), status: .usage)
        }
        return reason
    }
}
