import GRDB
import Testing
import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// Erasures and what happens around them, one history a test (`docs/decisions/0017-erasure.md`).
@Suite struct ErasureHistoryTests {
    private let stage: ErasureStage

    init() throws { stage = try ErasureStage() }

    private var firm: Firm { stage.firm }
    private var ann: Laptop { stage.ann }
    private var ada: Laptop { stage.ada }

    // MARK: Concurrent work

    @Test func anEditThatArrivedBeforeIsShreddedWithTheRest() throws {
        let wang = try stage.person()
        ann.edit(wang, ["notes": "MARKER notes", "tags/marker": "MARKER"])
        try stage.settle()
        try stage.erase(wang)
        #expect(try stage.mentions() == [])
        #expect(try firm.workspace.value(wang, "name") == .string(Shredding.pseudonym(of: wang)))
        #expect(ann.shown(wang).isErased && ann.value(wang, "notes") == nil)
        #expect(try firm.difference(ann) == nil && firm.difference(ada) == nil)
    }

    @Test func anEditThatArrivesAfterIsRefusedAsErasedAndNothingOfItIsStored() throws {
        let wang = try stage.person()
        ann.edit(wang, ["notes": "MARKER notes", "tags/marker two": "MARKER"])
        try stage.erase(wang, settling: false)
        try firm.settle(ann)
        #expect(stage.refusal(of: ann)?.rule == .erased && stage.refusal(of: ann)?.record == wang)
        #expect(try stage.mentions() == [] && firm.difference(ann) == nil)
    }

    @Test func aSetWithAStampOfBeforeTheErasureIsRefusedTooWeeksLater() throws {
        let wang = try stage.person()
        ann.edit(wang, ["notes": "MARKER notes"])
        ann.make([
            ann.change(ann.freshID(), ["customer": stage.ref(wang), "subject": "MARKER"], new: true, in: "interaction")
        ])
        try stage.erase(wang, settling: false)
        firm.workspace.clock.advance(40 * 86_400_000)
        try firm.settle(ann)
        #expect(ann.state.verdicts.values.allSatisfy { stage.rule($0) == nil || stage.rule($0) == .erased })
        #expect(try stage.mentions() == [])
    }

    @Test func aDeleteThatArrivesAfterIsRefusedAndSoIsARestore() throws {
        let wang = try stage.person()
        ann.delete(wang)
        try stage.erase(wang, settling: false)
        try firm.settle(ann)
        #expect(stage.refusal(of: ann)?.rule == .erased)
        ada.restore(wang)
        try firm.settle(ada)
        #expect(stage.refusal(of: ada)?.rule == .erased)
    }

    @Test func whatWasDeletedBeforeIsShreddedInTheBinAndOnLaptopsThatKeptItsBody() throws {
        let wang = try stage.person()
        try stage.settle()
        ann.delete(wang)
        try stage.settle()
        #expect(ada.shown(wang).atoms.count > 5)
        try stage.erase(wang)
        #expect(try stage.mentions() == [])
        #expect(Set(ada.shown(wang).atoms.keys) == [.life, .erased] && ada.shown(wang).isDeleted)
        ann.restore(wang)
        try firm.settle(ann)
        #expect(stage.refusal(of: ann)?.rule == .erased && ann.shown(wang).isDeleted)
    }

