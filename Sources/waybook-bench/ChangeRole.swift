import Foundation
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookSync

/// Two laptops that hold everything; one changes one field, the other learns of it. Counts the bytes of both exchanges.
struct ChangeRole {
    private let options: Options
    /// Their clocks are off, as clocks are: an exchange tells by how much.
    private typealias Laptop = (store: ClientStore, replica: Int, skewMilliseconds: Int64)
    private let author: Laptop
    private let reader: Laptop

    init(_ options: Options) throws {
        self.options = options
        author = (try ClientStore(path: try options.text("author"), schema: Workload.schema), 1, -1_734)
        reader = (try ClientStore(path: try options.text("reader"), schema: Workload.schema), 2, 412)
    }

    func run() async throws {
        var figures = Figures()
        for coding in ContentCoding.allCases.map(\.rawValue) {
            let options = try Options(["change", "--socket", try options.text("socket"), "--coding", coding])
            for count in [1, 100, 1_000] { try await measure(count, coding, options, &figures) }
        }
        print(try figures.line)
        try author.store.close()
        try reader.store.close()
    }

    private func measure(_ count: Int, _ coding: String, _ options: Options, _ figures: inout Figures) async throws {
        // Each change is a set of its own, as a rep makes them.
        let salt = Int(Machine.seconds * 1_000) % 100_000
        let actions = (0..<count).map { index in
            let write = Write(path: FieldPath("city"), value: .string("Nantes \(salt)"))
            return UserAction([Change(id: Workload.id(index), collection: Workload.collection, writes: [write])])
        }
        _ = try await exchange(author, options)
        _ = try await exchange(reader, options)
        _ = try author.store.edit(all: actions, at: ClientTime.now(skewMilliseconds: author.skewMilliseconds))
        let line = try author.store.outboxLines(from: author.store.exchangeStart().lastSet, through: .max)
        let sent = try await exchange(author, options)
        let told = try await exchange(reader, options)
        let nothing = try await exchange(reader, options)
        let name = "\(coding).\(count)."
        figures[name + "pushUp"] = Double(sent.up) / Double(count)
        figures[name + "pushDown"] = Double(sent.down) / Double(count)
        figures[name + "pullUp"] = Double(told.up) / Double(count)
        figures[name + "pullDown"] = Double(told.down) / Double(count)
        figures[name + "nothing"] = Double(nothing.up + nothing.down)
        figures["setLine"] = Double(line.last?.bytes.count ?? 0)
    }

    private func exchange(_ laptop: Laptop, _ options: Options) async throws -> SocketTransport.Count {
        let transport = try SocketTransport(options, replica: laptop.replica)
        _ = try await laptop.store.synchronise(over: transport, skewMilliseconds: laptop.skewMilliseconds)
        return transport.count
    }
}
