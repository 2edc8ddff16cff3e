/// One line that tells how far a long operation has come: only on a terminal, only after a second, gone at the end.
public struct ProgressLine {
    /// How long an operation runs before it is worth a line.
    public static let delay = Duration.seconds(1)
    /// How often the line changes at most.
    public static let interval = Duration.milliseconds(100)

    private let isShown: Bool
    private let width: Int
    private let write: (String) -> Void
    private let start: Duration
    private var last: Duration?

    /// Prepares a line.
    ///
    /// - Parameters:
    ///   - isShown: whether a person sees the stream.
    ///   - width: the terminal's columns.
    ///   - now: the time at the operation's start, on any steady clock.
    ///   - write: writes to standard error.
    public init(isShown: Bool, width: Int, now: Duration, write: @escaping (String) -> Void) {
        self.isShown = isShown
        self.width = width
        self.write = write
        start = now
    }

    /// Shows a text, if it is time; the text is only made then.
    public mutating func show(_ text: @autoclosure () -> String, now: Duration) {
        guard isShown, now - start >= Self.delay else { return }
        if let last, now - last < Self.interval { return }
        last = now
        // Back to the line's start, and erase what stood there.
        write("\r\u{1B}[K" + DisplayWidth.truncated(PlainText.of(text()), to: max(0, width - 1)))
    }

    /// Erases the line, if it was ever shown.
    public mutating func finish() {
        guard last != nil else { return }
        write("\r\u{1B}[K")
        last = nil
    }
}
