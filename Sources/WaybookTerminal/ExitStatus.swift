/// What a command's end tells the shell; the one place where exit codes stand.
public enum ExitStatus: Int32, Sendable {
    /// The command did what it was asked to.
    case done = 0
    /// The command was understood and could not be done.
    case failed = 1
    /// The command was not understood.
    case usage = 2

    /// What ArgumentParser ends with when a command is not understood (`EX_USAGE` of sysexits.h).
    public static let parserUsage: Int32 = 64

    /// Brings the parser's code to one of the three.
    public init(parserCode: Int32) {
        switch parserCode {
        case 0: self = .done
        case Self.parserUsage: self = .usage
        default: self = .failed
        }
    }
}
