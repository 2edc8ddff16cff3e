import CZstd

/// libzstd reading one frame (RFC 8878).
///
/// A class to own the C context. `@unchecked Sendable`: the one owner is a noncopyable `Decompressor`, whose mutating
/// functions exclude each other.
final class ZstdInflation: DecompressionStream, @unchecked Sendable {
    /// The largest window that a peer may ask this process to allocate: 8 MiB, which RFC 8878 §3.1.1.1.2 recommends.
    private static let windowLogMaximum: CInt = 23

    private let context: OpaquePointer
    private(set) var isAtEnd = false
    let mayEndAnywhere = false

    /// - Parameter dictionary: what a frame that names no dictionary was packed with; nil for none.
    init(dictionary: UnpackingDictionary? = nil) throws(CompressionError) {
        guard let context = ZSTD_createDCtx() else { throw .exhausted }
        self.context = context
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Self.windowLogMaximum)
        if let dictionary { ZSTD_DCtx_refDDict(context, dictionary.pointer) }
    }

    deinit { ZSTD_freeDCtx(context) }

    func step(input: ArraySlice<UInt8>, room: Int) throws(CompressionError) -> (consumed: Int, output: [UInt8]) {
        var code = 0
        var consumed = 0
        let output = [UInt8](unsafeUninitializedCapacity: room) { buffer, written in
            input.withUnsafeBufferPointer { source in
                var inBuffer = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
                var outBuffer = ZSTD_outBuffer(dst: buffer.baseAddress, size: room, pos: 0)
                code = ZSTD_decompressStream(context, &outBuffer, &inBuffer)
                consumed = inBuffer.pos
                written = outBuffer.pos
            }
        }
        guard ZSTD_isError(code) == 0 else { throw .damaged }
        if code == 0 { isAtEnd = true }
        return (consumed, output)
    }
}

/// libzstd writing one frame. A class and `@unchecked Sendable` for the reasons of `ZstdInflation`.
final class ZstdDeflation: CompressionStream, @unchecked Sendable {
    private let context: OpaquePointer

    init(level: CInt) throws(CompressionError) {
        guard let context = ZSTD_createCCtx() else { throw .exhausted }
        self.context = context
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    }

    /// Packs with a dictionary that the frame does not name, at the dictionary's level.
    init(dictionary: PackingDictionary, hasChecksum: Bool) throws(CompressionError) {
        guard let context = ZSTD_createCCtx() else { throw .exhausted }
        self.context = context
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, hasChecksum ? 1 : 0)
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
        ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0)
        ZSTD_CCtx_refCDict(context, dictionary.pointer)
    }

    deinit { ZSTD_freeCCtx(context) }

    func run(_ input: [UInt8], _ directive: CompressionDirective) throws(CompressionError) -> [UInt8] {
        let operation =
            switch directive {
            case .more: ZSTD_e_continue
            case .flush: ZSTD_e_flush
            case .end: ZSTD_e_end
            }
        var output: [UInt8] = []
        var offset = 0
        while true {
            let (remaining, consumed, piece) = step(input[offset...], operation)
            guard ZSTD_isError(remaining) == 0 else { throw .exhausted }
            offset += consumed
            output += piece
            if offset == input.count, directive == .more || remaining == 0 { return output }
        }
    }

    private func step(
        _ input: ArraySlice<UInt8>, _ operation: ZSTD_EndDirective
    ) -> (remaining: Int, consumed: Int, piece: [UInt8]) {
        let room = 64 * 1_024
        var remaining = 0
        var consumed = 0
        let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, written in
            input.withUnsafeBufferPointer { source in
                var inBuffer = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
                var outBuffer = ZSTD_outBuffer(dst: buffer.baseAddress, size: room, pos: 0)
                remaining = ZSTD_compressStream2(context, &outBuffer, &inBuffer, operation)
                consumed = inBuffer.pos
                written = outBuffer.pos
            }
        }
        return (remaining, consumed, piece)
    }
}
