/// A length of time (DURATION, RFC 5545 §3.3.6): weeks, or days, hours, minutes and seconds, perhaps negative.
enum CalendarDuration {
    /// The longest, in seconds: a thousand years.
    static let mostSeconds = 366 * 86_400 * 1_000

    /// The seconds of `-PT15M`, `P1DT2H`, `P2W`; nil for anything else, and for more than ``mostSeconds``.
    static func seconds(_ text: String) -> Int? {
        var bytes = text.utf8.map(Ascii.capital)[...]
        let isNegative = bytes.first == 0x2D
        if isNegative || bytes.first == 0x2B { bytes = bytes.dropFirst() }
        guard bytes.popFirst() == UInt8(ascii: "P"), bytes.count <= 64 else { return nil }
        var total = 0
        var number: Int?
        var isTime = false
        var count = 0
        for byte in bytes {
            if (0x30...0x39).contains(byte) {
                number = (number ?? 0) * 10 + Int(byte) - 0x30
                guard number ?? 0 <= mostSeconds else { return nil }
            } else if byte == UInt8(ascii: "T"), number == nil, !isTime {
                isTime = true
            } else {
                guard let given = number, let unit = unit(byte, isTime) else { return nil }
                total += given * unit
                guard total <= mostSeconds else { return nil }
                number = nil
                count += 1
            }
        }
        guard number == nil, count > 0 else { return nil }
        return isNegative ? -total : total
    }

    /// `PT15M`, `-P1DT2H`.
    static func text(_ seconds: Int) -> String {
        let size = abs(min(max(seconds, -mostSeconds), mostSeconds))
        let parts = [(size / 3_600 % 24, "H"), (size / 60 % 60, "M"), (size % 60, "S")].filter { $0.0 > 0 }
        let days = size / 86_400 > 0 ? "\(size / 86_400)D" : ""
        let clock =
            parts.isEmpty && !days.isEmpty ? "" : "T" + (parts.isEmpty ? "0S" : parts.map { "\($0.0)\($0.1)" }.joined())
        return (seconds < 0 ? "-" : "") + "P" + days + clock
    }

    private static func unit(_ letter: UInt8, _ isTime: Bool) -> Int? {
        switch (letter, isTime) {
        case (UInt8(ascii: "W"), false): 7 * 86_400
        case (UInt8(ascii: "D"), false): 86_400
        case (UInt8(ascii: "H"), true): 3_600
        case (UInt8(ascii: "M"), true): 60
        case (UInt8(ascii: "S"), true): 1
        default: nil
        }
    }
}
