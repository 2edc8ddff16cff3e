/// The name of a collection of records, as in `customer`.
public struct CollectionName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let text: String
    public init(_ text: String) { self.text = text }
    public init(stringLiteral value: String) { self.text = value }
    public var description: String { text }
}

/// The name of a field, as in `city`.
public struct FieldName: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    public let text: String
    public init(_ text: String) { self.text = text }
    public init(stringLiteral value: String) { self.text = value }
    public var description: String { text }
}

/// Whether a name from outside can be the name of a collection or a field: a letter, then letters and digits, at most
/// 64, all ASCII. (`$life` is no such name.)
public func isWellFormedName(_ text: String) -> Bool { isWellFormedName(utf8: text.utf8) }

func isWellFormedName(utf8: some Collection<UInt8>) -> Bool {
    guard let first = utf8.first, isLetter(first), utf8.count <= 64 else { return false }
    return utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
}

private func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}
