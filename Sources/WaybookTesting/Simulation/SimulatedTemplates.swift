import Foundation
import Synchronization
import WaybookModel
import WaybookServerCore
import WaybookStore

/// Empty stores, made once and copied for every history: a tenth of the time that migrations take.
public final class SimulatedTemplates: Sendable {
    // A class, because histories that run beside each other share it.

    enum Kind {
        case server
        /// Of laptops whose schema is of that kind.
        case client(Schema, kind: Int)
    }

    private let folder: URL
    private let made = Mutex<[Int: URL]>([:])

    /// - Parameter folder: where they lie; removed by ``remove()``.
    public init(in folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    public func remove() { try? FileManager.default.removeItem(at: folder) }

    func place(_ kind: Kind, as file: URL) throws {
        let template = try made.withLock { made in
            // Not the schema's version: an older one may have the same.
            let key =
                switch kind {
                case .server: -1
                case .client(_, let kind): kind
                }
            if let known = made[key] { return known }
            let path = folder.appending(path: "\(key)/store.db")
            try Self.make(kind, path.path)
            made[key] = path
            return path
        }
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: template, to: file)
    }

    private static func make(_ kind: Kind, _ path: String) throws {
        switch kind {
        case .server:
            let file = try StoreOpening.production.server(path)
            try file.write {
                try ExchangeService.initialise($0, epoch: "simulated", secret: Array(repeating: 7, count: 32))
            }
            _ = try file.checkpoint(.truncate)
            try file.close()
        case .client(let schema, _):
            let store = try StoreOpening.production.client(path, schema)
            _ = try store.file.checkpoint(.truncate)
            try store.close()
        }
    }
}
