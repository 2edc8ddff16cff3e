import Foundation
import WaybookModel
import WaybookStore
import WaybookSync

/// A laptop: its store on disk, and what a rep's morning and evening ask of it.
struct ClientRole {
    private static let importBatch = 2_000
    private static let indexBatch = 5_000

    private let options: Options
    private let store: ClientStore
    private let idleMegabytes: Double

    init(_ options: Options) throws {
        self.options = options
        store = try ClientStore(path: try options.text("store"), schema: Workload.schema)
        try store.adopt(ReplicaID(UInt32(try options.number("replica"))))
        idleMegabytes = Machine.megabytes("VmRSS")
    }

    /// Makes records offline, a set each, after the first sync that a sign-in does.
    func importRecords() async throws {
        let count = try options.number("records")
        _ = try await store.synchronise(over: SocketTransport(options, replica: try options.number("replica")))
        let (start, processor) = (Machine.seconds, Machine.processorSeconds())
        for first in stride(from: 0, to: count, by: Self.importBatch) {
            let actions = (first..<min(first + Self.importBatch, count)).map { UserAction([Workload.creation($0)]) }
            for outcome in try store.edit(all: actions, at: ClientTime.now) {
                guard case .saved = outcome else { throw Failure("record was not taken: \(outcome)") }
            }
        }
        var figures = Figures()
        figures["seconds"] = Machine.seconds - start
        figures["cpu"] = Machine.processorSeconds() - processor
        try finish(figures)
    }

    /// Sends what was made.
    func push() async throws {
        let transport = try SocketTransport(options, replica: try options.number("replica"))
        let (start, processor) = (Machine.seconds, Machine.processorSeconds())
        let report = try await store.synchronise(over: transport)
        var figures = Figures()
        figures["seconds"] = Machine.seconds - start
        figures["cpu"] = Machine.processorSeconds() - processor
        figures["sets"] = Double(report.answeredSets)
        figures["refused"] = Double(report.refusedSets)
        figures["exchanges"] = Double(report.exchanges)
        figures["up"] = Double(transport.count.up)
        figures["plainUp"] = Double(transport.count.plainUp)
        try finish(figures)
    }

    /// Fetches everything, then builds the search index.
    func pull() async throws {
        let transport = try SocketTransport(options, replica: try options.number("replica"))
        let (start, processor) = (Machine.seconds, Machine.processorSeconds())
        let report = try await store.synchronise(over: transport)
        var figures = Figures()
        figures["seconds"] = Machine.seconds - start
        figures["cpu"] = Machine.processorSeconds() - processor
        figures["records"] = Double(report.receivedRecords)
        figures["down"] = Double(transport.count.down)
        figures["plainDown"] = Double(transport.count.plainDown)
        try store.file.checkpoint(.truncate)
        figures["bytesBeforeIndex"] = Machine.fileBytes(store.file.path)
        let (indexStart, indexProcessor) = (Machine.seconds, Machine.processorSeconds())
        while try store.indexForSearch(atMost: Self.indexBatch) {}
        figures["indexSeconds"] = Machine.seconds - indexStart
        figures["indexCPU"] = Machine.processorSeconds() - indexProcessor
        let answer = try store.search("龙井")
        guard answer.isComplete, !answer.records.isEmpty else { throw Failure("the index does not find") }
        try finish(figures)
    }

    private func finish(_ figures: Figures) throws {
        var figures = figures
        try store.file.checkpoint(.truncate)
        figures["bytes"] = Machine.fileBytes(store.file.path)
        figures["idle"] = idleMegabytes
        figures["peak"] = Machine.megabytes("VmHWM")
        print(try figures.line)
        try store.close()
    }
}

extension ClientStore {
    /// Synchronises as the client program does; anything but "up to date" is a failure.
    func synchronise(over transport: SocketTransport, skewMilliseconds: Int64 = 0) async throws -> SyncReport {
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
    static var now: ClientTime { now(skewMilliseconds: 0) }

    /// What a laptop reads whose wall clock is off by so much.
    static func now(skewMilliseconds: Int64) -> ClientTime {
        var boot = timespec()
        clock_gettime(CLOCK_BOOTTIME, &boot)
        return ClientTime(
            wallMilliseconds: Int64(Date().timeIntervalSince1970 * 1_000) + skewMilliseconds,
            bootMilliseconds: Int64(boot.tv_sec) * 1_000 + Int64(boot.tv_nsec) / 1_000_000, bootID: "bench")
    }
}
