import WaybookModel
import WaybookTesting

/// Random values and damaged texts of them.
enum RandomValue {
    static let texts = [
        "", "a", "é", "上海", "😀", "\u{1}", "\"", "\\", "/", "\n\t\r\u{8}\u{C}", "\u{7F}", "\u{FFFF}", "e\u{301}",
    ]

    static func make(_ random: inout SeededRandom, depth: Int) -> Value {
        switch random.below(depth > 0 ? 8 : 5) {
        case 0: .null
        case 1: .bool(random.chance(50))
        case 2: .int(Int64(bitPattern: random.next()) >> Int64(random.below(64)))
        case 3, 4: .string(random.pick(texts) + random.pick(texts))
        case 5: .list((0..<random.below(4)).map { _ in make(&random, depth: depth - 1) })
        default:
            .map(
                Dictionary(
                    (0..<random.below(4)).map { (random.pick(texts) + "\($0)", make(&random, depth: depth - 1)) },
                    uniquingKeysWith: { first, _ in first }))
        }
    }

    /// JSON with up to three bytes changed, added or removed.
    static func damagedJSON(_ random: inout SeededRandom) -> [UInt8] {
        var bytes = CanonicalJSON.bytes(make(&random, depth: 2))
        let alphabet = Array("{}[]\",:\\u0123456789truefalsnd-+.eE /\u{1}\u{0}".utf8) + [0xFF, 0xC3, 0xE4, 0x80]
        for _ in 0..<random.below(4) {
            let place = random.below(bytes.count)
            switch random.below(3) {
            case 0 where !bytes.isEmpty: bytes[place] = random.pick(alphabet)
            case 1 where !bytes.isEmpty: bytes.remove(at: place)
            default: bytes.insert(random.pick(alphabet), at: place)
            }
        }
        return bytes
    }
}
