import Foundation
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookClient

/// What a person may do is asked before a set is made of it.
@Suite struct PermittingTests {
    private static func isSaved(_ outcome: EditOutcome) -> Bool {
        if case .saved = outcome { return true }
        return false
    }

    private static func person(_ number: UInt64) -> RecordID {
        .version7(milliseconds: 1_763_700_000_000, random: (number, number))
    }

    /// A workspace of somebody of a role, with Wei Zhang, a rep, and Wei's customer in it.
    private struct Office {
        let folder: TestFolder
        let workspace: Workspace
        let acme = person(5)
        let wei = person(6)

        init(_ role: Role?, reaches: Bool = true, owns: Bool = false, colleague: Role = .rep) throws {
            folder = TestFolder()
            workspace = try Workspace.establish(
                try SessionTests.session(), in: folder.folder, device: TestFolder.device)
            let me = workspace.session.user
            var page = [
                Self.item(acme, "customer", ["name": "Acme", "owner": .string((owns ? me : wei).description)])
            ]
            if let role {
                page += [
                    Self.item(
                        wei, "user", ["name": "Wei Zhang", "role": .string(colleague.rawValue), "status": "active"]),
                    Self.item(me, "user", ["name": "Me", "role": .string(role.rawValue), "status": "active"]),
                    Self.item(person(7), "team", ["name": "East"]),
                ]
                for (number, member) in [wei, me].enumerated() where reaches {
                    page.append(
                        Self.item(
                            person(UInt64(8 + number)), "membership",
                            ["user": .string(member.description), "team": .string(person(7).description)]))
                }
            }
            try workspace.store.take(page, checkpoint: "t", sequence: 1, at: TestFolder.device.now())
        }

        private static func item(_ id: RecordID, _ collection: CollectionName, _ fields: [FieldName: Value]) -> FeedItem
        {
            var record = VersionedRecord(id: id, collection: collection)
            let stamp = Stamp(milliseconds: 1_763_700_000_000, counter: 0, replica: ReplicaID(9))
            for (field, value) in fields {
                record.atoms[FieldPath(field)] = Atom(value: value, stamp: stamp, commit: 1)
            }
            return .record(IncomingRecord(FeedRecord(record: record, unit: id, isWhole: true)))
        }

        func edit(_ field: FieldName = "city", _ value: Value = "Lyon") throws -> EditOutcome {
            try workspace.edit(acme, in: "customer", [Write(path: FieldPath(field), value: value)])
        }

        func denial(_ outcome: EditOutcome) throws -> Denial {
            guard case .denied(let denial) = outcome else { throw Unexpected(outcome: outcome) }
            return denial
        }

        struct Unexpected: Error { var outcome: EditOutcome }

        func owner(of addition: Addition, _ field: FieldName = "owner") throws -> Value? {
            try workspace.store.record(addition.id)?.record[field]
        }
    }

    @Test func anotherRepMayNotAndIsToldWhoMay() throws {
        let office = try Office(.rep)
        let denial = try office.denial(try office.edit())
        #expect(denial.owner == "Wei Zhang" && denial.isForManagers && denial.action == .edit("city"))
        #expect(try office.denial(try office.workspace.delete(office.acme, in: "customer")).action == .delete)
        let contact = try office.workspace.add(
            [
                Write(path: FieldPath("name"), value: "Ann"),
                Write(path: FieldPath("customer"), value: .string(office.acme.description)),
            ], to: "contact")
        #expect(try office.denial(contact.outcome).action == .create)
        #expect(try office.workspace.store.exchangeStart().outbox.sets == 0)
    }

    @Test func aManagerMayWithinTheirTeamsOnly() throws {
        let inside = try Office(.manager)
        #expect(Self.isSaved(try inside.edit()))
        let outside = try Office(.manager, reaches: false)
        _ = try outside.denial(try outside.edit())
        let denial = try outside.denial(
            try outside.workspace.edit(
                outside.workspace.session.user, in: "user", [Write(path: FieldPath("role"), value: "admin")]))
        #expect(denial.owner == nil && !denial.isForManagers)
    }

