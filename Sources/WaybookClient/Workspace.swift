import WaybookCRM
import WaybookModel
import WaybookStore

/// A workspace on this device: one folder with a replica's store and the session that it syncs under.
///
/// Everything but signing in and syncing works without a network and starts no HTTP client.
public struct Workspace: Sendable {
    public let folder: WorkspaceFolder
    public let session: Session
    public let store: ClientStore
    public let device: Device

    /// Whether the lease had ended when the workspace was opened, to enter something or for upkeep: nothing that is here may
    /// be shown.
    public private(set) var isLocked = false

    /// The note in the store that says whose it is.
    static let ownerNote = "user"

    /// What a workspace is opened for.
    public enum Purpose: Hashable, Sendable {
        /// To see and change records: refused once the lease has ended.
        case work
        /// To enter something: at any time. Once the lease has ended nothing that is here is shown by it.
        case entry
        /// To sync, to sign out, to see how the replica stands, to save what is unsent: at any time.
        case upkeep
    }

    /// Opens the workspace of a folder; throws `notSignedIn` when there is none, and `leaseEnded` for work when the server
    /// was not heard for longer than it allows.
    public static func open(
        _ folder: WorkspaceFolder, device: Device, for purpose: Purpose = .work
    ) throws -> Workspace {
        guard let session = try folder.session(), folder.hasStore else { throw WorkspaceError(.notSignedIn) }
        let store = try openStore(folder)
        // A sign-in or a renumbering that was cut short wrote the session first.
        if try store.replica() != session.replica { try store.adopt(session.replica) }
        var workspace = Workspace(folder: folder, session: session, store: store, device: device)
        switch purpose {
        case .work: try workspace.checkLease()
        case .entry, .upkeep: workspace.isLocked = try workspace.lease().isEnded
        }
        return workspace
    }

    /// How long records may still be shown without the server having been heard.
    public func lease() throws -> Lease { try store.lease(at: device.now()) }

    /// Throws `leaseEnded` where records may no longer be shown; whoever stays open for long asks now and then.
    public func checkLease() throws {
        if try lease().isEnded { throw try lock() }
    }

    /// The workspace as it stands after a sync: what was locked is shown again once the server was heard.
    public func asHeard() throws -> Workspace {
        var workspace = self
        workspace.isLocked = try isLocked && lease().isEnded
        return workspace
    }

    /// What is thrown in the place of what may no longer be shown.
    public func lock() throws -> WorkspaceError { WorkspaceError(.leaseEnded(days: try lease().days)) }

    init(folder: WorkspaceFolder, session: Session, store: ClientStore, device: Device) {
        (self.folder, self.session, self.store, self.device) = (folder, session, store, device)
    }

    static func openStore(_ folder: WorkspaceFolder) throws -> ClientStore {
        try ClientStore(path: folder.storePath, schema: Catalogue.schema)
    }

    /// Makes the folder ready for a session that the server has given; what the store holds stays, and unsent work moves
    /// to the session's number.
    public static func establish(
        _ session: Session, authority: [UInt8]? = nil, in folder: WorkspaceFolder, device: Device
    ) throws -> Workspace {
        try folder.make()
        let store = try openStore(folder)
        try store.setNote(ownerNote, to: session.user.description)
        if let authority { try folder.writeAuthority(authority) }
        try folder.write(session)
        try store.adopt(session.replica)
        return Workspace(folder: folder, session: session, store: store, device: device)
    }

    /// The present moment on the device's wall clock.
    public var now: Instant { Instant(milliseconds: device.now().wallMilliseconds) }
}
