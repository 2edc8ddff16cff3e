/// One frozen step of a store's tables: never edited after a release, only followed by another.
///
/// The list's order is the order of application; a file's `user_version` is the number of the last one applied.
public struct StoreMigration: Hashable, Sendable {
    /// The position in the list, from 1.
    public let number: Int
    /// A short name for people, in lower case with hyphens.
    public let name: String
    /// The SQL statements, run in one transaction.
    public let sql: String

    /// Makes a step.
    public init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// The FNV-1a hash (64 bits, hexadecimal) of number, name and SQL: finds an accidental edit, not an attack.
    var checksum: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(number)\n\(name)\n\(sql)".utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return String(hash, radix: 16)
    }
}
