/// How the bytes of a value are written, beside its character set (vCard 2.1 §2.1.3; RFC 2426 §2.4.1 knows `b` alone).
enum TransferEncoding {
    case quotedPrintable
    case base64

    /// Reads the name of an encoding; nil for `7BIT`, `8BIT` and what is not known.
    init?(name: String) {
        switch name {
        case "QUOTED-PRINTABLE": self = .quotedPrintable
        case "BASE64", "B": self = .base64
        default: return nil
        }
    }

    /// Finds it in what stands before the colon of a line: `;ENCODING=…` or, in version 2.1, the name alone.
    init?(header bytes: [UInt8]) {
        guard let colon = bytes.firstIndex(of: Ascii.colon) else { return nil }
        for part in bytes[..<colon].split(separator: Ascii.semicolon).dropFirst() where part.count <= 32 {
            let word = String(decoding: part.map(Ascii.capital), as: UTF8.self)
            let isNamed = word.hasPrefix("ENCODING=")
            // `B` alone is no encoding but a type that nobody knows.
            guard isNamed || word != "B" else { continue }
            if let known = TransferEncoding(name: isNamed ? String(word.dropFirst(9)) : word) {
                self = known
                return
            }
        }
        return nil
    }
}
