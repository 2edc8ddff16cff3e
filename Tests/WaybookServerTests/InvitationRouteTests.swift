import Foundation
import GRDB
import Synchronization
import Testing
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

@testable import WaybookServer

/// People are added and invited over HTTP, and come in.
@Suite(.timeLimit(.minutes(2))) struct InvitationRouteTests {
    private static let json = ["Content-Type": "application/json"]
    private static let day: Int64 = 86_400_000

    /// A server whose clock is told, with an administrator beside Mei, who is a sales rep.
    private struct Office: Sendable {
        let server: TestServer
        let admin: String
        let adminReplica: ReplicaID

        static func open(
            now: @escaping @Sendable () -> Int64 = { 1_000 }, _ body: @escaping @Sendable (Office) async throws -> Void
        ) async throws {
            let codes = Codes()
            try await TestServer.run(now: now) { server in
                var random = SystemRandomNumberGenerator()
                let (user, token) = (UserID(now: 1, random: &random), DeviceToken(random: &random))
                let device = try await server.queue.write { db in
                    _ = try Directory().addUser(
                        db, id: user, email: try #require(AccountEmail("ada@example.com")), name: "Ada",
                        passwordHash: nil, role: .admin, now: 1)
                    return try Directory().addDevice(
                        db, user: user, name: "office", token: token, timeline: 1, now: 1_000)
                }
                let office = Office(server: server, admin: token.text, adminReplica: device.replica)
                try await $codes.withValue(codes) { try await body(office) }
                for code in codes.all {
                    let bare = code.replacing("-", with: "")
                    #expect(!server.log.text.contains(code) && !server.log.text.contains(bare))
                    let dump = try await server.queue.read { db in
                        try ["user", "invitation", "audit", "device", "record"].map {
                            try Row.fetchAll(db, sql: "SELECT * FROM \($0)").description
                        }.joined()
                    }
                    #expect(!dump.contains(code) && !dump.contains(bare))
                }
            }
        }

        /// All codes that were made in the test.
        final class Codes: Sendable {
            private let codes = Mutex<[String]>([])
            func add(_ code: String) { codes.withLock { $0.append(code) } }
            var all: [String] { codes.withLock { $0 } }
        }

        @TaskLocal static var codes = Codes()

        func ask(_ request: InvitationRequest, as token: String? = nil) async throws -> RawResponse {
            let fields = json.merging(["Authorization": "Bearer \(token ?? admin)"]) { $1 }
            let response = try await server.request("POST", "/v1/invitations", fields, body: request.json)
            if let answer = InvitationResponse(json: response.body) { Self.codes.add(answer.code) }
            return response
        }

        func invited(_ request: InvitationRequest) async throws -> InvitationResponse {
            let response = try await ask(request)
            return try #require(InvitationResponse(json: response.body), "\(response.text)")
        }

        func accept(_ code: String, _ email: String, _ password: String) async throws -> RawResponse {
            let message = InvitationAcceptance(
                code: code, signIn: SignInRequest(email: email, password: password, device: "laptop"))
            return try await server.request("POST", "/v1/invitations/accept", json, body: message.json)
        }

        func signIn(_ email: String, _ password: String) async throws -> RawResponse {
            let message = SignInRequest(email: email, password: password, device: "laptop")
            return try await server.request("POST", "/v1/sign-in", json, body: message.json)
        }

        func audit(_ what: String) async throws -> [AuditEntry] {
            try await server.queue.read { try Audit($0).entries(Audit.Query(what: what)) }
        }
    }

    @Test func anInvitedPersonChoosesAPasswordOnceAndComesIn() async throws {
        try await Office.open { office in
            let request = InvitationRequest(
                email: " Bo@Example.com", name: "李波", role: "manager", language: "zh-Hans", zone: "Asia/Shanghai")
            let invited = try await office.invited(request)
            #expect(invited.isAdded && invited.email == "bo@example.com" && invited.role == "manager")
            #expect(invited.name == "李波" && invited.expires == 1_000 + 7 * Self.day)
            // Nobody has a password: no guess is right, at the usual cost.
            #expect(try await office.signIn("bo@example.com", "").status == 401)
            let start = ContinuousClock.now
            #expect(try await office.signIn("bo@example.com", "any password").status == 401)
            #expect(ContinuousClock.now - start > .milliseconds(15))
            let accepted = try await office.accept(invited.code.lowercased(), "BO@example.com", "chosen horse")
            let answer = try #require(SignInResponse(json: accepted.body), "\(accepted.text)")
            #expect(answer.user == invited.user && answer.name == "李波")
            let fields = ["Authorization": "Bearer \(answer.token)"]
            #expect(try await office.server.request("POST", "/v1/exchange", fields, body: []).status == 200)
            // Used; whoever lost the answer has the password.
            #expect(try await office.accept(invited.code, "bo@example.com", "stolen horse").status == 401)
            #expect(try await office.signIn("bo@example.com", "stolen horse").status == 401)
            #expect(try await office.signIn("bo@example.com", "chosen horse").status == 200)
            let record = try await office.server.queue.read { db in
                try ServerRowsReading.fields(db, of: invited.user)
            }
            #expect(record["language"] == "zh-Hans" && record["zone"] == "Asia/Shanghai" && record["role"] == "manager")
            let told = try await office.audit("user-invite")
            #expect(told.map(\.replica) == [office.adminReplica] && told[0].about == .user(invited.user))
            #expect(try await office.audit("user-add").map(\.replica) == [office.adminReplica])
            #expect(try await office.audit("invitation-accept").map(\.who) == [invited.user])
        }
    }

    @Test func aCodeEndsAfterSevenDaysAndWithTheNextOne() async throws {
        let clock = Mutex<Int64>(1_000)
        try await Office.open(now: { clock.withLock { $0 } }) { office in
            let first = try await office.invited(InvitationRequest(email: "bo@example.com", name: "Bo"))
            let second = try await office.invited(InvitationRequest(email: "bo@example.com"))
            #expect(!second.isAdded && second.user == first.user)
            #expect(try await office.accept(first.code, "bo@example.com", "chosen horse").status == 401)
            clock.withLock { $0 += 7 * Self.day }
            #expect(try await office.accept(second.code, "bo@example.com", "chosen horse").status == 401)
            let third = try await office.invited(InvitationRequest(email: "bo@example.com"))
            clock.withLock { $0 += 7 * Self.day - 1 }
            #expect(try await office.accept(third.code, "bo@example.com", "chosen horse").status == 200)
        }
    }

    @Test func whateverIsWrongIsOneAnswerAtOneCost() async throws {
        try await Office.open { office in
            let bo = try await office.invited(InvitationRequest(email: "bo@example.com", name: "Bo"))
            let li = try await office.invited(InvitationRequest(email: "li@example.com", name: "Li"))
            let (boUser, liUser) = (try #require(UserID(bo.user)), try #require(UserID(li.user)))
            _ = try await office.server.queue.write { db in
                try Directory().setDisabled(db, user: liUser, true, now: 1_000)
            }
            var random = SystemRandomNumberGenerator()
            let guessed = InvitationCode(random: &random).text
            var answers: Set<Problem?> = []
            for (code, email) in [
                (guessed, "bo@example.com"), (bo.code, "nobody@example.com"), (li.code, "li@example.com"),
                (bo.code, "mei@example.com"),
            ] {
                let hashes = office.server.workers.count
                let refused = try await office.accept(code, email, "chosen horse")
                #expect(office.server.workers.count == hashes + 1, "\(email) costs one hash")
                #expect(refused.status == 401 && refused.head.contains("WWW-Authenticate: Bearer"), "\(email)")
                answers.insert(Problem(json: refused.body))
            }
            #expect(answers == [Problem(.signIn)])
            let hashes = office.server.workers.count
            #expect(try await office.signIn("bo@example.com", "any password").status == 401)
            #expect(office.server.workers.count == hashes + 1, "as a sign-in does")
            #expect(try await office.accept("no code", "bo@example.com", "chosen horse").status == 401)
            let reasons = try await office.audit("sign-in-failed").map { $0.detail["reason"]?.text }
            #expect(Set(reasons) == ["invitation", "unknown", "disabled", "password"])
            // A password that cannot be set is told as that, whoever asks, and costs the code nothing.
            for (code, email) in [(bo.code, "bo@example.com"), (guessed, "nobody@example.com")] {
                let short = try await office.accept(code, email, "seven77")
                #expect(short.status == 422 && Problem(json: short.body)?.rule == .password)
            }
            let stands = try await office.server.queue.read { try Directory().invitation($0, of: boUser) != nil }
            #expect(stands)
        }
    }

    @Test func guessingACodeIsSlowedAsGuessingAPasswordIs() async throws {
        try await Office.open { office in
            let bo = try await office.invited(InvitationRequest(email: "bo@example.com", name: "Bo"))
            var random = SystemRandomNumberGenerator()
            for _ in 0..<3 {
                let code = InvitationCode(random: &random).text
                #expect(try await office.accept(code, "bo@example.com", "chosen horse").status == 401)
            }
            // One and the same count, whichever way is tried.
            for _ in 0..<2 { #expect(try await office.signIn("bo@example.com", "wrong horse").status == 401) }
            let slowed = try await office.accept(bo.code, "bo@example.com", "chosen horse")
            #expect(slowed.status == 429 && slowed.head.contains("Retry-After: 1"))
        }
    }

    @Test func onlyAdministratorsInvite() async throws {
        try await Office.open { office in
            let (rep, replica) = try await office.server.device()
            for request in [
                InvitationRequest(email: "bo@example.com", name: "Bo", role: "admin"),
                InvitationRequest(email: "mei@example.com"), InvitationRequest(email: "ada@example.com"),
            ] {
                let refused = try await office.ask(request, as: rep)
                #expect(refused.status == 403 && Problem(json: refused.body)?.code == .fixRecord)
            }
            #expect(try await office.ask(InvitationRequest(email: "x@example.com"), as: "none").status == 401)
            #expect(
                try await office.audit("access-refused").map(\.detail)
                    == Array(repeating: ["reason": "not-administrator"], count: 3))
            #expect(try await office.audit("access-refused").first?.about == .device(replica))
            // Of an administrator's laptop that was lost, nothing but a last upload is taken.
            try await office.server.queue.write { db in
                try Directory().orderLastUpload(db, replica: office.adminReplica, now: 1_000)
            }
            #expect(try await office.ask(InvitationRequest(email: "bo@example.com", name: "Bo")).status == 403)
            let people = try await office.server.queue.read { try Directory().users($0).map(\.email) }
            #expect(people == ["ada@example.com", "mei@example.com"])
        }
    }

    @Test func whatIsWrongWithAnInvitationIsTold() async throws {
        try await Office.open { office in
            _ = try await office.invited(InvitationRequest(email: "li@example.com", name: "Li"))
            _ = try await office.server.queue.write { db in
                let email = try #require(AccountEmail("li@example.com"))
                let li = try #require(try Directory().user(db, email: email))
                return try Directory().setDisabled(db, user: li.id, true, now: 1_000)
            }
            func name(
                _ email: String, _ name: String? = "Bo", role: String? = nil, language: String? = nil,
                zone: String? = nil
            ) -> InvitationRequest {
                InvitationRequest(email: email, name: name, role: role, language: language, zone: zone)
            }
            let wrong: [(InvitationRequest, Int, InvitationRule)] = [
                (name("no address"), 422, .email), (name("no address", nil), 422, .email),
                (name("bo@example.com", " "), 422, .name), (name("bo@example.com", "a\u{7}b"), 422, .name),
                (name("bo@example.com", role: "boss"), 422, .role),
                (name("bo@example.com", language: "fr"), 422, .language),
                (name("bo@example.com", zone: "Mars/Olympus"), 422, .zone),
                (name("MEI@example.com"), 422, .exists), (name("li@example.com"), 422, .disabled),
                (name("li@example.com", nil), 422, .disabled), (name("bo@example.com", nil), 422, .unknown),
            ]
            for (request, status, rule) in wrong {
                let refused = try await office.ask(request)
                let problem = Problem(json: refused.body)
                #expect(refused.status == status && problem?.code == .fixRecord, "\(request)")
                #expect(problem?.rule == rule, "\(request)")
            }
            let fields = Self.json.merging(["Authorization": "Bearer \(office.admin)"]) { $1 }
            for (body, status) in [("", 400), ("{}", 400), (#"{"email":"a@b","name":7}"#, 400)] {
                let refused = try await office.server.request(
                    "POST", "/v1/invitations", fields, body: Array(body.utf8))
                #expect(refused.status == status, "\(body)")
            }
        }
    }

    @Test func twoAdministratorsWhoAddOnePersonAtOnceMakeOnePersonWithOneCode() async throws {
        try await Office.open { office in
            let answers = try await withThrowingTaskGroup(of: InvitationResponse.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        try await office.invited(InvitationRequest(email: "bo@example.com", name: "Bo \(number)"))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.isAdded } == 1 && Set(answers.map(\.user)).count == 1)
            #expect(Set(answers.map(\.code)).count == 6 && Set(answers.map(\.name)).count == 1)
            let stored = try await office.server.queue.read { db in
                try Data.fetchAll(db, sql: "SELECT hash FROM invitation").map { Array($0) }
            }
            let live = answers.filter { stored.contains(InvitationCode($0.code)?.hash ?? []) }
            #expect(stored.count == 1 && live.count == 1)
            #expect(try await office.accept(live[0].code, "bo@example.com", "chosen horse").status == 200)
        }
    }

    @Test func aNewPasswordByInvitationCutsTheOthersOff() async throws {
        try await Office.open { office in
            let (lost, _) = try await office.server.device()
            let invited = try await office.invited(InvitationRequest(email: "mei@example.com"))
            #expect(try await office.signIn("mei@example.com", "correct horse").status == 200, "until it is used")
            let accepted = try await office.accept(invited.code, "mei@example.com", "chosen horse")
            #expect(accepted.status == 200)
            let refused = try await office.server.request(
                "POST", "/v1/exchange", ["Authorization": "Bearer \(lost)"], body: [])
            #expect(refused.status == 401 && Problem(json: refused.body)?.code == .revoked)
            #expect(try await office.signIn("mei@example.com", "correct horse").status == 401)
            #expect(try await office.signIn("mei@example.com", "chosen horse").status == 200)
        }
    }
}

/// The texts of a person's record.
private enum ServerRowsReading {
    static func fields(_ db: Database, of user: String) throws -> [String: String] {
        let record = try ServerRows(db).directory().first { $0.id.description == user }
        return ["language", "zone", "role"].reduce(into: [:]) { $0[$1] = record?[FieldName($1)]?.text }
    }
}
