import Crypto
import Foundation
import WaybookModel

/// A line of the ledger: a number, a time, a fact, and a checksum that also covers the checksum before it, so that a
/// line that was altered, taken out or put elsewhere is found. It finds damage, not an attack by who owns the file.
package struct LedgerLine: Hashable {
    /// The most bytes of a line: some 8 KB are usual at most; a unit that is shared with thousands has more.
    static let maximumBytes = 4 << 20
    private static let checkCharacters = 32

    var number: Int64
    /// Milliseconds since 1970.
    var at: Int64
    var fact: SecurityFact

    /// The checksum after the one of the line before.
    func check(after previous: String) -> String { Self.check(of: content, after: previous) }

    private static func check(of content: Value, after previous: String) -> String {
        let text = previous + "\n" + CanonicalJSON.text(content)
        let digest = SHA256.hash(data: Array(text.utf8))
        return String(digest.hexadecimal.prefix(checkCharacters))
    }

    /// The line with its line feed.
    func bytes(after previous: String) -> [UInt8] {
        var entries = contentEntries
        entries["check"] = .string(check(after: previous))
        return CanonicalJSON.bytes(.map(entries)) + [0x0A]
    }

    private var content: Value { .map(contentEntries) }

    private var contentEntries: [String: Value] { ["at": .int(at), "fact": fact.value, "number": .int(number)] }

    /// Reads a line without its line feed; nil where it is malformed, or not the one that follows. The checksum is of what
    /// stands there, not of what this program understands of it.
    static func read(
        _ bytes: some Collection<UInt8>, number: Int64, after previous: String
    ) -> (line: LedgerLine, check: String)? {
        guard bytes.count <= maximumBytes, var entries = (try? JSONParser.parse(Array(bytes)))?.entries,
            let check = entries.removeValue(forKey: "check")?.text, entries["number"]?.integer == number,
            let at = entries["at"]?.integer, let fact = entries["fact"].flatMap({ SecurityFact($0) }),
            check == self.check(of: .map(entries), after: previous)
        else { return nil }
        return (LedgerLine(number: number, at: at, fact: fact), check)
    }

    package init(number: Int64, at: Int64, fact: SecurityFact) {
        self.number = number
        self.at = at
        self.fact = fact
    }
}
