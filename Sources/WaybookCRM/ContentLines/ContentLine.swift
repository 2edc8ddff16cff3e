/// A parameter of a content line: its name in capitals, and its values.
struct ContentParameter: Hashable {
    var name: String
    var values: [String]
}

/// One line of a card or a calendar, taken apart: `item1.TEL;TYPE=cell:+86…` (RFC 6350 §3.3, RFC 5545 §3.1).
struct ContentLine {
    /// The most parameters of a line, and values of a parameter.
    static let mostParameters = 64

    /// Counted from 1.
    var number: Int
    /// What stands before the name and a dot, in capitals.
    var group: String?
    /// In capitals.
    var name: String
    var parameters: [ContentParameter]
    /// Undecoded.
    var value: [UInt8]
    /// Whether the value is longer than the limit.
    var isCut: Bool

    /// Takes a line apart. Nil where there is no colon, no name, or more parameters than ``mostParameters``.
    ///
    /// Bytes of GB18030 are none of the signs that are looked for, so it does not matter what the value is written in.
    init?(_ line: UnfoldedLine) {
        let bytes = line.bytes
        var marks: [Int] = []
        var colon: Int?
        var isQuoted = false
        for (index, byte) in bytes.enumerated() where colon == nil {
            switch byte {
            case Ascii.quote: isQuoted.toggle()
            case Ascii.colon where !isQuoted: colon = index
            case Ascii.semicolon where !isQuoted: marks.append(index)
            default: break
            }
        }
        // A quote that is never closed is none.
        if colon == nil {
            colon = bytes.firstIndex(of: Ascii.colon)
            marks = bytes[..<(colon ?? 0)].indices.filter { bytes[$0] == Ascii.semicolon }
        }
        guard let colon, marks.count <= Self.mostParameters else { return nil }
        let ends = marks + [colon]
        guard let (group, name) = Self.name(bytes[..<ends[0]]) else { return nil }
        self.group = group
        self.name = name
        parameters = zip(marks, ends.dropFirst()).compactMap { Self.parameter(bytes[($0 + 1)..<$1]) }
        number = line.number
        value = Array(bytes[(colon + 1)...])
        isCut = line.isCut
    }

    /// All values of a parameter, wherever it stands, in lower case.
    func values(of name: String) -> [String] {
        parameters.filter { $0.name == name }.flatMap(\.values).map { $0.lowercased() }
    }

    /// The first value of a parameter as it stands.
    func value(of name: String) -> String? { parameters.first { $0.name == name }?.values.first }

    /// How the value's bytes are written.
    var transfer: TransferEncoding? {
        let named = parameters.lazy.filter { $0.name == "ENCODING" }.flatMap(\.values)
        return named.lazy.compactMap { TransferEncoding(name: $0.uppercased()) }.first
    }

    private static func name(_ bytes: ArraySlice<UInt8>) -> (group: String?, name: String)? {
        let capitals = bytes.map(Ascii.capital)
        let trimmed = capitals.reversed().drop(while: Ascii.isBlank).reversed()
        let parts = Array(trimmed).split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let last = parts.last, !last.isEmpty, last.allSatisfy(Ascii.isNameByte) else { return nil }
        guard parts.count == 2 else { return (nil, String(decoding: last, as: UTF8.self)) }
        guard !parts[0].isEmpty, parts[0].allSatisfy(Ascii.isNameByte) else { return nil }
        return (String(decoding: parts[0], as: UTF8.self), String(decoding: last, as: UTF8.self))
    }

    /// `TYPE=cell,"work,voice"`, or of version 2.1 a value alone: an encoding, or a type.
    private static func parameter(_ bytes: ArraySlice<UInt8>) -> ContentParameter? {
        guard let equals = bytes.firstIndex(of: Ascii.equals) else {
            let word = String(decoding: bytes, as: UTF8.self)
            guard !word.isEmpty else { return nil }
            let isEncoding = word.uppercased() != "B" && TransferEncoding(name: word.uppercased()) != nil
            return ContentParameter(name: isEncoding ? "ENCODING" : "TYPE", values: [word])
        }
        let name = String(decoding: bytes[..<equals].map(Ascii.capital), as: UTF8.self)
        var values: [[UInt8]] = [[]]
        var isQuoted = false
        for byte in bytes[(equals + 1)...] {
            switch byte {
            case Ascii.quote: isQuoted.toggle()
            // Types stand in quotes too: `TYPE="work,voice"`.
            case Ascii.comma where !isQuoted || name == "TYPE":
                guard values.count < mostParameters else { break }
                values.append([])
            default: values[values.count - 1].append(byte)
            }
        }
        return ContentParameter(name: name, values: values.map { ParameterText.decoded($0) })
    }
}

/// The values of parameters (RFC 6868: `^n`, `^^`, `^'`).
enum ParameterText {
    static func decoded(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        var isEscaped = false
        for byte in bytes {
            if isEscaped {
                isEscaped = false
                switch byte {
                case UInt8(ascii: "n"): result.append(Ascii.lineFeed)
                case UInt8(ascii: "^"): result.append(byte)
                case UInt8(ascii: "'"): result.append(Ascii.quote)
                default: result += [UInt8(ascii: "^"), byte]
                }
            } else if byte == UInt8(ascii: "^") {
                isEscaped = true
            } else {
                result.append(byte)
            }
        }
        if isEscaped { result.append(UInt8(ascii: "^")) }
        return ContentText.line(result)
    }

    /// In quotes, as it may stand behind `NAME=`.
    static func quoted(_ text: String) -> String {
        var result: [UInt8] = [Ascii.quote]
        for byte in ContentText.line(Array(text.utf8)).utf8 {
            switch byte {
            case UInt8(ascii: "^"): result += Array("^^".utf8)
            case Ascii.quote: result += Array("^'".utf8)
            default: result.append(byte)
            }
        }
        result.append(Ascii.quote)
        return String(decoding: result, as: UTF8.self)
    }
}
