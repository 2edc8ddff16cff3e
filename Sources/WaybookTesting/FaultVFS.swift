import CFaultVFS

/// A watched folder of SQLite files: counts their writes and syncs, fails them, and cuts the power, on request.
///
/// Making the first one registers the shim as this process's default VFS; files outside watched folders pass through.
public struct FaultVFS: Hashable, Sendable {
    /// Which of a database's files.
    public enum Kind: Int32, Sendable {
        case any = -1
        case database = 0
        case log = 1
        case journal = 2
    }

    /// What a power cut leaves of the sectors (512 bytes) that were not synced.
    public enum Survivors: Int32, Sendable, CaseIterable {
        /// None.
        case none = 0
        /// Those that the seed chooses.
        case some = 1
        /// Those that the seed chooses, some cut at a byte of its choice.
        case torn = 2
        /// All: the disk was done, only nobody was told.
        case all = 3
    }

    /// What goes wrong.
    public enum Fault: Int32, Sendable {
        case none = 0
        /// Writes find the disk full.
        case diskFull = 1
        /// Writes fail.
        case writeError = 2
        /// Syncs fail, and what they should have saved counts as saved from then on (as on Linux).
        case syncError = 3
        /// The process is killed.
        case kill = 4
    }

    /// How often things happened since the folder is watched.
    public struct Counts: Hashable, Sendable {
        /// Syncs of the database file.
        public let databaseSyncs: Int
        /// Syncs of the write-ahead log.
        public let logSyncs: Int
        /// Writes to the database file.
        public let databaseWrites: Int
        /// Writes to the write-ahead log.
        public let logWrites: Int
        /// Writes, truncations, syncs and deletions of any file.
        public let operations: Int
    }

    /// The shim could not do what was asked.
    public struct Failure: Error, Hashable, Sendable {
        /// A SQLite result code or an errno.
        public let code: Int32
    }

    /// The watched folder.
    public let folder: String

    /// Starts watching the files directly in a folder (an absolute path without symbolic links).
    public init(watching folder: String) throws(Failure) {
        self.folder = folder
        let code = faultvfs_watch(folder)
        guard code == 0 else { throw Failure(code: code) }
    }

    /// Stops watching. All files of the folder must be closed.
    public func forget() { faultvfs_forget(folder) }

    /// The counters as they are now.
    public var counts: Counts {
        let counts = faultvfs_read_counts(folder)
        return Counts(
            databaseSyncs: Int(counts.syncs.0), logSyncs: Int(counts.syncs.1), databaseWrites: Int(counts.writes.0),
            logWrites: Int(counts.writes.1), operations: Int(counts.operations))
    }

    /// Writes to another (existing) folder what a power cut at this moment would leave.
    public func powerCutImage(to target: String, survivors: Survivors, seed: UInt64) throws(Failure) {
        let code = faultvfs_power_cut_image(folder, target, survivors.rawValue, seed)
        guard code == 0 else { throw Failure(code: code) }
    }

    /// Does the same in the middle of things: just before the operation that follows `operations` further ones.
    /// - Parameters:
    ///   - atSync: whether it waits from there on for the next sync.
    ///   - staysOff: whether that operation and all after it fail, so that nothing more is acknowledged.
    public func cutPower(
        afterOperations operations: Int, to target: String, survivors: Survivors, seed: UInt64, atSync: Bool = false,
        staysOff: Bool = false
    ) {
        faultvfs_cut_power_later(
            folder, Int64(operations), target, survivors.rawValue, seed, atSync ? 1 : 0, staysOff ? 1 : 0)
    }

    /// Lets the cut that was asked for come now; does nothing where none was, or it has come.
    public func cutNow() { faultvfs_cut_now(folder) }

    /// Whether the cut that was asked for has come; throws if its image could not be written.
    public func powerWasCut() throws(Failure) -> Bool {
        let state = faultvfs_power_was_cut(folder)
        guard state >= 0 else { throw Failure(code: -state) }
        return state == 1
    }

    /// Lets the operation that follows `operations` further ones of those concerned fail, and all later ones if
    /// `isLasting`. Replaces an earlier fault; `.none` ends it.
    public func inject(
        _ fault: Fault, on kind: Kind = .any, afterOperations operations: Int = 0, isLasting: Bool = false
    ) {
        faultvfs_inject(folder, fault.rawValue, kind.rawValue, Int64(operations), isLasting ? 1 : 0)
    }
}
