import WaybookModel
import WaybookStore

/// Work that is nowhere but in a store, and goes with it: sets that are not sent yet, and sets that the server refused.
public struct KeptWork: Sendable {
    public let unsent: Int
    public let rejected: Int
    /// Whose it is, by e-mail address; nil where the session is gone.
    public let owner: String?
    private let store: ClientStore

    init(_ store: ClientStore, owner: String?) throws {
        let status = try store.status()
        unsent = status.unsentSets
        rejected = status.rejectedSets
        self.owner = owner
        self.store = store
    }

    /// How many sets in all.
    public var count: Int { unsent + rejected }

    /// Writes all of it to a file that does not exist yet, as lines of canonical JSON that another program can read: the
    /// unsent sets as they would be sent, then the refused ones with their verdicts.
    public func export(to path: String) throws {
        try PrivateFile.create(path, with: try unsentLines() + rejectedLines())
    }

    private func unsentLines() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var next: Int64 = 0
        while true {
            let lines = try store.outboxLines(from: next, through: .max)
            guard let last = lines.last else { return bytes }
            for line in lines { bytes += line.bytes + [UInt8(ascii: "\n")] }
            guard last.number < .max else { return bytes }
            next = last.number + 1
        }
    }

    private func rejectedLines() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var row: Int64 = 0
        while true {
            let sets = try store.rejected(after: row)
            guard let last = sets.last else { return bytes }
            for set in sets { bytes += set.exportLine + [UInt8(ascii: "\n")] }
            row = last.row
        }
    }
}

extension Workspace {
    /// What would be lost with the store.
    public func keptWork() throws -> KeptWork { try KeptWork(store, owner: session.email) }
}
