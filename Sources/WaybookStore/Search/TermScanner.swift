/// Walks a text once and tells a sink its words, its runs of characters and its runs of digits.
///
/// ASCII is folded by hand; only what lies beyond it, and beyond plain Chinese, meets Unicode's tables.
struct TermScanner {
    private var word: [UInt8] = []
    private var wordIsOver = false
    private var wordHasLetter = false
    private var digitsAreInWord = false
    private var characters: [Unicode.Scalar] = []
    private var digits: [UInt8] = []
    private var groups: [Int] = []
    private var groupIsOpen = false
    private var isInternational = false
    private var sawPlus = false

    /// Scans a whole text.
    mutating func scan(_ text: String, into sink: inout some TermSink) {
        var text = text
        text.withUTF8 { scan($0, into: &sink) }
    }

    /// Scans a whole text.
    /// - Parameter bytes: valid UTF-8.
    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, into sink: inout some TermSink) {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                ascii(byte, &sink)
                index += 1
            } else {
                let (scalar, length) = Self.decode(bytes, at: index)
                beyondASCII(scalar, &sink)
                index += length
            }
        }
        endWord(&sink)
        endCharacters(&sink)
        endDigits(&sink)
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    // MARK: One character

    private mutating func ascii(_ byte: UInt8, _ sink: inout some TermSink) {
        if !characters.isEmpty { endCharacters(&sink) }
        if Self.isDigit(byte) {
            digit(byte, &sink)
            letter(byte)
        } else if (byte | 0x20) &- 0x61 < 26 {
            if !digits.isEmpty { endDigits(&sink) }
            sawPlus = false
            wordHasLetter = true
            letter(byte | 0x20)
        } else {
            if wordHasLetter { endDigits(&sink) }
            if !word.isEmpty { endWord(&sink) }
            separator(byte, &sink)
        }
    }

    private mutating func beyondASCII(_ scalar: Unicode.Scalar, _ sink: inout some TermSink) {
        if Self.isPlainlyUnspaced(scalar) { return unspaced(scalar, &sink) }
        for folded in CharacterFolding.fold(scalar) {
            if folded.value < 0x80 {
                ascii(UInt8(folded.value), &sink)
            } else if Self.isUnspaced(folded) {
                unspaced(folded, &sink)
            } else if folded.properties.isAlphabetic || folded.properties.numericType != nil {
                endCharacters(&sink)
                endDigits(&sink)
                wordHasLetter = true
                for byte in folded.utf8 { letter(byte) }
            } else if !folded.properties.isDefaultIgnorableCodePoint {
                endWord(&sink)
                endCharacters(&sink)
                endDigits(&sink)
            }
        }
    }

    private mutating func letter(_ byte: UInt8) {
        // A character is not cut in half: its later bytes follow its first.
        if word.count >= SearchTerms.longestWordBytes, byte & 0xC0 != 0x80 { wordIsOver = true }
        if !wordIsOver { word.append(byte) }
    }

    private mutating func unspaced(_ scalar: Unicode.Scalar, _ sink: inout some TermSink) {
        endWord(&sink)
        endDigits(&sink)
        characters.append(scalar)
    }

    private mutating func digit(_ byte: UInt8, _ sink: inout some TermSink) {
        if digits.count == SearchTerms.mostDigitsInRun { endDigits(&sink) }
        if digits.isEmpty {
            isInternational = sawPlus
            sawPlus = false
            digitsAreInWord = wordHasLetter
        }
        if groupIsOpen {
            groups[groups.count - 1] += 1
        } else {
            groups.append(1)
            groupIsOpen = true
        }
        digits.append(byte)
    }

    /// Spaces, hyphens, dots, brackets and slashes may stand inside a phone number.
    private mutating func separator(_ byte: UInt8, _ sink: inout some TermSink) {
        groupIsOpen = false
        switch byte {
        case UInt8(ascii: "+"):
            endDigits(&sink)
            sawPlus = true
        case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "/"):
            break
        default:
            endDigits(&sink)
        }
    }

    // MARK: Ends

    private mutating func endWord(_ sink: inout some TermSink) {
        guard !word.isEmpty else { return }
        sink.word(word[...])
        word.removeAll(keepingCapacity: true)
        wordIsOver = false
        wordHasLetter = false
    }

    private mutating func endCharacters(_ sink: inout some TermSink) {
        guard !characters.isEmpty else { return }
        sink.characters(characters)
        characters.removeAll(keepingCapacity: true)
    }

    private mutating func endDigits(_ sink: inout some TermSink) {
        groupIsOpen = false
        sawPlus = false
        guard !digits.isEmpty else { return }
        let hasPrefix = isInternational || (digits.starts(with: [0x30, 0x30]) && digits.count > 10)
        sink.digits(DigitRun(digits: digits, groups: groups, isInternational: hasPrefix, isInWord: digitsAreInWord))
        digits.removeAll(keepingCapacity: true)
        groups.removeAll(keepingCapacity: true)
        isInternational = false
    }

    // MARK: Classes

    /// The common Chinese characters and the Korean syllables: they fold to themselves.
    private static func isPlainlyUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0x3400...0x4DBF: true
        default: false
        }
    }

    private static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3005...0x3007, 0x3041...0x30FF, 0x31F0...0x31FF, 0x20000...0x3FFFF: true
        default: isPlainlyUnspaced(scalar)
        }
    }

    /// Reads one scalar of valid UTF-8.
    private static func decode(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (Unicode.Scalar, Int) {
        let lead = bytes[index]
        let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        var value = UInt32(lead) & (0x7F >> UInt32(length))
        for offset in 1..<length { value = value << 6 | UInt32(bytes[index + offset] & 0x3F) }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
    }
}
