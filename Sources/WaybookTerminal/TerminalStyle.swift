/// Colours and weights of text, where the output shows them.
public struct TerminalStyle: Sendable, Hashable {
    /// What a text is marked as.
    public enum Mark: Int, Sendable {
        case bold = 1
        case dim = 2
        case red = 31
        case green = 32
        case yellow = 33
        case cyan = 36
    }

    /// Leaves every text as it is.
    public static let plain = TerminalStyle(isColoured: false)

    /// Whether marks are written.
    public let isColoured: Bool

    /// Decides directly.
    public init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// Decides from the output: colours only on a terminal that is not `dumb`, and never with `NO_COLOR` (no-color.org).
    public init(isTerminal: Bool, environment: [String: String]) {
        let isRefused = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        isColoured = isTerminal && !isRefused
    }

    /// Marks a text, or leaves it as it is.
    public func applied(_ mark: Mark, to text: String) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(mark.rawValue)m\(text)\u{1B}[0m" : text
    }
}
