import Foundation
import WaybookModel
import WaybookProtocol
import WaybookStore

/// What signing in needs.
public struct Credentials: Sendable {
    public var server: ServerAddress
    public var email: String
    /// Never stored, never shown; the one to be chosen where there is an invitation.
    public var password: String
    /// The code by which the password is chosen; nil for whoever has one.
    public var invitation: InvitationCode?
    /// The name of this device, as others will see it.
    public var device: String
    /// A file of certificates (PEM) to trust beside the system's.
    public var authority: String?

    public init(
        server: ServerAddress, email: String, password: String, invitation: InvitationCode? = nil, device: String,
        authority: String? = nil
    ) {
        self.server = server
        self.email = email
        self.password = password
        self.invitation = invitation
        self.device = device
        self.authority = authority
    }
}

extension Workspace {
    /// Signs in and prepares the folder. Unsent work of the same user stays and is sent under the new sign-in; records of
    /// anybody else go.
    /// - Parameter parting: asked once the password was right and before anything goes, where another user, or the same
    ///   one on another server, left work that is nowhere else: keeps it somewhere, or throws to stay signed out.
    /// - Parameter byPassword: called where an invitation's code was not used, and the password was right.
    public static func login(
        _ credentials: Credentials, in folder: WorkspaceFolder, device: Device, language: Language,
        byPassword: () -> Void = {},
        parting: (KeptWork) throws -> Void = { work in
            throw WorkspaceError(.unsent(sets: work.count, owner: work.owner))
        }
    ) async throws -> Workspace {
        let path = credentials.authority ?? keptAuthority(folder, of: credentials.server)
        let authority = try path.map { path throws(WorkspaceError) in try readAuthority(path) }
        let connection = try ServerConnection(
            credentials.server, authority: path, language: language)
        let answer: SignInResponse
        do {
            answer = try await signIn(
                credentials, former: formerToken(folder, of: credentials.server), over: connection,
                byPassword: byPassword)
        } catch {
            await connection.close()
            throw error
        }
        guard let user = RecordID(answer.user) else {
            await connection.close()
            throw WorkspaceError(.notAServer(status: 200))
        }
        do {
            try clear(folder, for: user, at: credentials.server, parting)
        } catch {
            try? await connection.signOut(token: answer.token)
            await connection.close()
            throw error
        }
        await connection.close()
        let session = Session(
            server: credentials.server, token: answer.token, email: credentials.email, user: user, name: answer.name,
            device: credentials.device, replica: ReplicaID(answer.replica), hasOwnAuthority: authority != nil,
            tokenSince: device.now().wallMilliseconds)
        return try establish(session, authority: authority, in: folder, device: device)
    }

    /// The authority that an earlier sign-in at the same server named.
    private static func keptAuthority(_ folder: WorkspaceFolder, of server: ServerAddress) -> String? {
        guard let session = try? folder.session(), session.hasOwnAuthority, session.server.text == server.text else {
            return nil
        }
        return folder.authorityPath
    }

    /// The token that this store had last, if it was this server's: with it the store keeps its number, and what was sent
    /// without an answer is not sent as somebody else's.
    private static func formerToken(_ folder: WorkspaceFolder, of server: ServerAddress) -> String? {
        guard folder.hasStore, let session = try? folder.session(), session.server.text == server.text else {
            return nil
        }
        return session.token
    }

    private static func readAuthority(_ path: String) throws(WorkspaceError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw WorkspaceError(.authorityUnusable(path: path))
        }
        return Array(data)
    }

    /// Makes way for a user: removes what another user or another server left, once it is parted with.
    private static func clear(
        _ folder: WorkspaceFolder, for user: RecordID, at server: ServerAddress, _ parting: (KeptWork) throws -> Void
    ) throws {
        guard folder.hasStore else { return }
        let session = try? folder.session()
        let store = try openStore(folder)
        let owner = try store.note(ownerNote)
        let isSameServer = session.map { $0.server.text == server.text } ?? true
        if owner == user.description, isSameServer { return try store.close() }
        do {
            let work = try KeptWork(store, owner: session?.email)
            if work.count > 0 { try parting(work) }
        } catch {
            try store.close()
            throw error
        }
        try store.close()
        folder.removeSession()
        try folder.removeStore()
    }

    /// How many sets are not sent yet.
    public func unsentCount() throws -> Int { try store.status().unsentSets }

    /// Ends the session and removes the records. Unsent sets stand against it unless they may be lost.
    /// - Returns: whether the server was told; when it was not, an administrator can end the token there.
    public func logout(losingUnsent: Bool, language: Language) async throws -> Bool {
        let unsent = try unsentCount()
        guard unsent == 0 || losingUnsent else { throw WorkspaceError(.unsent(sets: unsent, owner: session.email)) }
        var isTold = true
        do {
            try await ServerConnection.with(session, in: folder, language: language) { connection in
                try await connection.signOut(token: presentToken)
            }
        } catch let error as WorkspaceError {
            // A token that the server no longer knows is signed out.
            if case .refused(let problem) = error.code, [.signIn, .revoked].contains(problem.code) {
                isTold = true
            } else {
                isTold = false
            }
        }
        folder.removeSession()
        try store.close()
        try folder.removeStore()
        return isTold
    }
}
