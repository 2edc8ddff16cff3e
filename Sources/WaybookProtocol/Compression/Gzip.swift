import CZlib

/// zlib reading gzip (RFC 1952).
///
/// A class because zlib keeps a pointer to its `z_stream`. `@unchecked Sendable`: the one owner is a noncopyable
/// `Decompressor`, whose mutating functions exclude each other.
final class GzipInflation: DecompressionStream, @unchecked Sendable {
    private let stream: UnsafeMutablePointer<z_stream>
    private(set) var isAtEnd = false
    let mayEndAnywhere = false

    init() throws(CompressionError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, plus 16: a gzip wrapper and nothing else.
        guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            throw .exhausted
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func step(input: ArraySlice<UInt8>, room: Int) throws(CompressionError) -> (consumed: Int, output: [UInt8]) {
        var code = Z_OK
        var consumed = 0
        let output = [UInt8](unsafeUninitializedCapacity: room) { buffer, written in
            input.withUnsafeBufferPointer { source in
                // zlib does not write through next_in; the cast is what its C signature asks for.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.pointee.avail_in = UInt32(clamping: source.count)
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(clamping: room)
                let offered = Int(stream.pointee.avail_in)
                code = inflate(stream, Z_NO_FLUSH)
                consumed = offered - Int(stream.pointee.avail_in)
                written = room - Int(stream.pointee.avail_out)
            }
        }
        switch code {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isAtEnd = true
        case Z_MEM_ERROR: throw .exhausted
        default: throw .damaged
        }
        return (consumed, output)
    }
}

/// zlib writing gzip. A class and `@unchecked Sendable` for the reasons of `GzipInflation`.
final class GzipDeflation: CompressionStream, @unchecked Sendable {
    private let stream: UnsafeMutablePointer<z_stream>

    init(level: CInt) throws(CompressionError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = CInt(MemoryLayout<z_stream>.size)
        guard deflateInit2_(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
        else {
            stream.deallocate()
            throw .exhausted
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    func run(_ input: [UInt8], _ directive: CompressionDirective) throws(CompressionError) -> [UInt8] {
        let flag =
            switch directive {
            case .more: Z_NO_FLUSH
            case .flush: Z_SYNC_FLUSH
            case .end: Z_FINISH
            }
        var output: [UInt8] = []
        var offset = 0
        while true {
            let (code, consumed, room, piece) = step(input[offset...], flag)
            offset += consumed
            output += piece
            switch code {
            case Z_OK, Z_BUF_ERROR, Z_STREAM_END: break
            default: throw .exhausted
            }
            // A full buffer means that more may be waiting.
            if piece.count < room, offset == input.count { return output }
        }
    }

    private func step(_ input: ArraySlice<UInt8>, _ flag: CInt) -> (CInt, consumed: Int, room: Int, [UInt8]) {
        let room = 64 * 1_024
        var code = Z_OK
        var consumed = 0
        let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, written in
            input.withUnsafeBufferPointer { source in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.pointee.avail_in = UInt32(clamping: source.count)
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(room)
                let offered = Int(stream.pointee.avail_in)
                code = deflate(stream, flag)
                consumed = offered - Int(stream.pointee.avail_in)
                written = room - Int(stream.pointee.avail_out)
            }
        }
        return (code, consumed, room, piece)
    }
}