    @Test func aViewerChangesNothing() throws {
        let office = try Office(.viewer)
        #expect(try office.denial(try office.edit()).role == .viewer)
        let addition = try office.workspace.add([Write(path: FieldPath("name"), value: "New")], to: "customer")
        #expect(try office.denial(addition.outcome).role == .viewer)
    }

    @Test func serviceLogsAndDoesNotChange() throws {
        let office = try Office(.service)
        let interaction = try office.workspace.add(
            [
                Write(path: FieldPath("subject"), value: "Called"),
                Write(path: FieldPath("customer"), value: .string(office.acme.description)),
            ], to: "interaction")
        #expect(Self.isSaved(interaction.outcome))
        #expect(try office.denial(try office.edit()).owner == "Wei Zhang")
        let addition = try office.workspace.add([Write(path: FieldPath("name"), value: "New")], to: "customer")
        #expect(try office.denial(addition.outcome).isBeyondRole)
        #expect(try !office.denial(try Office(.rep).edit()).isBeyondRole)
    }

    @Test func withoutADirectoryTheServerAloneDecides() throws {
        let office = try Office(nil)
        #expect(Self.isSaved(try office.edit()))
        let addition = try office.workspace.add([Write(path: FieldPath("name"), value: "New")], to: "customer")
        #expect(try office.owner(of: addition) == nil)
    }

    @Test func whatARepAddsIsTheirsAndWhatALeaderAddsGoesToThePool() throws {
        for (role, isOwner) in [(Role.rep, true), (.manager, false), (.admin, false)] {
            let office = try Office(role)
            let me = Value.string(office.workspace.session.user.description)
            let name = [Write(path: FieldPath("name"), value: "New")]
            #expect(try office.owner(of: try office.workspace.add(name, to: "customer")) == (isOwner ? me : nil))
            let task = try office.workspace.add([Write(path: FieldPath("title"), value: "Call")], to: "followup")
            #expect(try office.owner(of: task, "assignee") == me)
            let under = try office.workspace.add(
                [
                    Write(path: FieldPath("title"), value: "Call"),
                    Write(path: FieldPath("customer"), value: .string(office.acme.description)),
                ], to: "followup")
            #expect(try office.owner(of: under, "assignee") == nil)
        }
    }

    @Test func aRequestForAnotherOwnerTakesNothingFromThePresentOneUntilTheServerAnswers() throws {
        let office = try Office(.rep, owns: true)
        let me = Value.string(office.workspace.session.user.description)
        #expect(Self.isSaved(try office.edit("owner", .string(office.wei.description))))
        #expect(Self.isSaved(try office.edit()))
        let interaction = try office.workspace.add(
            [
                Write(path: FieldPath("subject"), value: "Called"),
                Write(path: FieldPath("customer"), value: .string(office.acme.description)),
            ], to: "interaction")
        #expect(Self.isSaved(interaction.outcome))
        #expect(Self.isSaved(try office.edit("owner", me)))
        #expect(try office.workspace.store.record(office.acme)?.record["owner"] == me)
    }

    @Test func anAdministratorWhoAsksForAnotherRoleAdministersUntilTheServerAnswers() throws {
        let office = try Office(.admin, colleague: .admin)
        let me = office.workspace.session.user
        for role in ["rep", "admin"] {
            let write = Write(path: FieldPath("role"), value: .string(role))
            #expect(Self.isSaved(try office.workspace.edit(me, in: "user", [write])))
        }
    }

    @Test func aCustomerThatWasHandedOnIsNoLongerOnesOwn() throws {
        let office = try Office(.rep)
        let addition = try office.workspace.add([Write(path: FieldPath("name"), value: "New")], to: "customer")
        let handOn = [Write(path: FieldPath("owner"), value: .string(office.wei.description))]
        #expect(Self.isSaved(try office.workspace.edit(addition.id, in: "customer", handOn)))
        let next = try office.workspace.edit(
            addition.id, in: "customer", [Write(path: FieldPath("city"), value: "Rome")])
        #expect(try office.denial(next).owner == "Wei Zhang")
    }
}
