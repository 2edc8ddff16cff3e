import Foundation

/// Texts that say whose record they are from, wherever in a file they lie: one code a record, in Latin letters, in Chinese
/// and in digits, each of a fixed shape, so that one scan finds all of them.
///
/// A Latin marker has its code before and after four letters that no code has: two words of the search index share at most
/// the beginning of the first, and the rest, with the second, is stored whole.
public enum Marker {
    private static let letters = Array("abcdefghijklmnop".utf8)
    private static let codeLetters = 5
    private static let middle = Array("zqqz".utf8)
    private static let firstCharacter = "龘"
    /// Sixty-four characters in a row, U+4E00 to U+4E3F, whose third byte tells which.
    private static let characterHead: [UInt8] = [0xE4, 0xB8]
    private static let codeCharacters = 3
    private static let dialled = "+8690"
    private static let codeDigits = 8

    /// How many codes there are.
    public static let count = 1 << 18

    /// A word.
    public static func latin(_ code: Int) -> String {
        let half = (0..<codeLetters).map { letters[code >> (4 * (codeLetters - 1 - $0)) & 15] }
        return String(decoding: half + middle + half, as: UTF8.self)
    }

    /// Four characters.
    public static func chinese(_ code: Int) -> String {
        var text = firstCharacter
        for index in (0..<codeCharacters).reversed() {
            let scalar = Unicode.Scalar(UInt32(0x4E00 + code >> (6 * index) & 63)) ?? "一"
            text.unicodeScalars.append(scalar)
        }
        return text
    }

    /// A phone number.
    public static func phone(_ code: Int) -> String {
        let digits = String(code)
        return dialled + String(repeating: "0", count: codeDigits - digits.count) + digits
    }

    /// The codes of all markers in some bytes.
    public static func codes(in bytes: UnsafeRawBufferPointer) -> Set<Int> {
        var found: Set<Int> = []
        each(middle, in: bytes) { rest in
            if let code = number(rest, codeLetters, base: 16, { byte in letters.firstIndex(of: byte) }) {
                found.insert(code)
            }
        }
        each(Array(firstCharacter.utf8), in: bytes) { rest in
            guard rest.count >= 3 * codeCharacters else { return }
            var code = 0
            for index in 0..<codeCharacters {
                let last = rest[3 * index + 2]
                guard rest[3 * index] == characterHead[0], rest[3 * index + 1] == characterHead[1],
                    last & 0xC0 == 0x80
                else { return }
                code = code << 6 | Int(last & 63)
            }
            found.insert(code)
        }
        each(Array(dialled.utf8), in: bytes) { rest in
            let digit: (UInt8) -> Int? = { (0x30...0x39).contains($0) ? Int($0) - 0x30 : nil }
            if let code = number(rest, codeDigits, base: 10, digit) { found.insert(code) }
        }
        return found
    }

    public static func codes(in text: String) -> Set<Int> {
        var text = text
        return text.withUTF8 { codes(in: UnsafeRawBufferPointer($0)) }
    }

    private static func number(
        _ rest: UnsafeRawBufferPointer, _ count: Int, base: Int, _ digit: (UInt8) -> Int?
    ) -> Int? {
        guard rest.count >= count else { return nil }
        var number = 0
        for index in 0..<count {
            guard let value = digit(rest[index]) else { return nil }
            number = number * base + value
        }
        return number
    }

    /// Calls `body` with what follows each place of `needle`.
    private static func each(
        _ needle: [UInt8], in bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        var start = 0
        while let offset = bytes.offset(of: needle, from: start) {
            start = offset + needle.count
            body(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Where these bytes, of which there is at least one, begin for the first time from there on.
    func offset(of needle: [UInt8], from start: Int = 0) -> Int? {
        guard let base = baseAddress else { return nil }
        var offset = start
        while count - offset >= needle.count,
            let hit = memchr(base + offset, Int32(needle[0]), count - offset - needle.count + 1)
        {
            if memcmp(hit, needle, needle.count) == 0 { return UnsafeRawPointer(hit) - base }
            offset = UnsafeRawPointer(hit) - base + 1
        }
        return nil
    }
}
