import Foundation
import GRDB
import Testing
import WaybookModel
import WaybookStore

@testable import WaybookServerCore

/// What the server's check finds, by damaging a file with SQL.
@Suite struct ServerCheckTests {
    @Test(
        arguments: [
            (
                "INSERT INTO bin (id, fields, stamps) SELECT id, fields, stamps FROM record",
                ServerCheckReport.Fault.Kind.bin
            ),
            ("INSERT INTO held (replica, unit, state) VALUES (4711, zeroblob(16), 0)", .held),
            ("SELECT 1", nil),
            (
                "INSERT INTO device (replica, user, name, created, lastSeen) VALUES (5, 'nobody', 'x', 1, 1)", .device
            ),
            (
                """
                INSERT INTO timeline (number, parent, fork, start, restored, cause)
                VALUES (2, 3, 1, 2 << 34, 1, 'command')
                """, .timeline
            ),
            ("UPDATE server SET value = 1 WHERE key = 'timeline'", .timeline),
            ("UPDATE server SET value = (3 << 34) WHERE key = 'sequence'", .timeline),
            ("INSERT INTO foretold_access (unit, access, at) SELECT id, '{}', 1 FROM record", .foretold),
        ] as [(String, ServerCheckReport.Fault.Kind?)])
    func eachFaultIsFound(sql: String, kind: ServerCheckReport.Fault.Kind?) throws {
        let workspace = try Workspace()
        let laptop = Laptop(workspace, 1)
        laptop.create(["name": "Acme"])
        #expect(try laptop.sync() == nil)
        #expect(try workspace.service.file.read { try ServerCheck.run($0) }.faults.isEmpty)
        try workspace.service.file.close()
        // As another tool does, which asks for no foreign keys.
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let found = try DatabaseQueue(path: workspace.folder + "/server.db", configuration: configuration).write { db in
            try db.execute(sql: sql)
            return try ServerCheck.run(db).faults.map(\.kind)
        }
        #expect(kind.map { found.contains($0) } ?? found.isEmpty, "\(found)")
    }
}
