import WaybookCRM
import WaybookModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Asks on the terminal before something that cannot be undone: the person types a word that nobody types by habit.
public enum Confirmation {
    /// The most bytes of an answer.
    private static let maximumBytes = 1_024

    /// Goes on where the person was asked already, or types the expected word.
    ///
    /// - Parameters:
    ///   - isGiven: whether the command line says so.
    ///   - question: what stands before the cursor.
    ///   - word: what must be typed; white space around it does not count.
    /// - Throws: where something else is typed, or there is nobody to ask.
    public static func require(
        isGiven: Bool, _ question: LocalizedText, word: String, _ language: Language
    ) throws(CommandFailure) {
        guard !isGiven else { return }
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
        guard terminal >= 0 else {
            throw CommandFailure(
                "not-confirmed", Texts.Privacy.notConfirmed, hint: Texts.Privacy.notConfirmedHint, status: .usage)
        }
        defer { close(terminal) }
        try? Terminal(descriptor: terminal).write(PlainText.of(question(language), keepsLines: true) + " ")
        guard isAnswer(readLine(from: terminal), word) else {
            throw CommandFailure("not-confirmed", Texts.Privacy.notConfirmed, status: .usage)
        }
    }

    /// Whether what was typed is the word.
    static func isAnswer(_ typed: String?, _ word: String) -> Bool {
        typed.map { TypedText.line($0) == TypedText.line(word) && !TypedText.line(word).isEmpty } ?? false
    }

    private static func readLine(from terminal: Int32) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < maximumBytes {
            guard read(terminal, &byte, 1) == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }
}
