import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore

/// What an administrator does from a laptop for people who are to come in: adds and invites them.
struct InvitationService: Sendable {
    let database: any DirectoryDatabase
    let ledger: SecurityLedger?
    let notes: RefusalNotes
    let now: @Sendable () -> Int64
    /// Wakes whom it concerns; called once a person was added.
    let changed: @Sendable () -> Void

    /// Adds a person where the request names one, and makes a code; durable when it returns. The code stands nowhere but in
    /// the answer.
    ///
    /// - Throws: `Problem` `fix-record`: with status 403 for everybody but administrators, with a rule for what is wrong with
    ///   the request.
    func invite(_ request: InvitationRequest, by principal: Principal) async throws -> InvitationResponse {
        // A laptop that was reported lost may send what is unsent, and nothing else.
        guard principal.isAdmin, !principal.onlyUploads else {
            notes.noteForbidden(principal)
            throw Problem(.forbidden)
        }
        let order: Order
        do { order = try Order(request) } catch { throw Problem(.fixRecord, rule: error) }
        var random = SystemRandomNumberGenerator()
        let code = InvitationCode(random: &random)
        let now = now()
        let id = UserID(now: now, random: &random)
        do {
            let invited = try await database.writeSecurity(ledger, now: now) { db in
                try Self.admit(principal, db)
                let inviting = Inviting(db, by: principal, now: now)
                return switch order {
                case .add(let person): try inviting.add(person, inviting: code.hash, id: id)
                case .invite(let email): try inviting.invite(email, hash: code.hash)
                }
            }
            if invited.isAdded { changed() }
            return InvitationResponse(
                isAdded: invited.isAdded, code: code.text, email: invited.user.email, expires: invited.expires,
                name: invited.user.name, role: invited.role, user: invited.user.id.text)
        } catch let problem as Problem {
            notes.noteForbidden(principal)
            throw problem
        } catch DirectoryError.emailTaken {
            throw Problem(.fixRecord, rule: .exists)
        } catch DirectoryError.userDisabled {
            throw Problem(.fixRecord, rule: .disabled)
        } catch DirectoryError.unknownUser {
            throw Problem(.fixRecord, rule: .unknown)
        }
    }

    /// Looks once more in the transaction: meanwhile they may have ceased to administer, or the device been cut off.
    private static func admit(_ principal: Principal, _ db: Database) throws {
        guard let user = try Directory().user(db, id: principal.user), user.isAdmin, user.disabled == nil else {
            throw Problem(.forbidden)
        }
        guard let device = try Directory().device(db, replica: principal.replica), device.revoked == nil,
            device.wipeAfterUpload == nil
        else { throw Problem(.revoked) }
    }

    /// What is asked for.
    private enum Order: Sendable {
        case add(NewPerson)
        case invite(AccountEmail)

        init(_ request: InvitationRequest) throws(InvitationRule) {
            guard let name = request.name else {
                self = .invite(try NewPerson.email(request.email))
                return
            }
            self = .add(
                try NewPerson(
                    email: request.email, name: name, role: request.role, language: request.language,
                    zone: request.zone))
        }
    }
}
