import Foundation
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookSync

/// A laptop's workspace, signed in at the server as the client program does it.
struct Laptop {
    let workspace: Workspace
    private let connection: ServerConnection

    /// Opens the folder, or signs in.
    init(_ folder: String, at address: String) async throws {
        let (folder, device) = (WorkspaceFolder(folder), Device.system())
        // Each start of the server listens at another port: the sign-in is renewed, and the store keeps its number.
        let credentials = Credentials(
            server: try ServerAddress(address), email: ServerProcess.email, password: ServerProcess.password,
            device: "Bench")
        var session = try folder.session()
        if session == nil {
            let workspace = try await Workspace.login(credentials, in: folder, device: device, language: .english)
            session = workspace.session
            try workspace.store.close()
        }
        guard var session else { throw Failure("not signed in") }
        session.server = credentials.server
        workspace = try Workspace.establish(session, in: folder, device: device)
        connection = try ServerConnection(credentials.server)
    }

    /// Synchronises over the product's HTTP, without the search index; anything but "up to date" is a failure.
    func sync() async throws -> SyncReport {
        let result = try await workspace.sync(over: connection, progress: nil)
        guard result.report.ending == .upToDate else { throw Failure("sync ended \(result.report.ending)") }
        return result.report
    }

    func close() async throws {
        await connection.close()
        try workspace.store.close()
    }
}
