import Foundation
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookSync

/// Carries exchanges over the bench's wire, packed as the HTTP transport packs them, and counts their bytes.
///
/// A class: the connection and the counts are shared by its exchanges.
final class SocketTransport: ExchangeTransport {
    struct Count: Sendable {
        /// Bytes of the bodies, packed.
        var up = 0
        var down = 0
        /// Bytes of the bodies as lines.
        var plainUp = 0
        var plainDown = 0
    }

    private let wire: Wire
    private let replica: ReplicaID
    private let coding: ContentCoding
    private let counted = Mutex(Count())
    /// Where the answers' lines are kept too, if asked for.
    private let copy: FileHandle?

    init(_ options: Options, replica: Int) throws {
        wire = try Wire.connect(try options.text("socket"))
        self.replica = ReplicaID(UInt32(replica))
        coding = options.coding
        let path = try options.has("raw") ? options.text("raw") : nil
        if let path { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        copy = path.flatMap { FileHandle(forWritingAtPath: $0) }
    }

    var count: Count { counted.withLock { $0 } }

    func newReplica() async throws -> ReplicaID { throw Failure("the bench's replicas do not fork") }

    func exchange(_ session: ExchangeSession) async throws {
        try wire.send(Array("exchange \(replica) \(coding.rawValue)".utf8))
        var compressor = try Compressor(coding)
        while let chunk = try session.nextRequestChunk() {
            counted.withLock { $0.plainUp += chunk.count }
            try send(try compressor.compress(chunk))
        }
        try send(try compressor.finish())
        try wire.send([])
        var decompressor = try Decompressor(coding, limit: DecompressionLimit(totalBytes: 1 << 40, ratio: 2_000))
        while let frame = try wire.receive(), !frame.isEmpty {
            counted.withLock { $0.down += frame.count }
            try decompressor.feed(frame)
            while let piece = try decompressor.next() {
                counted.withLock { $0.plainDown += piece.count }
                try copy?.write(contentsOf: Data(piece))
                try session.receive(piece)
            }
        }
        try decompressor.finish()
    }

    private func send(_ bytes: [UInt8]) throws {
        guard !bytes.isEmpty else { return }
        counted.withLock { $0.up += bytes.count }
        try wire.send(bytes)
    }
}
