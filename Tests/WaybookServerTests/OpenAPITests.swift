import Foundation
import Testing
import WaybookProtocol

@testable import WaybookServer

/// The document, the book and the router tell of the same routes.
@Suite struct OpenAPITests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../protocol").standardizedFileURL

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// `METHOD /path` of every operation, read by the indentation that the document has.
    private static func documented() throws -> Set<String> {
        var operations: Set<String> = []
        var path = ""
        for line in try text("openapi.yaml").split(separator: "\n") {
            if let match = line.wholeMatch(of: /\ \ (\/[^:]*):/) { path = String(match.1) }
            if let match = line.wholeMatch(of: /\ \ \ \ (get|put|post|delete|patch|head|options):/) {
                operations.insert("\(match.1.uppercased()) \(path)")
            }
        }
        return operations
    }

    @Test func theDocumentHasTheRoutesOfTheRouterAndNoOthers() async throws {
        try await TestServer.run { server in
            let router = WaybookHTTPServer(
                options: ServerOptions(), services: server.services, logger: .init(label: "test")
            )
            .router()
            let served = Set(router.routes.map { "\($0.method.rawValue) \($0.path)" })
            let documented = try Self.documented()
            #expect(served == documented)
            let told = Set(
                WaybookHTTPServer.methods.flatMap { path, methods in methods.map { "\($0.rawValue) \(path)" } })
            #expect(served == told)
        }
    }

    @Test func theBookHasASectionForEachRoute() throws {
        let book = try Self.text("6-http.md")
        for operation in try Self.documented() { #expect(book.contains("`\(operation)`"), "\(operation)") }
    }

    @Test func theDocumentHasEveryCodeOfTheClosedList() throws {
        let document = try Self.text("openapi.yaml")
        for code in ProblemCode.allCases { #expect(document.contains("            - \(code.rawValue)\n"), "\(code)") }
    }
}
