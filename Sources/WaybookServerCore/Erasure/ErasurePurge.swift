import GRDB
import WaybookStore

/// Takes the bytes of what was erased out of the server's own files: SQLite leaves copies of cells that it moved in the gaps
/// of pages, and the log holds pages as they were (ADR 0016).
public struct ErasurePurge: Sendable {
    private let file: StoreFile
    private let now: @Sendable () -> Int64

    /// - Parameter now: milliseconds since 1970.
    public init(_ file: StoreFile, now: @escaping @Sendable () -> Int64) {
        self.file = file
        self.now = now
    }

    /// Whether anything is to be done. Cost: one read.
    public func isDue() throws -> Bool { try file.read { try ErasureLog($0).purgeDue() } != nil }

    /// Writes the file anew and empties its log, where that is due. Cost: memory and disk as large as the file, and commits
    /// wait while it lasts, some five seconds a gigabyte; reads go on.
    /// - Returns: whether nothing is left to do; not so while somebody reads one state for long, or the disk is full.
    @discardableResult
    public func perform() throws -> Bool {
        guard let due = try file.read({ try ErasureLog($0).purgeDue() }) else { return true }
        do {
            try file.rewrite(readsGoOn: true)
        } catch let error as StoreFileError {
            switch error.code {
            case .busy, .diskFull: return false
            default: throw error
            }
        }
        let now = now()
        try file.write { try ErasureLog($0).notePurged(through: due, now: now) }
        return true
    }
}
