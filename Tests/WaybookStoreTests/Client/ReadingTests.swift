import GRDB
import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookStore

@Suite struct ReadingTests {
    private func filled() throws -> (Client, [RecordID]) {
        let client = try Client()
        let ids = [
            try client.add(["name": "Acme", "city": "Lyon", "credit": "9.5", "rank": 1, "tags/vip": "VIP"]),
            try client.add(["name": "bolt", "city": "上海", "credit": "10", "phones/+8613800138000": ["label": "work"]]),
            try client.add(["name": "Cargo", "rank": 3, "tags/vip": "VIP", "tags/old": "Old"]),
        ]
        return (client, ids)
    }

    private func names(_ client: Client, _ filter: RecordFilter?, sort: String? = "name") throws -> [String] {
        let keys = sort.map { [RecordQuery.SortKey(FieldSelector(FieldName($0)))] } ?? []
        let query = RecordQuery("customer", filter: filter, sort: keys)
        let listed = try client.store.list(query)
        #expect(try client.store.count(query) == listed.count)
        return listed.compactMap { $0.fields["name"]?.text }
    }

    @Test func filtersCompareByTheFieldsType() throws {
        let (client, ids) = try filled()
        let city = FieldSelector("city")
        #expect(try names(client, .compare(city, .equal, "上海")) == ["bolt"])
        #expect(try names(client, .compare(city, .notEqual, "Lyon")) == ["bolt", "Cargo"])
        #expect(try names(client, .compare(city, .equal, .null)) == ["Cargo"])
        #expect(try names(client, .compare(FieldSelector("credit"), .greater, "9.75")) == ["bolt"])
        #expect(try names(client, .compare(FieldSelector("rank"), .lessOrEqual, 1)) == ["Acme"])
        #expect(try names(client, .compare(FieldSelector("tags"), .equal, "vip")) == ["Acme", "Cargo"])
        #expect(try names(client, .compare(FieldSelector("tags"), .notEqual, "vip")) == ["bolt"])
        #expect(try names(client, .contains(FieldSelector("phones"), "13800")) == ["bolt"])
        #expect(try names(client, .contains(FieldSelector("name"), "AR")) == ["Cargo"])
        #expect(try names(client, .begins(FieldSelector("name"), "A")) == ["Acme"])
        #expect(try names(client, .exists(FieldSelector("tags"))) == ["Acme", "Cargo"])
        #expect(try names(client, .not(.exists(city))) == ["Cargo"])
        #expect(try names(client, .identity([ids[1]])) == ["bolt"])
        #expect(
            try names(client, .any([.compare(city, .equal, "Lyon"), .compare(FieldSelector("rank"), .equal, 3)])).count
                == 2)
        #expect(try names(client, .all([.unsent, .exists(FieldSelector("rank"))])) == ["Acme", "Cargo"])
    }

    @Test func namesInAQueryCannotBecomeSQL() throws {
        let (client, _) = try filled()
        let evil = FieldSelector(FieldName("name') OR 1=1 --"))
        #expect(throws: ClientStoreError.malformedName("name') OR 1=1 --")) {
            try client.store.list(RecordQuery("customer", filter: .exists(evil)))
        }
        #expect(try names(client, .compare(FieldSelector("name"), .equal, "' OR 1=1 --")).isEmpty)
    }

    @Test func sortsPutRecordsWithoutAValueLast() throws {
        let (client, _) = try filled()
        #expect(try names(client, nil, sort: "name") == ["Acme", "bolt", "Cargo"])
        #expect(try names(client, nil, sort: "city") == ["Acme", "bolt", "Cargo"])
        let descending = RecordQuery.SortKey(FieldSelector("rank"), descending: true)
        let query = RecordQuery("customer", sort: [descending], limit: 2)
        #expect(try client.store.list(query).compactMap { $0.fields["name"]?.text } == ["Cargo", "Acme"])
    }

    @Test func everyCollectionIsAView() throws {
        let (client, ids) = try filled()
        try client.add(["name": "Ann", "customer": .string(ids[0].description)], to: "contact")
        let rows = try client.elsewhere { db in
            try Row.fetchAll(db, sql: "SELECT id, name, city, tags, phones FROM customer ORDER BY name")
        }
        #expect(rows.map { $0["name"] as String } == ["Acme", "Cargo", "bolt"])
        #expect(rows[0]["id"] == ids[0].description)
        #expect(rows[1]["tags"] == #"["Old","VIP"]"#)
        #expect(rows[2]["phones"] == #"{"+8613800138000":{"label":"work"}}"#)
        _ = try client.store.edit(.delete(ids[0], in: "customer"), at: client.now)
        let left = try client.elsewhere { db in
            try Int.fetchAll(db, sql: "SELECT count(*) FROM contact UNION ALL SELECT count(*) FROM customer")
        }
        #expect(left == [0, 2])
    }

    @Test func viewsFollowTheSchema() throws {
        let (client, _) = try filled()
        try client.store.close()
        let smaller = Schema(
            version: 2,
            collections: [
                CollectionSchema(
                    "customer", "Customer", "客户", title: "name", list: [],
                    access: .directory,
                    fields: [FieldSchema("city", .text(maximum: 80), .register, "City", "城市", searched: true)])
            ])
        let store = try ClientStore(path: client.folder.store, schema: smaller)
        let columns: [String] = try client.elsewhere { db in
            let row = try Row.fetchOne(db, sql: "SELECT * FROM customer")
            return row.map { Array($0.columnNames) } ?? []
        }
        #expect(columns == ["id", "city"])
        #expect(try store.search("Lyon").unindexedCount == 3)
        #expect(try !store.indexForSearch())
        #expect(try store.search("Lyon").records.count == 1)
        #expect(try store.search("Acme").records.isEmpty)
    }

    @Test func searchFollowsEditsAndSaysHowFarItHasCome() throws {
        let (client, ids) = try filled()
        #expect(try client.store.search("上海").records.map(\.id) == [ids[1]])
        #expect(try client.store.search("0013 8000").records.map(\.id) == [ids[1]])
        try client.write(ids[1], ["city": "北京"])
        #expect(try client.store.search("上海").records.isEmpty)
        #expect(try client.store.search("北京", in: "customer").records.map(\.id) == [ids[1]])
        #expect(try client.store.search("北京", in: "contact").records.isEmpty)
        try client.receive(record(client.newID(), ["name": ("Delta", stamp(0))]), sequence: 1)
        let answer = try client.store.search("Delta")
        #expect(answer.records.isEmpty && !answer.isComplete && answer.unindexedCount == 1)
        #expect(try !client.store.indexForSearch(atMost: 10))
        #expect(try client.store.search("Delta").records.count == 1)
    }

    @Test func changesAreTold() async throws {
        let client = try Client()
        var changes = client.store.changes.makeAsyncIterator()
        try client.add(["name": "Acme"])
        try client.add(["name": "Bolt"])
        #expect(await changes.next() != nil)
    }

    @Test func notesOfTheCallerLiveInTheFile() throws {
        let client = try Client()
        #expect(try client.store.note("server") == nil)
        try client.store.setNote("server", to: "https://example.org")
        #expect(try client.store.note("server") == "https://example.org")
    }
}
