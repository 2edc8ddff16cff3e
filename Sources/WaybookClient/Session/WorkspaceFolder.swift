import Foundation
import WaybookStore

/// The folder of one workspace on this device: `store.db`, `session.json`, perhaps `ca.pem`; for its owner alone.
public struct WorkspaceFolder: Hashable, Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    public var storePath: String { path + "/store.db" }
    var sessionPath: String { path + "/session.json" }
    var authorityPath: String { path + "/ca.pem" }
    /// Held by a running sync, so that two do not work at once.
    var syncLockPath: String { path + "/sync.lock" }

    /// Whether there is a store.
    public var hasStore: Bool { FileManager.default.fileExists(atPath: storePath) }

    /// Makes the folder, if it is missing, and takes it from everyone but its owner.
    func make() throws(WorkspaceError) {
        let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: attributes)
            try FileManager.default.setAttributes(attributes, ofItemAtPath: path)
        } catch {
            throw WorkspaceError(.folderUnusable(path: path))
        }
    }

    /// The session; nil when nobody is signed in.
    public func session() throws(WorkspaceError) -> Session? {
        guard let data = FileManager.default.contents(atPath: sessionPath) else {
            if FileManager.default.fileExists(atPath: sessionPath) {
                throw WorkspaceError(.folderUnusable(path: sessionPath))
            }
            return nil
        }
        guard let session = Session(json: Array(data)) else { throw WorkspaceError(.sessionDamaged(path: sessionPath)) }
        return session
    }

    /// Stores a session in one step: a reader sees the old one or the new one.
    func write(_ session: Session) throws(WorkspaceError) {
        try PrivateFile.replace(sessionPath, with: session.json)
    }

    /// Stores the certificate authority that the server is checked against.
    func writeAuthority(_ pem: [UInt8]) throws(WorkspaceError) { try PrivateFile.replace(authorityPath, with: pem) }

    /// Removes the session, and with it the token.
    func removeSession() {
        for path in [sessionPath, authorityPath] { try? FileManager.default.removeItem(atPath: path) }
    }

    /// Removes the store with all its files, and what was copied of it.
    func removeStore() throws(WorkspaceError) {
        do { try StoreFile.removeCopies(of: storePath) } catch {
            throw WorkspaceError(.folderUnusable(path: error.context))
        }
        for suffix in ["", "-wal", "-shm", ".open", ".lock"] {
            let file = storePath + suffix
            guard FileManager.default.fileExists(atPath: file) else { continue }
            do {
                try FileManager.default.removeItem(atPath: file)
            } catch {
                throw WorkspaceError(.folderUnusable(path: file))
            }
        }
    }
}
