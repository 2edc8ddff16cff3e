import Foundation
import GRDB
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// The server: the production exchange service behind the bench's wire, a thread a connection, commits in groups.
struct ServerRole {
    private let options: Options

    init(_ options: Options) { self.options = options }

    /// Opens a server's file, or makes it a workspace of its own.
    static func open(_ path: String) throws -> StoreFile {
        let file = try StoreFile(path: path, role: .server, migrations: ServerSchema.migrations)
        if try file.read({ try ServerRows($0).text("epoch") }) == nil {
            try file.write { db in
                try ExchangeService.initialise(
                    db, epoch: "0198c2ef-6d1a-7c3e-9a52-3f1b2c4d5e6f", secret: Array(repeating: 7, count: 32))
            }
        }
        return file
    }

    func run() throws {
        let service = try ExchangeService(
            file: try Self.open(try options.text("store")), schema: Workload.schema,
            wallMilliseconds: { UInt64(Date().timeIntervalSince1970 * 1_000) },
            authorship: { _, replica in Authorship(person: "Bench", device: "Device \(replica)") })
        let committer = GroupCommit(service)
        let idle = Machine.megabytes("VmRSS")
        let listener = try Wire.listen(try options.text("socket"))
        while true {
            let descriptor = accept(listener, nil, nil)
            guard descriptor >= 0 else { throw Failure("accept: \(errno)") }
            let thread = Thread {
                do {
                    try Conversation(Wire(descriptor: descriptor), service, committer, idleMegabytes: idle).run()
                } catch {
                    FileHandle.standardError.write(Data("server: \(error)\n".utf8))
                    exit(1)
                }
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
    }
}

/// One connection: exchanges one after another.
private struct Conversation {
    let wire: Wire
    let service: ExchangeService
    let committer: GroupCommit
    let idleMegabytes: Double

    init(_ wire: Wire, _ service: ExchangeService, _ committer: GroupCommit, idleMegabytes: Double) {
        self.wire = wire
        self.service = service
        self.committer = committer
        self.idleMegabytes = idleMegabytes
    }

    func run() throws {
        defer { wire.close() }
        while let frame = try wire.receive() {
            let words = String(decoding: frame, as: UTF8.self).split(separator: " ")
            switch words.first {
            case "usage": try wire.send(Array(try usage.line.utf8))
            case "stop":
                try service.file.close()
                try wire.send([])
                exit(0)
            default:
                guard words.count == 3, let replica = UInt32(words[1]),
                    let coding = ContentCoding(rawValue: String(words[2]))
                else { throw Failure("bad frame") }
                try exchange(ReplicaID(replica), coding)
            }
        }
    }

    private var usage: Figures {
        var figures = Figures()
        figures["cpu"] = Machine.processorSeconds()
        figures["idle"] = idleMegabytes
        figures["peak"] = Machine.megabytes("VmHWM")
        return figures
    }

    private func exchange(_ replica: ReplicaID, _ coding: ContentCoding) throws {
        var exchange = service.open(ExchangePrincipal(replica: replica, user: "bench", kind: .administrator))
        var decompressor = try Decompressor(coding, limit: DecompressionLimit(totalBytes: 64 << 20, ratio: 2_000))
        while let frame = try wire.receive(), !frame.isEmpty {
            try decompressor.feed(frame)
            while let piece = try decompressor.next() {
                if let batch = try exchange.receive(piece) { exchange.note(try committer.commit(batch)) }
            }
        }
        try decompressor.finish()
        if let batch = try exchange.endRequest() { exchange.note(try committer.commit(batch)) }
        var compressor = try Compressor(coding)
        while let chunk = try exchange.nextChunk() {
            let packed = try compressor.compress(chunk)
            if !packed.isEmpty { try wire.send(packed) }
        }
        let rest = try compressor.finish()
        if !rest.isEmpty { try wire.send(rest) }
        try wire.send([])
    }
}

/// Commits whatever waits in one transaction, as the HTTP server does it. A class: the queue outlives its callers.
private final class GroupCommit: Sendable {
    /// A batch and, once it is judged, its result. Written by the writer's thread before it signals, read after.
    private final class Ticket: @unchecked Sendable {
        let batch: PushBatch
        let isDone = DispatchSemaphore(value: 0)
        var result: Result<PushResult, any Error> = .failure(Failure("not judged"))
        init(_ batch: PushBatch) { self.batch = batch }
    }

    private static let mostInGroup = 32
    private let waiting = Mutex<[Ticket]>([])
    private let work = DispatchSemaphore(value: 0)

    init(_ service: ExchangeService) {
        let thread = Thread { [self] in
            while true { commitGroup(service) }
        }
        thread.start()
    }

    func commit(_ batch: PushBatch) throws -> PushResult {
        let ticket = Ticket(batch)
        waiting.withLock { $0.append(ticket) }
        work.signal()
        ticket.isDone.wait()
        return try ticket.result.get()
    }

    private func commitGroup(_ service: ExchangeService) {
        work.wait()
        let group = waiting.withLock { waiting in
            let group = Array(waiting.prefix(Self.mostInGroup))
            waiting.removeFirst(group.count)
            return group
        }
        guard !group.isEmpty else { return }
        do {
            let results = try service.commit(group.map(\.batch))
            for (ticket, result) in zip(group, results) { ticket.result = .success(result) }
        } catch {
            for ticket in group { ticket.result = .failure(error) }
        }
        for ticket in group { ticket.isDone.signal() }
    }
}
