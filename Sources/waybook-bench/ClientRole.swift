import Foundation
import WaybookModel
import WaybookStore

/// A laptop: its store on disk, and what a rep's morning and evening ask of it.
struct ClientRole {
    private static let importBatch = 2_000

    private let options: Options
    private let laptop: Laptop
    private let idleMegabytes: Double

    init(_ options: Options) async throws {
        self.options = options
        laptop = try await Laptop(try options.text("workspace"), at: try options.text("server"))
        idleMegabytes = Machine.megabytes("VmRSS")
    }

    private var store: ClientStore { laptop.workspace.store }

    /// Makes records offline, a set each, after the first sync that a sign-in does.
    func importRecords() async throws {
        let count = try options.number("records")
        _ = try await laptop.sync()
        let owner = laptop.workspace.session.user
        var figures = Figures()
        try await figures.measure {
            for first in stride(from: 0, to: count, by: Self.importBatch) {
                let actions = (first..<min(first + Self.importBatch, count)).map {
                    UserAction([Workload.creation($0, owner: owner)])
                }
                for outcome in try laptop.workspace.perform(all: actions) {
                    guard case .saved = outcome else { throw Failure("record was not taken: \(outcome)") }
                }
            }
        }
        try await finish(figures)
    }

    /// Sends what was made.
    func push() async throws {
        var figures = Figures()
        let report = try await figures.measure { try await laptop.sync() }
        figures["sets"] = Double(report.answeredSets)
        figures["refused"] = Double(report.refusedSets)
        figures["exchanges"] = Double(report.exchanges)
        try await finish(figures)
    }

    /// Fetches everything, then builds the search index.
    func pull() async throws {
        var figures = Figures()
        let report = try await figures.measure { try await laptop.sync() }
        figures["records"] = Double(report.receivedRecords)
        try store.file.checkpoint(.truncate)
        figures["bytesBeforeIndex"] = Machine.fileBytes(store.file.path)
        var index = Figures()
        try await index.measure { try laptop.workspace.indexForSearch() }
        figures["indexSeconds"] = index["seconds"]
        figures["indexCPU"] = index["cpu"]
        let answer = try store.search("龙井")
        guard answer.isComplete, !answer.records.isEmpty else { throw Failure("the index does not find") }
        try await finish(figures)
    }

    private func finish(_ figures: Figures) async throws {
        var figures = figures
        try store.file.checkpoint(.truncate)
        figures["bytes"] = Machine.fileBytes(store.file.path)
        figures["idle"] = idleMegabytes
        figures["peak"] = Machine.megabytes("VmHWM")
        print(try figures.line)
        try await laptop.close()
    }
}
