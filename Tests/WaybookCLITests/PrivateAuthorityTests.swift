import Foundation
import Testing
import WaybookModel

/// `--ca FILE`: a server whose certificate a private authority has signed.
@Suite(.timeLimit(.minutes(5)), .serialized) struct PrivateAuthorityTests {
    /// Makes `ca.pem`, and `server.pem` with `server.key` for the name `localhost` alone.
    private func makeCertificates(_ shell: Shell) async throws {
        try shell.write("names", Array("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n".utf8))
        let key = "-newkey rsa:2048 -nodes"
        let made = try await shell.run(
            """
            openssl req -x509 \(key) -keyout ca.key -out authority.pem -days 2 -subj '/CN=Acme authority' &&
            openssl req \(key) -keyout server.key -out server.csr -subj '/CN=localhost' &&
            openssl x509 -req -in server.csr -CA authority.pem -CAkey ca.key -CAcreateserial -days 2 \
                -extfile names -out server.pem &&
            openssl req -x509 \(key) -keyout other.key -out other.pem -days 2 -subj '/CN=Another authority'
            """)
        #expect(made.status == 0, "\(made.error)")
    }

    private func login(_ host: String, _ server: LocalServer, _ more: String = "") -> String {
        "WAYBOOK_PASSWORD='\(LocalServer.password)' waybook login https://\(host):\(server.port) "
            + "--user ada@example.org \(more)"
    }

    @Test func itIsTakenAtSignInAndKeptForEverySyncAndNothingElseIsTrusted() async throws {
        let shell = try Shell(signedIn: false)
        try await makeCertificates(shell)
        let server = try await LocalServer(shell, certificate: (chain: "server.pem", key: "server.key"))

        for more in ["", "--ca other.pem"] {
            let untrusted = try await shell.run(login("localhost", server, more))
            #expect(untrusted.status == 1)
            #expect(
                untrusted.error.contains(
                    "its certificate is not trusted (a private authority is named with --ca FILE)"),
                "\(more): \(untrusted.error)")
        }
        let wrongName = try await shell.run(login("127.0.0.1", server, "--ca authority.pem"))
        #expect(wrongName.status == 1)
        #expect(
            wrongName.error.contains(
                "its certificate is for another name (use the address that the certificate was made for)"),
            "\(wrongName.error)")
        let unreadable = try await shell.run(login("localhost", server, "--ca names"))
        #expect(unreadable.status == 1 && unreadable.error.contains("names holds no certificate that can be read"))
        #expect(!FileManager.default.fileExists(atPath: shell.home + "/session.json"))

        let signedIn = try await shell.run(login("localhost", server, "--ca authority.pem"))
        #expect(signedIn.status == 0, "\(signedIn.error)")
        try FileManager.default.removeItem(at: shell.folder.appendingPathComponent("authority.pem"))
        let synced = try await shell.run("waybook customer add Acme && waybook sync")
        #expect(synced.status == 0 && synced.output.contains("Synced: sent 1 change set"), "\(synced.error)")
        // Signing in again at the same server need not name it again.
        #expect(try await shell.run(login("localhost", server)).status == 0)

        try FileManager.default.removeItem(atPath: shell.home + "/ca.pem")
        try FileManager.default.copyItem(
            atPath: shell.folder.appendingPathComponent("other.pem").path, toPath: shell.home + "/ca.pem")
        let refused = try await shell.run("waybook customer add Bolt && waybook sync")
        #expect(refused.status == 1 && refused.error.contains("its certificate is not trusted"), "\(refused.error)")
        #expect(try await shell.run("waybook status").output.contains("1 change set"))
    }
}
