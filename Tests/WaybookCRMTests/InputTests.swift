import Testing
import WaybookModel

@testable import WaybookCRM

@Suite struct InputTests {
    static let stamp = Stamp(milliseconds: 1, counter: 0, replica: ReplicaID(1))
    static let context = InputContext(
        now: Instant(milliseconds: 1_795_233_600_000), zone: .utc, makeID: { RecordID(high: 7, low: 7) })
    let customer = FieldInput(schema: Customer.makeSchema(), context: context)

    private func texts(_ assignment: String, current: VersionedRecord? = nil) throws -> [String] {
        try customer.writes(assignment, current: current).map { write in
            "\(write.path)=\(write.value.map { CanonicalJSON.text($0) } ?? "-")"
        }
    }

    @Test func valuesOfEveryKind() throws {
        #expect(try texts("city=上海") == ["city=\"上海\""])
        #expect(try texts("城市=上海") == ["city=\"上海\""])
        #expect(try texts("Tier=重要") == ["tier=\"important\""])
        #expect(try texts("doNotCall=是") == ["doNotCall=true"])
        #expect(try texts("importance=5") == ["importance=5"])
        #expect(try texts("birthday=农历八月十五") == ["birthday=\"--08-15L\""])
        #expect(try texts("city=") == ["city=null"])
        #expect(try texts("personName=family:王;given:小明") == [#"personName={"family":"王","given":"小明"}"#])
        #expect(try texts("personName/姓=王") == [#"personName={"family":"王"}"#])
        #expect(try texts("externalIds=Chinook:12") == [#"externalIds/chinook="12""#])
        #expect(try texts("addresses=city:Lyon;street:1, rue X").count == 1)
    }

    /// Capability 1.2.
    @Test func elements() throws {
        #expect(try texts("tags=+VIP,-old，新") == [#"tags/old=-"#, #"tags/vip="VIP""#, #"tags/新="新""#])
        #expect(
            try texts("phones=+86 138 0013 8000 (work)") == [
                #"phones/+8613800138000={"raw":"+86 138 0013 8000","type":"work","valid":true}"#
            ])
        #expect(try texts("phones/13800138000/optOut=yes") == ["phones/+8613800138000/optOut=true"])
        #expect(try texts("emails=-Ada@x.org") == ["emails/ada@x.org=-"])
        #expect(try texts("socials=wechat: Ada") == [#"socials/wechat:ada="wechat: Ada""#])
        var record = VersionedRecord(id: RecordID(high: 1, low: 1), collection: "customer")
        let path = FieldPath("phones", key: "+8613800138000")
        record.atoms[path] = Atom(value: ["raw": "x", "future": 1], stamp: Self.stamp)
        #expect(
            try texts("phones/13800138000/note=desk", current: record) == [
                #"phones/+8613800138000={"future":1,"note":"desk","raw":"x"}"#
            ])
        #expect(try texts("phones=", current: record) == ["phones/+8613800138000=-"])
    }

    @Test func problems() throws {
        func problem(_ assignment: String) -> InputProblem? {
            do throws(InputProblem) { _ = try customer.writes(assignment) } catch { return error }
            return nil
        }
        #expect(problem("city") == .notAnAssignment("city"))
        guard case .unknownField("ctiy", let near)? = problem("ctiy=x") else { throw Unexpected() }
        #expect(near.first?.name == "city")
        guard case .unknownChoice(_, "vpi", _, let choices)? = problem("tier=vpi") else { throw Unexpected() }
        #expect(choices.map(\.name) == ["vip"])
        guard case .outOfRange(_, 1...5)? = problem("importance=9") else { throw Unexpected() }
        guard case .required? = problem("name= ") else { throw Unexpected() }
        guard case .tooLong(_, 80)? = problem("city=\(String(repeating: "x", count: 81))") else { throw Unexpected() }
        guard case .noSuchElement? = problem("phones/13800138000/note=x") else { throw Unexpected() }
        guard case .unknownPart(_, "nota", ["note"])? = problem("phones/13800138000/nota=x") else { throw Unexpected() }
        let conflict = FieldInput(schema: Conflict.makeSchema(), context: Self.context)
        #expect(throws: InputProblem.self) { try conflict.writes("status=resolved") }
    }

    @Test("what is read fits the schema, for every field of every collection")
    func readValuesFit() throws {
        let samples = [
            "yes", "3", "0", "1.50", "2026-11-21", "12 EUR", "a:b", "13800138000", "a@b.de", "{}", "note:x",
            "01890a5d-ac96-774b-bcce-b302099a8057", "vip", "high",
        ]
        for schema in Catalogue.editable {
            let input = FieldInput(schema: schema, context: Self.context)
            for field in schema.fields {
                for sample in samples {
                    guard let writes = try? input.writes(field: field.name.text, text: sample) else { continue }
                    let change = Change(id: RecordID(high: 1, low: 1), collection: schema.name, writes: writes)
                    #expect(
                        Catalogue.schema.violation(in: change, strictness: .entry) == nil, "\(field.name) \(sample)")
                }
            }
        }
    }

    @Test func display() throws {
        var record = VersionedRecord(id: RecordID(high: 1, low: 1), collection: "customer")
        for assignment in [
            "tier=vip", "phones=13800138000", "phones/13800138000/optOut=y", "birthday=农历八月十五", "tags=b,a",
        ] {
            Overlay.apply(
                Change(id: record.id, collection: "customer", writes: try customer.writes(assignment)),
                stamp: Self.stamp, to: &record)
        }
        func shown(_ name: FieldName, _ language: Language) throws -> String {
            FieldDisplay(language: language, zone: .utc).text(try #require(customer.schema[name]), in: record)
        }
        #expect(try shown("phones", .chinese) == "+86 138 0013 8000 (拒绝联系)")
        #expect(try shown("tags", .english) == "a, b")
        #expect(try shown("birthday", .chinese) == "农历 08-15")
        #expect(try shown("tier", .english) == "VIP")
    }

    struct Unexpected: Error {}
}
