import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// What becomes of a book whose owner no longer works here.
@Suite struct BookMoveTests: AmongSales {
    let sales: SalesTeam

    init() throws { sales = try SalesTeam() }

    private func fill(_ count: Int) throws -> (customers: [RecordID], calls: [RecordID]) {
        var (customers, calls): ([RecordID], [RecordID]) = ([], [])
        for number in 0..<count {
            let id = ann.create(["name": .string("C\(number)"), "owner": firm.user(ann)])
            customers.append(id)
            calls.append(
                ann.create(["customer": .string(id.description), "subject": "x"], in: "interaction"))
        }
        for laptop in [ann, bob, mia] { try firm.settle(laptop) }
        return (customers, calls)
    }

    private func moveAll(limit: Int) throws -> [Int] {
        let moves = BookMove(firm.workspace.service)
        var counts: [Int] = []
        for pending in try moves.pending() {
            while true {
                let count = try moves.moveSome(pending, limit: limit).units
                counts.append(count)
                if count == 0 { break }
            }
        }
        return counts
    }

    @Test func itGoesToTheSuccessorSomeUnitsACommitAndTouchesNothingThatHangsOnThem() throws {
        let (customers, calls) = try fill(25)
        let before = try calls.map { try firm.workspace.row($0)?.position }
        let successor: Value = firm.user(bob)
        try firm.direct(ann, ["status": "disabled", "successor": successor])
        #expect(try moveAll(limit: 10) == [10, 10, 5, 0])
        #expect(try BookMove(firm.workspace.service).pending().isEmpty)
        #expect(try calls.map { try firm.workspace.row($0)?.position } == before)
        for laptop in [bob, mia] {
            try firm.settle(laptop)
            #expect(try firm.difference(laptop) == nil)
        }
        #expect(customers.allSatisfy { bob.state.rows[$0]?["owner"] == successor })
        let entries = bob.state.rows.values.filter { $0.collection == AssignmentRecord.collection }
        #expect(
            entries.count == 25 && entries.allSatisfy { $0["cause"] == "succeeded" && $0["from"] == firm.user(ann) })
    }

    @Test func withoutASuccessorWhoWorksHereItGoesToThePool() throws {
        let (customers, _) = try fill(3)
        try firm.direct(bob, ["status": "disabled"])
        try firm.direct(ann, ["status": "disabled", "successor": firm.user(bob)])
        #expect(try moveAll(limit: 200) == [3, 0])
        for customer in customers {
            #expect(try firm.workspace.row(customer)?.record["owner"] == .null)
            #expect(try firm.workspace.row(ServerMadeID.card(of: customer))?.record["isOpen"] == true)
        }
        try firm.settle(mia)
        #expect(try firm.difference(mia) == nil && mia.state.rows[customers[0]] != nil)
    }

    @Test func openingAFileThatWasFilledBeforeItWasServedChangesNobodysRole() throws {
        let file = firm.workspace.service.file
        let id = try #require(UserID("01a20106-8f1e-7b11-9741-92ec95bd2842"))
        let email = try #require(AccountEmail("zoe@example.com"))
        let hash = try PasswordHash(of: Array("correct horse".utf8), salt: Array(repeating: 7, count: 16))
        try file.write { db in
            _ = try Directory().addUser(
                db, id: id, email: email, name: "Zoe", passwordHash: hash, role: .manager, now: 1)
            try db.execute(sql: "DELETE FROM server WHERE key = 'access'")
            try AccessUpgrade.perform(db, schema: Catalogue.schema, now: 2)
        }
        #expect(try firm.workspace.row(id.record)?.record["role"] == "manager")
    }

    @Test func whoeverIsDisabledReadsNothingAndWhatTheyDeliverIsHandedOver() throws {
        let (customers, _) = try fill(1)
        ann.edit(customers[0], ["city": "Lyon"])
        try firm.direct(ann, ["status": "disabled", "successor": firm.user(bob)])
        #expect(try ann.sync() == Problem(.revoked))
        #expect(try firm.workspace.row(customers[0])?.record["city"] == nil)
        guard case .handover(let id)? = ann.state.verdicts[3] else {
            Issue.record("\(String(describing: ann.state.verdicts[3]))")
            return
        }
        _ = try moveAll(limit: 200)
        try firm.settle(bob)
        #expect(bob.state.rows[id]?["why"] == "disabled" && bob.state.rows[id]?["status"] == "open")
        #expect(try firm.difference(bob) == nil)
    }
}
