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

    /// The note in the store that says whose it is.
    static let ownerNote = "user"

    /// Opens the workspace of a folder; throws `notSignedIn` when there is none.
    public static func open(_ folder: WorkspaceFolder, device: Device) throws -> Workspace {
        guard let session = try folder.session(), folder.hasStore else { throw WorkspaceError(.notSignedIn) }
        let store = try openStore(folder)
        // A sign-in or a renumbering that was cut short wrote the session first.
        if try store.replica() != session.replica { try store.adopt(session.replica) }
        return Workspace(folder: folder, session: session, store: store, device: device)
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
