#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Turns a file's bytes into UTF-8, a chunk at a time, in constant memory.
///
/// Bytes that mean nothing in the encoding come out as `0xFF`, which no UTF-8 contains, so that the row they stand in is
/// found invalid while the others go on. It is a class because it owns a C handle that must be closed exactly once.
final class ByteDecoder {
    /// The byte that stands for bytes without meaning.
    static let undecodable: UInt8 = 0xFF

    /// How many bytes had no meaning so far.
    private(set) var undecodableBytes = 0

    private let converter: iconv_t?
    private var pending: [UInt8] = []

    /// Prepares to read the given encoding; throws when the C library lacks the converter.
    init(encoding: TextEncoding) throws(ImportFileProblem) {
        switch encoding {
        case .utf8:
            converter = nil
        case .gb18030:
            // `iconv_open` answers (iconv_t)-1 on failure.
            guard let opened = iconv_open("UTF-8", "GB18030"), Int(bitPattern: opened) != -1 else {
                throw .encodingUnavailable(encoding)
            }
            converter = opened
        }
    }

    deinit {
        if let converter { iconv_close(converter) }
    }

    /// Decodes the next chunk; the bytes of a character that is cut at its end wait for the next one.
    func decode(_ chunk: [UInt8]) -> [UInt8] {
        guard let converter else { return chunk }
        var input = pending + chunk
        pending = []
        // One byte of input gives at most three of UTF-8, and a replacement one.
        var output = [UInt8](repeating: 0, count: input.count * 3 + 16)
        var read = 0
        var written = 0
        while read < input.count {
            switch Self.step(converter, &input, &read, &output, &written) {
            case .finished: break
            case .cut:
                pending = Array(input[read...])
                read = input.count
            case .meaningless:
                output[written] = Self.undecodable
                written += 1
                read += 1
                undecodableBytes += 1
            }
        }
        output.removeLast(output.count - written)
        return output
    }

    /// Ends the input; bytes of a character that never came to its end have no meaning.
    func finish() -> [UInt8] {
        let rest = pending.count
        pending = []
        undecodableBytes += rest
        return [UInt8](repeating: Self.undecodable, count: rest)
    }

    private enum Step {
        case finished
        case cut
        case meaningless
    }

    /// Converts as far as possible and moves both positions.
    private static func step(
        _ converter: iconv_t, _ input: inout [UInt8], _ read: inout Int, _ output: inout [UInt8], _ written: inout Int
    ) -> Step {
        let (start, filled) = (read, written)
        var inputLeft = input.count - start
        var outputLeft = output.count - filled
        let failure: Int32? = input.withUnsafeMutableBytes { inputBytes in
            output.withUnsafeMutableBytes { outputBytes in
                // Both buffers are not empty here, so they have a base address.
                var from = inputBytes.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) }
                var to = outputBytes.baseAddress.map { ($0 + filled).assumingMemoryBound(to: CChar.self) }
                return iconv(converter, &from, &inputLeft, &to, &outputLeft) == -1 ? errno : nil
            }
        }
        read = input.count - inputLeft
        written = output.count - outputLeft
        switch failure {
        case nil: return .finished
        case EINVAL: return .cut
        default: return .meaningless
        }
    }
}
