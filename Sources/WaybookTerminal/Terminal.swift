#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// One of the process's standard streams.
public struct Terminal: Sendable {
    /// Standard output.
    public static let output = Terminal(descriptor: STDOUT_FILENO)
    /// Standard error.
    public static let error = Terminal(descriptor: STDERR_FILENO)
    /// Standard input.
    public static let input = Terminal(descriptor: STDIN_FILENO)

    private let descriptor: Int32

    /// Names a stream by its descriptor.
    public init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Whether a person sees the stream.
    public var isInteractive: Bool { isatty(descriptor) == 1 }

    /// The terminal's width in columns; nil when the stream is no terminal.
    ///
    /// - Parameter environment: `COLUMNS` in it overrides what the terminal says.
    public func width(environment: [String: String]) -> Int? {
        guard isInteractive else { return nil }
        if let told = environment["COLUMNS"].flatMap({ Int($0) }), told > 0 { return told }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes a text; throws when the other end is closed or the disk is full.
    public func write(_ text: String) throws(TerminalClosed) {
        var text = text
        let failure = text.withUTF8 { bytes in writeAll(UnsafeRawBufferPointer(bytes)) }
        if let failure { throw TerminalClosed(reason: String(cString: strerror(failure))) }
    }

    /// Writes bytes until none is left; returns the system's error otherwise.
    private func writeAll(_ bytes: UnsafeRawBufferPointer) -> Int32? {
        var done = 0
        while done < bytes.count {
            let count = Self.writeSome(descriptor, UnsafeRawBufferPointer(rebasing: bytes[done...]))
            if count > 0 {
                done += count
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }

    private static func writeSome(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
        Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}

/// A stream took no more: its reader has gone, or the disk is full.
public struct TerminalClosed: Error, Sendable, Hashable {
    /// The system's reason.
    public let reason: String
}
