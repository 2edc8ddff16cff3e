#if canImport(Glibc)
import Foundation
import Glibc
import Testing
import WaybookModel

@testable import WaybookTerminal

/// A pseudo terminal stands in for the person's.
@Suite struct PasswordPromptTests {
    /// Both ends of a pseudo terminal.
    private struct Pair {
        let person: Int32
        let program: Int32

        init() throws {
            person = open("/dev/ptmx", O_RDWR | O_NOCTTY)
            try #require(person >= 0)
            // Linux: unlocks the other end (TIOCSPTLCK) and asks for its number (TIOCGPTN).
            var lock: Int32 = 0
            var number: UInt32 = 0
            try #require(ioctl(person, UInt(0x4004_5431), &lock) == 0)
            try #require(ioctl(person, UInt(0x8004_5430), &number) == 0)
            let name = "/dev/pts/\(number)"
            program = open(name, O_RDWR | O_NOCTTY)
            try #require(program >= 0)
        }
    }

    /// Types keys once the question has appeared, and returns the answer with what the screen showed.
    private func answer(to question: String, typing keys: [UInt8]) throws -> (
        Result<String, CommandFailure>, String
    ) {
        let pair = try Pair()
        let typist = Thread {
            var seen: [UInt8] = []
            var byte: UInt8 = 0
            while !seen.elementsEqual(question.utf8), read(pair.person, &byte, 1) == 1 { seen.append(byte) }
            _ = write(pair.person, keys, keys.count)
        }
        typist.start()
        let result = Result { () throws(CommandFailure) in try PasswordPrompt.ask(question, on: pair.program) }
        var settings = termios()
        #expect(tcgetattr(pair.program, &settings) == 0)
        #expect(settings.c_lflag & tcflag_t(ECHO) != 0)
        var screen = [UInt8](repeating: 0, count: 256)
        let count = read(pair.person, &screen, screen.count)
        close(pair.program)
        close(pair.person)
        return (result, String(decoding: screen.prefix(max(0, count)), as: UTF8.self))
    }

    @Test func whatIsTypedIsNotShown() throws {
        let (result, screen) = try answer(to: "Password: ", typing: Array("see\u{7F}cret密\r".utf8))
        #expect(result == .success("secret密"))
        #expect(screen == "\r\n")
    }

    @Test func controlCCancelsAndPutsTheTerminalBack() throws {
        let (result, _) = try answer(to: "Password: ", typing: [0x61, 0x03])
        #expect(throws: CommandFailure.self) { try result.get() }
    }

    @Test func theEnvironmentComesFirst() throws {
        let told = try PasswordPrompt.password(
            "x", variable: "WAYBOOK_PASSWORD", environment: ["WAYBOOK_PASSWORD": "p"])
        #expect(told == "p")
    }
}
#endif
