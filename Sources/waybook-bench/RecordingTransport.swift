import Foundation
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookServer
import WaybookServerCore
import WaybookStore
import WaybookSync

/// Carries exchanges to a service in this process and keeps their bodies, to count and to pack them.
final class RecordingTransport: ExchangeTransport, @unchecked Sendable {
    // Used by one task alone.
    private(set) var bodies: [(request: [UInt8], answer: [UInt8])] = []
    private let service: ExchangeService
    private let principal: ExchangePrincipal

    init(_ service: ExchangeService, _ principal: ExchangePrincipal) {
        self.service = service
        self.principal = principal
    }

    func newReplica() async throws -> ReplicaID { throw Failure("the bench's replicas do not fork") }

    func exchange(_ session: ExchangeSession) async throws {
        var (request, answer): ([UInt8], [UInt8]) = ([], [])
        var exchange = service.open(principal)
        while let chunk = try session.nextRequestChunk() {
            request += chunk
            try commit(try exchange.receive(chunk), &exchange)
        }
        try commit(try exchange.endRequest(), &exchange)
        while let chunk = try exchange.nextChunk() {
            answer += chunk
            try session.receive(chunk)
        }
        bodies.append((request, answer))
    }

    private func commit(_ batch: PushBatch?, _ exchange: inout ServerExchange) throws {
        var due = batch
        while let batch = due { due = exchange.note(try service.commit([batch])[0]) }
    }

    /// How many bytes a body has as the programs pack it.
    static func packed(_ body: [UInt8], _ coding: ContentCoding) throws -> Int {
        var compressor = try Compressor(coding)
        return try compressor.compress(body).count + compressor.finish().count
    }
}

extension ExchangeService {
    /// The service of a data folder that no server has open.
    static func ofBench(_ data: String) throws -> ExchangeService {
        let authors = Authors()
        return try ExchangeService(
            file: try DataFolder(data).open(), schema: Workload.schema,
            wallMilliseconds: { UInt64(Date().timeIntervalSince1970 * 1_000) },
            authorship: { try authors.authorship($0, of: $1) })
    }
}

extension ClientStore {
    /// Synchronises as the client program does, with a wall clock that is off; anything but "up to date" is a failure.
    func synchronise(over transport: some ExchangeTransport, skewMilliseconds: Int64 = 0) async throws -> SyncReport {
        let engine = SyncEngine(
            self, over: transport,
            .init(
                now: { ClientTime.now(skewMilliseconds: skewMilliseconds) }, random: { 4 },
                pause: { _ in throw Failure("the sync wants to pause: something failed") }))
        let report = try await engine.synchronise()
        guard report.ending == .upToDate else { throw Failure("sync ended \(report.ending)") }
        return report
    }
}

extension ClientTime {
    /// What a laptop reads whose wall clock is off by so much.
    static func now(skewMilliseconds: Int64) -> ClientTime {
        var boot = timespec()
        clock_gettime(CLOCK_BOOTTIME, &boot)
        return ClientTime(
            wallMilliseconds: Int64(Date().timeIntervalSince1970 * 1_000) + skewMilliseconds,
            bootMilliseconds: Int64(boot.tv_sec) * 1_000 + Int64(boot.tv_nsec) / 1_000_000, bootID: "bench")
    }
}
