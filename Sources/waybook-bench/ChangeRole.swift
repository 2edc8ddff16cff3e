import Foundation
import WaybookClient
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync

/// Two laptops that hold everything; one changes one field, the other learns of it. Counts the bytes of both exchanges,
/// within this process: bodies are the same whatever carries them.
struct ChangeRole {
    /// Their clocks are off, as clocks are: an exchange tells by how much.
    private struct Laptop {
        let store: ClientStore
        let principal: ExchangePrincipal
        let skewMilliseconds: Int64

        init(_ folder: String, skewMilliseconds: Int64) throws {
            let folder = WorkspaceFolder(folder)
            guard let session = try folder.session() else { throw Failure("nobody is signed in at \(folder.path)") }
            store = try ClientStore(path: folder.storePath, schema: Workload.schema)
            principal = ExchangePrincipal(replica: session.replica, user: session.user.description)
            self.skewMilliseconds = skewMilliseconds
        }
    }

    private let service: ExchangeService
    private let author: Laptop
    private let reader: Laptop

    init(_ options: Options) throws {
        service = try .ofBench(try options.text("data"))
        author = try Laptop(try options.text("author"), skewMilliseconds: -1_734)
        reader = try Laptop(try options.text("reader"), skewMilliseconds: 412)
    }

    func run() async throws {
        var figures = Figures()
        for count in [1, 100, 1_000] { try await measure(count, &figures) }
        print(try figures.line)
        try author.store.close()
        try reader.store.close()
        try service.file.close()
    }

    private func measure(_ count: Int, _ figures: inout Figures) async throws {
        // Each change is a set of its own, as a rep makes them.
        let salt = Int(Machine.seconds * 1_000) % 100_000
        let actions = (0..<count).map { index in
            let write = Write(path: FieldPath("city"), value: .string("Nantes \(salt)"))
            return UserAction([Change(id: Workload.id(index), collection: Workload.collection, writes: [write])])
        }
        _ = try await exchange(author)
        _ = try await exchange(reader)
        _ = try author.store.edit(all: actions, at: ClientTime.now(skewMilliseconds: author.skewMilliseconds))
        let line = try author.store.outboxLines(from: author.store.exchangeStart().lastSet, through: .max)
        let sent = try await exchange(author)
        let told = try await exchange(reader)
        let nothing = try await exchange(reader)
        for coding in ContentCoding.allCases {
            let name = "\(coding.rawValue).\(count)."
            figures[name + "pushUp"] = try packed(sent.map(\.request), coding) / Double(count)
            figures[name + "pushDown"] = try packed(sent.map(\.answer), coding) / Double(count)
            figures[name + "pullUp"] = try packed(told.map(\.request), coding) / Double(count)
            figures[name + "pullDown"] = try packed(told.map(\.answer), coding) / Double(count)
            figures[name + "nothing"] = try packed(nothing.flatMap { [$0.request, $0.answer] }, coding)
        }
        figures["setLine"] = Double(line.last?.bytes.count ?? 0)
    }

    private func packed(_ bodies: [[UInt8]], _ coding: ContentCoding) throws -> Double {
        Double(try bodies.reduce(0) { $0 + (try RecordingTransport.packed($1, coding)) })
    }

    private func exchange(_ laptop: Laptop) async throws -> [(request: [UInt8], answer: [UInt8])] {
        let transport = RecordingTransport(service, laptop.principal)
        _ = try await laptop.store.synchronise(over: transport, skewMilliseconds: laptop.skewMilliseconds)
        return transport.bodies
    }
}
