import Foundation
import Testing
import WaybookModel

@testable import WaybookClient

@Suite struct SessionTests {
    @Test func addressesAreBroughtToOneFormAndPlainOnesAreForThisMachineOnly() throws {
        #expect(try ServerAddress("https://CRM.example.org/").text == "https://crm.example.org")
        #expect(try ServerAddress("http://127.8.0.1:8080").text == "http://127.8.0.1:8080")
        #expect(try ServerAddress("http://localhost").host == "localhost")
        #expect(try ServerAddress("http://[::1]:80/waybook/").text == "http://[::1]:80/waybook")
        #expect(try ServerAddress("http://10.0.0.1", allowsPlain: true).text == "http://10.0.0.1")
        for text in [
            "http://10.0.0.1", "http://127.0.0.1.example.org", "http://localhost.example.org", "http://1270.0.0.1",
        ] {
            #expect(throws: ServerAddress.Fault.plain) { try ServerAddress(text) }
        }
        for text in ["", "crm.example.org", "ftp://x", "https://", "https://a:b@x", "https://x?q", "https://x#f"] {
            #expect(throws: ServerAddress.Fault.malformed) { try ServerAddress(text) }
        }
    }

    @Test func theSessionIsForItsOwnerAloneAndReadsBack() throws {
        let folder = TestFolder()
        let session = try Self.session()
        let workspace = try Workspace.establish(session, in: folder.folder, device: TestFolder.device)
        #expect(try folder.folder.session() == session)
        #expect(try Self.mode(folder.folder.path) == 0o700)
        #expect(try Self.mode(folder.folder.path + "/session.json") == 0o600)
        #expect(try Self.mode(folder.folder.storePath) == 0o600)
        #expect(try workspace.store.replica() == ReplicaID(7))
    }

    @Test func aDamagedSessionIsTold() throws {
        let folder = TestFolder()
        _ = try Workspace.establish(try Self.session(), in: folder.folder, device: TestFolder.device)
        let path = folder.folder.path + "/session.json"
        try Data("{".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: WorkspaceError(.sessionDamaged(path: path))) { try folder.folder.session() }
    }

    @Test func theSameRowOfTheSameUserHasTheSameIdentity() throws {
        let folder = TestFolder()
        let workspace = try Workspace.establish(try Self.session(), in: folder.folder, device: TestFolder.device)
        let id = workspace.importedID("customer", key: "external\nC1")
        #expect(id == workspace.importedID("customer", key: "external\nC1"))
        #expect(id != workspace.importedID("contact", key: "external\nC1"))
    }

    @Test func eventsAreReadWhereverTheyAreCut() throws {
        let text = Array("retry: 3000\n\nevent: wake\ndata: {\"after\":3}\n\n: \n\n".utf8)
        for cut in text.indices {
            var parser = EventParser()
            let signals = try parser.push(text[..<cut]) + parser.push(text[cut...])
            #expect(signals == [.wake, .alive])
        }
        var parser = EventParser()
        #expect(throws: (any Error).self) { try parser.push([UInt8](repeating: 0x61, count: 5_000)) }
    }

    static func session() throws -> Session {
        Session(
            server: try ServerAddress("https://crm.example.org"), token: "token", email: "ada@example.org",
            user: RecordID(high: 1, low: 2), name: "Ada", device: "laptop", replica: ReplicaID(7))
    }

    private static func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? Int) ?? 0
    }
}