    @Test func anOpenConflictIsClosedAndShreddedAndAResolutionInFlightBringsNothingBack() throws {
        let wang = try stage.person()
        try stage.settle()
        ann.edit(wang, ["name": "MARKER one", "legalName": "MARKER legal"])
        ada.edit(wang, ["name": "MARKER two"])
        try firm.settle(ann)
        try stage.settle()
        let conflict = try #require(try firm.workspace.conflicts(wang).first)
        ann.edit(wang, ["name": "MARKER one"], resolves: [conflict.id])
        try stage.erase(wang, settling: false)
        try firm.settle(ann)
        #expect(stage.refusal(of: ann)?.rule == .erased)
        #expect(try firm.workspace.conflicts(wang).isEmpty && firm.workspace.count("open_conflict") == 0)
        let record = try #require(try firm.workspace.row(conflict.id)?.record)
        #expect(
            record.isErased && record["value"] == nil && record["path"] == nil && record["about"] == stage.ref(wang))
        try stage.settle()
        #expect(try stage.mentions() == [] && stage.mentions(ann) == [] && stage.mentions(ada) == [])
    }

    @Test func aConflictThatWasResolvedLongAgoIsShreddedToo() throws {
        let wang = try stage.person()
        try stage.settle()
        ann.edit(wang, ["name": "MARKER one"])
        ada.edit(wang, ["name": "MARKER two"])
        try stage.settle()
        let conflict = try #require(try firm.workspace.conflicts(wang).first)
        ada.edit(wang, ["name": "MARKER two"], resolves: [conflict.id])
        try stage.settle()
        try stage.erase(wang)
        #expect(try stage.mentions() == [] && stage.mentions(ann) == [])
    }

    @Test func whatWasAskedAndSettledAboutARecordThatMovedAwayStays() throws {
        let wang = try stage.person()
        let other = ann.create(["name": "Other", "owner": firm.user(ann)])
        let contact = ann.create(["customer": stage.ref(wang), "name": "Cy"], in: "contact")
        try stage.settle()
        ann.edit(contact, ["name": "Cy one"])
        ada.edit(contact, ["name": "Cy two"])
        try stage.settle()
        let conflict = try #require(try firm.workspace.conflicts(contact).first)
        let loser = try #require(conflict.loser.value)
        ada.edit(contact, ["name": "Cy three"], resolves: [conflict.id])
        try stage.settle()
        ann.edit(contact, ["customer": stage.ref(other)])
        try stage.settle()
        #expect(try firm.workspace.row(conflict.id)?.unit == other)
        try stage.erase(wang)
        #expect(try firm.workspace.value(conflict.id, "value")?.text?.contains(loser.text ?? "none") == true)
        #expect(try firm.difference(ann) == nil && firm.difference(ada) == nil)
    }

    // MARK: Exactly once

    @Test func aSetWhoseAnswerWasLostIsKnownAgainAndBringsNoValueBack() throws {
        let wang = try stage.person()
        try stage.settle()
        ann.edit(wang, ["notes": "MARKER notes"])
        try ann.sync(losesAnswer: true)
        try stage.erase(wang, settling: false)
        // The answer breaks off behind the verdicts: what the author holds now came with them.
        try ann.sync(pulls: false)
        #expect(ann.shown(wang).isErased && ann.value(wang, "notes") == nil && ann.state.outbox.isEmpty)
        try stage.settle()
        #expect(try stage.mentions() == [] && stage.mentions(ann) == [] && firm.difference(ann) == nil)
    }

    @Test func aStoredVerdictThatToldAnotherValueTellsItNoMore() throws {
        let wang = try stage.person()
        try stage.settle()
        ada.edit(wang, ["name": "MARKER two", "kind": "person"])
        try firm.settle(ada)
        ann.edit(wang, ["name": "MARKER one"])
        ann.edit(wang, ["kind": "organization"])
        try ann.sync(losesAnswer: true)
        #expect(try firm.workspace.dump().contains { $0.hasPrefix("accepted_set") && $0.contains("MARKER") })
        try stage.erase(wang, settling: false)
        #expect(try stage.mentions() == [])
        try firm.settle(ann)
        #expect(try stage.mentions(ann) == [] && firm.difference(ann) == nil && ann.state.outbox.isEmpty)
    }

    @Test func askingTwiceIsGrantedTwiceAndDoneOnce() throws {
        let wang = try stage.person()
        try stage.settle()
        let second = firm.laptop(of: firm.person(of: ada))
        try firm.settle(second)
        ada.edit(wang, ["$erased": "request"])
        second.edit(wang, ["$erased": "consent"])
        try ada.sync(losesAnswer: true)
        try firm.settle(second)
        try ada.sync()
        #expect(try firm.workspace.count("erasure") == 1)
        #expect(try firm.workspace.value(wang, "$erased") == "request")
        #expect(ada.state.refused.isEmpty && second.state.refused.isEmpty && second.value(wang, "$erased") == "request")
    }

    // MARK: Who may

    @Test func onlyAnAdministratorErasesAndAStrangerLearnsNothing() throws {
        let wang = try stage.person()
        let (mia, zoe) = (try firm.person("Mia", .manager), try firm.person("Zoe", .rep))
        let all = try firm.team("All")
        for laptop in [ann, mia] { try firm.join(laptop, all) }
        for laptop in [mia, zoe] { try firm.settle(laptop) }
        for laptop in [ann, mia] {
            laptop.edit(wang, ["$erased": "request"])
            try firm.settle(laptop)
            #expect(stage.refusal(of: laptop)?.rule == .access)
        }
        try stage.erase(wang)
        zoe.edit(wang, ["notes": "MARKER"])
        zoe.make([zoe.change(zoe.freshID(), ["customer": stage.ref(wang), "name": "x"], new: true, in: "contact")])
        try firm.settle(zoe)
        #expect(zoe.state.verdicts.values.allSatisfy { stage.rule($0) == .unknown } && zoe.state.verdicts.count == 2)
    }

    @Test func anErasureStandsAloneInItsSet() throws {
        let wang = try stage.person()
        let other = ada.create(["name": "Other", "owner": firm.user(ann)])
        try stage.settle()
        ada.make([ada.change(wang, ["$erased": "request"]), ada.change(other, ["city": "Lyon"])])
        ada.edit(other, ["$erased": "nobody knows"])
        let product = ada.create(["name": "P"], in: "product")
        try firm.settle(ada)
        ada.edit(product, ["$erased": "request"])
        try firm.settle(ada)
        #expect(ada.state.verdicts.values.compactMap(stage.rule).count == 3)
        #expect(try firm.workspace.count("erasure") == 0)
    }

    // MARK: Units that move, laptops that were copied

    @Test func aUnitThatLeavesInTheSameBreathIsRefusedAsErasedAndNotHandedOver() throws {
        let bob = try firm.person("Bob", .rep)
        let wang = try stage.person()
        try stage.settle()
        ann.edit(wang, ["notes": "MARKER notes"])
        ada.edit(wang, ["owner": firm.user(bob)])
        ada.state.outbox[0].note = "MARKER goes to Bob"
        try firm.settle(ada)
        try stage.erase(wang, settling: false)
        try firm.settle(ann)
        #expect(stage.refusal(of: ann)?.rule == .erased && ann.state.rows[wang] == nil)
        #expect(ann.state.departed.last?.unit == wang && ann.state.departed.last?.cause.note == nil)
        try firm.settle(bob)
        #expect(bob.shown(wang).isErased)
        #expect(try stage.mentions() == [] && firm.difference(ann) == nil && firm.difference(bob) == nil)
    }

    @Test func aLaptopThatTheUnitHadLeftIsToldSoThatItsLogForgetsTheNoteAndOthersHearNothing() throws {
        let (bob, zoe) = (try firm.person("Bob", .rep), try firm.person("Zoe", .rep))
        let wang = try stage.person()
        try stage.settle()
        ada.edit(wang, ["owner": firm.user(bob)])
        ada.state.outbox[0].note = "MARKER goes to Bob"
        for laptop in [ada, ann, bob, zoe] { try firm.settle(laptop) }
        #expect(ann.state.departed.last?.cause.note == "MARKER goes to Bob")
        try stage.erase(wang, settling: false)
        for laptop in [ann, bob, zoe] { try firm.settle(laptop) }
        #expect(ann.state.erased == [wang] && bob.state.erased.isEmpty && zoe.state.erased.isEmpty)
        #expect(zoe.state.rows[wang] == nil && bob.shown(wang).isErased)
        try firm.settle(ann)
        #expect(ann.state.erased == [wang])
        #expect(try stage.mentions() == [])
    }

    @Test func aCopyOfALaptopTakesANumberOfItsOwnAndItsWorkIsRefusedAllTheSame() throws {
        let wang = try stage.person()
        try stage.settle()
        let copy = Laptop(firm.workspace, 900)
        copy.state = ann.state
        ann.edit(wang, ["city": "Lyon"])
        try firm.settle(ann)
        copy.edit(wang, ["notes": "MARKER from the copy"])
        try stage.erase(wang, settling: false)
        #expect(try copy.sync()?.code == .fork)
        try copy.takeNewNumber(901)
        firm.workspace.sign(copy.state.replica, in: firm.person(of: ann))
        copy.startAfresh()
        try firm.settle(copy)
        #expect(stage.refusal(of: copy)?.rule == .erased || stage.refusal(of: copy)?.rule == .unknown)
        #expect(copy.shown(wang).isErased)
        #expect(try stage.mentions() == [] && stage.mentions(copy) == [])
    }

    @Test func aPullThatIsCutTellsTheErasureAgain() throws {
        let wang = try stage.person()
        try stage.settle()
        try stage.erase(wang, settling: false)
        for kept in stride(from: 0, to: 4_000, by: 97) {
            let before = ann.state
            try ann.sync(keptBytes: kept)
            if ann.shown(wang).isErased { break }
            #expect(ann.state.checkpoint == before.checkpoint || ann.state.rows == before.rows)
        }
        try firm.settle(ann)
        #expect(ann.shown(wang).isErased && ann.value(wang, "notes") == nil)
        #expect(try firm.difference(ann) == nil && stage.mentions(ann) == [])
    }

    @Test func aBookThatMovesLaterTakesTheErasedUnitAlong() throws {
        let bob = try firm.person("Bob", .rep)
        let wang = try stage.person()
        try stage.settle()
        try stage.erase(wang)
        try firm.direct(ann, ["status": "disabled", "successor": firm.user(bob)])
        let moves = BookMove(firm.workspace.service)
        for pending in try moves.pending() { while try moves.moveSome(pending).units > 0 {} }
        try firm.settle(bob)
        #expect(bob.shown(wang).isErased && bob.value(wang, "owner") == firm.user(bob))
        #expect(try firm.difference(bob) == nil && stage.mentions() == [])
    }

    @Test func aRecordOfThatIdentityIsNotMadeAgain() throws {
        let wang = try stage.person()
        try stage.settle()
        try stage.erase(wang)
        ann.create(["name": "MARKER again", "owner": firm.user(ann)], id: wang)
        let call = ann.create(["customer": stage.ref(wang), "subject": "MARKER"], in: "interaction")
        ann.edit(call, ["content": "MARKER"])
        try firm.settle(ann)
        #expect(
            ann.state.verdicts.values.compactMap(stage.rule).suffix(3).allSatisfy { $0 == .erased || $0 == .depends })
        #expect(try stage.mentions() == [])
    }
}
