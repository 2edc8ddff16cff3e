import Foundation
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// A first pull of everything within this process: keeps the answer's lines, and counts their bytes as they are and as the
/// programs pack them.
struct WireRole {
    private let options: Options

    init(_ options: Options) { self.options = options }

    func run() async throws {
        let (path, service) = (try options.text("store"), try ExchangeService.ofBench(try options.text("data")))
        let store = try ClientStore(path: path, schema: Workload.schema)
        let replica = ReplicaID(1_000_000)
        let transport = RecordingTransport(
            service, ExchangePrincipal(replica: replica, user: "bench", kind: .administrator))
        try store.adopt(replica)
        _ = try await store.synchronise(over: transport)
        let lines = transport.bodies.flatMap(\.answer)
        try Data(lines).write(to: URL(fileURLWithPath: try options.text("lines")))
        var figures = Figures()
        figures["plain"] = Double(lines.count)
        for coding in ContentCoding.allCases {
            figures[coding.rawValue] = Double(try RecordingTransport.packed(lines, coding))
        }
        print(try figures.line)
        try store.close()
        try service.file.close()
    }
}
