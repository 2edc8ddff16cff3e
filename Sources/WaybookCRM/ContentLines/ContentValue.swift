/// Turns a value's bytes into UTF-8.
struct ContentValue {
    /// What values are read as that do not say it themselves; nil for UTF-8 where they are that, else GB18030.
    let encoding: TextEncoding?

    /// The value as UTF-8.
    /// - Throws: what it should have been and is not.
    func utf8(_ line: ContentLine) throws(InvalidText) -> [UInt8] {
        let bytes = line.transfer == .quotedPrintable ? QuotedPrintable.decoded(line.value) : line.value
        let label = line.value(of: "CHARSET")
        if let label, Self.isLatin(label) { return bytes.flatMap { Array(String(Self.latin($0)).utf8) } }
        // Of a label that is not known nothing is guessed: bytes of many encodings read as some other.
        let named = label.map { TextEncoding(name: $0) ?? .utf8 } ?? encoding
        if let named {
            guard let text = Self.read(bytes, as: named) else { throw InvalidText(encoding: named) }
            return text
        }
        guard let text = Self.read(bytes, as: .utf8) ?? Self.read(bytes, as: .gb18030) else {
            throw InvalidText(encoding: .utf8)
        }
        return text
    }

    /// A value that is no text of its encoding.
    struct InvalidText: Error, Hashable {
        var encoding: TextEncoding
    }

    private static func isLatin(_ label: String) -> Bool {
        ["iso-8859-1", "iso8859-1", "latin1", "us-ascii", "windows-1252", "cp1252"].contains(label.lowercased())
    }

    /// A byte of Latin-1; of 0x80 to 0x9F, where that has control characters, what Windows-1252 has there, as browsers read both
    /// (WHATWG Encoding Standard).
    private static func latin(_ byte: UInt8) -> Unicode.Scalar {
        guard (0x80...0x9F).contains(byte) else { return Unicode.Scalar(byte) }
        return windows[Int(byte) - 0x80]
    }

    private static let windows = Array(
        "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ".unicodeScalars)

    private static func read(_ bytes: [UInt8], as encoding: TextEncoding) -> [UInt8]? {
        switch encoding {
        case .utf8:
            var checker = UTF8Checker()
            return checker.accepts(bytes) && checker.isComplete ? bytes : nil
        case .gb18030:
            guard let decoder = try? ByteDecoder(encoding: .gb18030) else { return nil }
            let text = decoder.decode(bytes) + decoder.finish()
            return decoder.undecodableBytes == 0 ? text : nil
        }
    }
}
