import WaybookModel

/// Why a command ends without having done its work, as people and programs read it.
public struct CommandFailure: Error, Sendable, Hashable {
    /// A stable name for programs, such as `record-not-found`.
    public let code: String
    /// The sentence.
    public let text: LocalizedText
    /// What to do next.
    public let hint: LocalizedText?
    /// How the process ends.
    public let status: ExitStatus

    /// Describes a failure.
    public init(_ code: String, _ text: LocalizedText, hint: LocalizedText? = nil, status: ExitStatus = .failed) {
        self.code = code
        self.text = text
        self.hint = hint
        self.status = status
    }
}
