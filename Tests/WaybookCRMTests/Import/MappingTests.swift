import Testing
import WaybookCRM

@Suite struct MappingTests {
    private static let targets = [
        ImportTarget(name: "name", labels: ["Name", "客户名称", "名称"]),
        ImportTarget(name: "city", labels: ["City", "城市"]),
        ImportTarget(name: "phone", labels: ["Phone", "电话"]),
        ImportTarget(name: "postal_code", labels: ["Postal code", "邮编"]),
    ]

    @Test func headingsFitNamesAndLabelsInBothLanguages() throws {
        let mapping = try ColumnMapping(
            headers: ["客户名称*", " CITY：", "ｐｈｏｎｅ", "Postal-Code", "Shoe size", ""], targets: Self.targets)
        #expect(mapping.targets == ["name", "city", "phone", "postal_code", nil, nil])
        #expect(mapping.ignoredHeaders == ["Shoe size"])
    }

    @Test func aPersonsChoiceComesFirst() throws {
        let choices = ["公司=name", "City="].compactMap { ColumnChoice(argument: $0) }
        let mapping = try ColumnMapping(headers: ["公司", "Name", "City"], targets: Self.targets, choices: choices)
        #expect(mapping.targets == ["name", nil, nil])
    }

    @Test func whatDoesNotFitIsNamedWithSuggestions() {
        #expect(throws: MappingProblem.unknownHeader("Ciyt", suggestions: ["City"])) {
            try ColumnMapping(
                headers: ["Name", "City"], targets: Self.targets,
                choices: [ColumnChoice(header: "Ciyt", target: "city")])
        }
        #expect(throws: MappingProblem.unknownTarget("phon", suggestions: ["phone"])) {
            try ColumnMapping(
                headers: ["Name", "Tel"], targets: Self.targets, choices: [ColumnChoice(header: "Tel", target: "phon")])
        }
        #expect(throws: MappingProblem.twice(target: "city", headers: ["City", "城市"])) {
            try ColumnMapping(headers: ["City", "城市"], targets: Self.targets)
        }
        #expect(throws: MappingProblem.noColumns) { try ColumnMapping(headers: ["x"], targets: Self.targets) }
    }

    @Test func argumentsAreDividedAtTheirLastEqualsSign() {
        #expect(ColumnChoice(argument: "a=b=city") == ColumnChoice(header: "a=b", target: "city"))
        #expect(ColumnChoice(argument: "=city") == nil)
        #expect(ColumnChoice(argument: "city") == nil)
    }

    @Test func rowsGiveCellsByField() throws {
        let mapping = try ColumnMapping(headers: ["Name", "x", "City"], targets: Self.targets)
        let cells = try mapping.cells(of: [" Ada ", "1", "\\N", "", ""])
        #expect(cells.map(\.target) == ["name", "city"])
        #expect(cells.map(\.cell) == [.value("Ada"), .clear])
        #expect(throws: CSVRowProblem.columnCount(found: 2, expected: 3)) { try mapping.cells(of: ["a", "b"]) }
        #expect(throws: CSVRowProblem.columnCount(found: 4, expected: 3)) {
            try mapping.cells(of: ["a", "b", "c", "d"])
        }
    }

    @Test func emptyCellsLeaveAFieldAlone() {
        #expect(ImportCell("") == .leave)
        #expect(ImportCell(" \u{3000}\t") == .leave)
        #expect(ImportCell("'=1+1") == .value("=1+1"))
        #expect(ImportCell("e\u{301} ") == .value("e\u{301}"))
    }
}
