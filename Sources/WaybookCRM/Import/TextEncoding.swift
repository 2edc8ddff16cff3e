/// An encoding in which files are read.
public enum TextEncoding: String, Sendable, CaseIterable {
    /// UTF-8, with or without a byte order mark.
    case utf8 = "utf-8"
    /// GB 18030, which contains GBK and GB 2312: what Chinese Excel writes.
    case gb18030

    /// The name for people.
    public var displayName: String {
        switch self {
        case .utf8: "UTF-8"
        case .gb18030: "GB18030"
        }
    }

    /// Reads a name as people write it: `utf8`, `UTF-8`, `gbk`, `GB2312`, `gb18030`; nil when it is none of these.
    public init?(name: String) {
        switch name.lowercased().filter({ $0 != "-" && $0 != "_" }) {
        case "utf8": self = .utf8
        case "gb18030", "gbk", "gb2312", "cp936": self = .gb18030
        default: return nil
        }
    }
}

/// Finds out the encoding of a file from all its bytes, a chunk at a time, in constant memory.
///
/// UTF-8 is self-checking: text in another encoding passes for it only when it is ASCII, which reads the same in both.
public struct EncodingDetector: ~Copyable {
    /// What the bytes are.
    public enum Verdict: Sendable, Hashable {
        case text(TextEncoding)
        case utf16
        case unknown
    }

    private var utf8 = UTF8Checker()
    private var isUTF8 = true
    private var isGB18030 = true
    private var prefix: [UInt8] = []
    private var decoder: ByteDecoder?

    /// Makes a detector that has seen nothing.
    public init() {
        decoder = try? ByteDecoder(encoding: .gb18030)
    }

    /// Looks at the next bytes of the file.
    public mutating func look(at chunk: [UInt8]) {
        if prefix.count < 2 { prefix += chunk.prefix(2 - prefix.count) }
        if isUTF8 { isUTF8 = utf8.accepts(chunk) }
        guard isGB18030 else { return }
        guard let decoder else { return isGB18030 = false }
        _ = decoder.decode(chunk)
        isGB18030 = decoder.undecodableBytes == 0
    }

    /// Says what the bytes so far are, taking them for the whole file.
    public consuming func verdict() -> Verdict {
        if prefix == [0xFF, 0xFE] || prefix == [0xFE, 0xFF] { return .utf16 }
        if isUTF8, utf8.isComplete { return .text(.utf8) }
        if isGB18030, let decoder {
            _ = decoder.finish()
            if decoder.undecodableBytes == 0 { return .text(.gb18030) }
        }
        return .unknown
    }
}

/// Checks UTF-8 over chunk borders (RFC 3629 §4: no overlong forms, no surrogates, nothing above U+10FFFF).
struct UTF8Checker {
    private var pendingBytes = 0
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Whether no character is left half read.
    var isComplete: Bool { pendingBytes == 0 }

    /// Looks at the next bytes; false as soon as they are no UTF-8.
    mutating func accepts(_ chunk: [UInt8]) -> Bool {
        for byte in chunk where !accepts(byte) { return false }
        return true
    }

    private mutating func accepts(_ byte: UInt8) -> Bool {
        if pendingBytes > 0 {
            guard byte >= lowest, byte <= highest else { return false }
            (lowest, highest) = (0x80, 0xBF)
            pendingBytes -= 1
            return true
        }
        switch byte {
        case 0x00...0x7F: break
        case 0xC2...0xDF: pendingBytes = 1
        case 0xE0: (pendingBytes, lowest) = (2, 0xA0)
        case 0xED: (pendingBytes, highest) = (2, 0x9F)
        case 0xE1...0xEF: pendingBytes = 2
        case 0xF0: (pendingBytes, lowest) = (3, 0x90)
        case 0xF1...0xF3: pendingBytes = 3
        case 0xF4: (pendingBytes, highest) = (3, 0x8F)
        default: return false
        }
        return true
    }
}
