import Foundation

/// Held while a store is synchronised, so that two processes do not send the same at once; the system lets go of it when
/// the process ends, however it ends. Editing never waits for it.
final class SyncLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock; throws `syncRunning` when another process has it.
    init(_ folder: WorkspaceFolder) throws(WorkspaceError) {
        descriptor = open(folder.syncLockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw WorkspaceError(.folderUnusable(path: folder.path)) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw WorkspaceError(.syncRunning)
        }
    }

    deinit {
        // Closing alone would not do: a child that is just being started has the descriptor too until its program begins.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
