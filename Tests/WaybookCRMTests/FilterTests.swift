import Testing
import WaybookModel

@testable import WaybookCRM

@Suite struct FilterTests {
    private func record(_ entity: any Entity.Type, _ assignments: [String]) throws -> VersionedRecord {
        var record = VersionedRecord(id: RecordID(high: 1, low: 1), collection: entity.shape.name)
        let input = FieldInput(schema: entity.makeSchema(), context: InputTests.context)
        for assignment in assignments {
            let change = Change(id: record.id, collection: entity.shape.name, writes: try input.writes(assignment))
            Overlay.apply(change, stamp: InputTests.stamp, to: &record)
        }
        return record
    }

    @Test(
        "conditions hold or not",
        arguments: [
            ("", true), ("city=上海 tier=vip", true), ("city=上海 tier=normal", false), ("等级=重要", false),
            ("name=\"ada lovelace\"", true), ("name~LOVE", true), ("tags=VIP", true), ("tags!=vip", false),
            ("tags=", false), ("notes=", true), ("city!=", true), ("importance>=3", true), ("importance<3", false),
            ("phones=13800138000", true), ("phones~0138", true), ("urgency<3", false), ("urgency!=3", true),
            ("lastVerified>2026-01-01 lastVerified<=2026-11-21", true), ("name='ada lovelace' city~北", false),
        ])
    func conditions(text: String, holds: Bool) throws {
        let ada = try record(
            Customer.self,
            [
                "name=Ada Lovelace", "city=上海", "tier=vip", "tags=VIP", "importance=3", "phones=138 0013 8000",
                "lastVerified=2026-11-21",
            ])
        let parser = FilterParser(schema: Customer.makeSchema(), context: InputTests.context)
        #expect(try parser.parse(text).matches(ada) == holds)
    }

    @Test func daysAgainstMoments() throws {
        let call = try record(Interaction.self, ["occurredAt=2026-11-21 15:30"])
        let parser = FilterParser(schema: Interaction.makeSchema(), context: InputTests.context)
        for (text, holds) in [
            ("occurredAt=2026-11-21", true), ("occurredAt!=2026-11-21", false), ("occurredAt>2026-11-21", false),
            ("occurredAt<=2026-11-21", true), ("occurredAt<\"2026-11-21 15:30\"", false),
        ] { #expect(try parser.parse(text).matches(call) == holds, "\(text)") }
    }

    @Test func money() throws {
        let pen = try record(Product.self, ["price=100 CNY"])
        let parser = FilterParser(schema: Product.makeSchema(), context: InputTests.context)
        #expect(try parser.parse("price>99.5").matches(pen))
        #expect(try !parser.parse("price>'1 EUR'").matches(pen))
    }

    @Test func problems() {
        let parser = FilterParser(schema: Customer.makeSchema(), context: InputTests.context)
        #expect(throws: FilterProblem.operatorMissing(offset: 6)) { try parser.parse("tier= vip") }
        #expect(throws: FilterProblem.fieldMissing(offset: 0)) { try parser.parse("=x") }
        #expect(throws: FilterProblem.quoteNotClosed(offset: 5)) { try parser.parse("name=\"x") }
        #expect(throws: FilterProblem.self) { try parser.parse("tier<vip") }
        #expect(throws: FilterProblem.self) { try parser.parse("ctiy=x") }
    }

    @Test func decimals() {
        for (left, right, order) in [
            ("2", "10", -1), ("-2", "-10", 1), ("1.5", "1.25", 1), ("1", "1", 0), ("-1", "0", -1),
        ] {
            #expect(DecimalOrder.compare(left, right) == order)
        }
    }
}
