import CZstd

/// The dictionary of zstd-wb1 as libzstd digests it for packing, once a process and level. A class to own the C object.
/// `@unchecked Sendable`: never changed after its making; libzstd lets any number of contexts read it.
final class PackingDictionary: @unchecked Sendable {
    let pointer: OpaquePointer

    /// For bodies of any length: as fast as zstd without.
    static let fast = PackingDictionary(level: 1)
    /// For bodies that are held whole and small.
    static let strong = PackingDictionary(level: 12)

    private init?(level: CInt) {
        let bytes = SharedDictionary.bytes
        guard let pointer = ZSTD_createCDict(bytes, bytes.count, level) else { return nil }
        self.pointer = pointer
    }

    deinit { ZSTD_freeCDict(pointer) }
}

/// The same for unpacking. A class and `@unchecked Sendable` for the reasons of `PackingDictionary`.
final class UnpackingDictionary: @unchecked Sendable {
    let pointer: OpaquePointer

    static let shared = UnpackingDictionary()

    private init?() {
        let bytes = SharedDictionary.bytes
        guard let pointer = ZSTD_createDDict(bytes, bytes.count) else { return nil }
        self.pointer = pointer
    }

    deinit { ZSTD_freeDDict(pointer) }
}

/// zstd-wb1: a zstd frame without its magic number, packed with the shared dictionary (`protocol/6-http.md#zstd-wb1`).
/// A class to own the stream within.
final class SharedZstdInflation: DecompressionStream {
    private let frame: ZstdInflation

    var isAtEnd: Bool { frame.isAtEnd }
    let mayEndAnywhere = false

    init() throws(CompressionError) {
        guard let dictionary = UnpackingDictionary.shared else { throw .exhausted }
        frame = try ZstdInflation(dictionary: dictionary)
        _ = try frame.step(input: SharedDictionary.magic[...], room: 1)
    }

    func step(input: ArraySlice<UInt8>, room: Int) throws(CompressionError) -> (consumed: Int, output: [UInt8]) {
        try frame.step(input: input, room: room)
    }
}

/// Writes zstd-wb1. A body of at most ``smallBytes`` is packed whole, strongly and without checksum: in so few bytes
/// each counts, and every line of it is read as JSON. A longer one streams as fast as zstd does, with checksum.
///
/// A class to own the stream within. `@unchecked Sendable` for the reasons of `ZstdInflation`.
final class SharedZstdDeflation: CompressionStream, @unchecked Sendable {
    /// The longest body that is held until its end.
    static let smallBytes = 4_096

    private var held: [UInt8] = []
    private var frame: ZstdDeflation?
    /// How many bytes of the magic number libzstd has still to give.
    private var magicLeft = SharedDictionary.magic.count

    func run(_ input: [UInt8], _ directive: CompressionDirective) throws(CompressionError) -> [UInt8] {
        if let frame { return withoutMagic(try frame.run(input, directive)) }
        held += input
        if directive == .more, held.count <= Self.smallBytes { return [] }
        let isSmall = directive == .end && held.count <= Self.smallBytes
        guard let dictionary = isSmall ? PackingDictionary.strong : .fast else { throw .exhausted }
        let frame = try ZstdDeflation(dictionary: dictionary, hasChecksum: !isSmall)
        self.frame = frame
        let bytes = held
        held = []
        return withoutMagic(try frame.run(bytes, directive))
    }

    private func withoutMagic(_ bytes: [UInt8]) -> [UInt8] {
        let dropped = min(magicLeft, bytes.count)
        magicLeft -= dropped
        return dropped == 0 ? bytes : Array(bytes.dropFirst(dropped))
    }
}
