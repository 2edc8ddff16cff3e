import Foundation
import Testing
import WaybookModel

@testable import WaybookCRM

@Suite struct CatalogueTests {
    @Test("every stored property of an entity is a field of its name in the schema, and every field a property")
    func propertiesAreFields() {
        for entity in Catalogue.entities {
            let schema = entity.makeSchema()
            let properties = Mirror(reflecting: entity.init()).children.map { child in
                #expect(child.value is any EntityField, "\(schema.name).\(child.label ?? "?") is no field")
                return child.label
            }
            #expect(properties == schema.fields.map(\.name.text))
        }
    }

    @Test("the fields that a shape names exist, and names and labels are unambiguous")
    func shapesFit() {
        for schema in Catalogue.schema.collections {
            #expect(schema[schema.titleField] != nil)
            #expect(schema.listFields.allSatisfy { schema[$0] != nil })
            if let root = schema.rootField { #expect(schema[root] != nil) }
            for field in schema.fields {
                #expect(isWellFormedName(field.name.text))
                for name in FieldNames.names(of: field) {
                    #expect((try? FieldNames.field(named: name, in: schema))?.name == field.name, "\(name)")
                }
            }
        }
    }

    @Test("only texts are pseudonymised, and what is required, or says whose a record is, is never lost")
    func erasureKeepsRecordsWhole() {
        for schema in Catalogue.schema.collections {
            for field in schema.fields where field.erase == .pseudonymise {
                guard case .text = field.type else {
                    Issue.record("\(schema.name).\(field.name) is no text")
                    continue
                }
            }
            guard Self.reached.contains(schema.name) else { continue }
            for field in schema.fields where field.isRequired { #expect(field.erase != .shred, "\(field.name)") }
            if let root = schema.rootField { #expect(schema[root]?.erase == .keep, "\(schema.name)") }
            guard case .book(let owner, let members) = schema.access.audience else { continue }
            for name in [owner] + (members.map { [$0] } ?? []) {
                if let field = schema[name] { #expect(field.erase == .keep, "\(schema.name).\(name)") }
            }
        }
    }

    @Test("the page of the schema says of every field what the schema says becomes of it")
    func pageTellsWhatIsErased() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "protocol/7-schema.md")
        var told: [CollectionName: [String: String]] = [:]
        var collection: CollectionName = ""
        for line in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            if line.hasPrefix("## `") {
                collection = CollectionName(String(line.split(separator: "`")[1]))
            } else if line.hasPrefix("## ") {
                collection = ""
            } else if cells.count == 4 || cells.count == 3, line.hasPrefix("| `") {
                let name = cells[0].replacing("`", with: "")
                let words = cells.count == 4 ? cells[3].components(separatedBy: ", ") : []
                told[collection, default: [:]][name] =
                    words.contains("kept") ? "keep" : words.contains("pseudonymised") ? "pseudonymise" : "shred"
            }
        }
        for name in Self.reached {
            let schema = try #require(Catalogue.schema[name])
            let expected = schema.fields.map { ($0.name.text, $0.erase.rawValue) }
            #expect(told[name] == Dictionary(uniqueKeysWithValues: expected), "\(name)")
        }
    }

    /// What an erasure can reach.
    private static let reached: Set<CollectionName> = [
        "customer", "contact", "interaction", "followup", "purchase", "assignment", "customerCard", "handover",
        "conflict",
    ]

    @Test("what is kept in an erasure is what is listed here, and nothing that a person types freely but these")
    func keptTextsAreListed() {
        var kept: [String] = []
        for schema in Catalogue.schema.collections where schema.name != "conflict" && schema.name != "handover" {
            for field in schema.fields where field.erase == .keep {
                switch field.type {
                case .text, .set(key: .text, _), .structure, .partialDate, .map(_, .text, _), .map(_, .structure, _):
                    kept.append("\(schema.name).\(field.name)")
                default: break
                }
            }
        }
        #expect(kept == ["purchase.number", "purchase.currency", "purchase.lines", "customerCard.customer"])
    }

    @Test("a task without a customer is the root of its own unit, one with a customer belongs to the customer's")
    func unitOfFollowUp() throws {
        let id = RecordID(high: 1, low: 2)
        let customer = RecordID(high: 3, low: 4)
        let stamp = Stamp(milliseconds: 1, counter: 0, replica: ReplicaID(1))
        var record = VersionedRecord(id: id, collection: "followup")
        #expect(Catalogue.schema.unit(of: record) == id)
        record.atoms[FieldPath("customer")] = Atom(value: customer.value, stamp: stamp)
        #expect(Catalogue.schema.unit(of: record) == customer)
        #expect(Catalogue.schema.unit(of: VersionedRecord(id: id, collection: "contact")) == nil)
    }

    @Test("a draft writes only what differs, on the stamp it was made on")
    func draftWritesDifferences() throws {
        let id = RecordID(high: 1, low: 2)
        let stamp = Stamp(milliseconds: 1, counter: 0, replica: ReplicaID(1))
        var draft = Draft<Customer>()
        draft.name = "Ada"
        draft.tier = .vip
        draft.put(\.tags, "  VIP ")
        let creation = draft.creation(id)
        #expect(Catalogue.schema.violation(in: creation, strictness: .entry) == nil)
        var record = VersionedRecord(id: id, collection: "customer")
        Overlay.apply(creation, stamp: stamp, to: &record)
        #expect(View<Customer>(record).tier == .vip)
        #expect(View<Customer>(record).tags == ["VIP"])
        #expect(draft.change(of: record) == nil)
        draft.city = "上海"
        draft.tier = nil
        let writes = try #require(draft.change(of: record)).writes
        #expect(writes.map(\.path.text) == ["city", "tier"])
        #expect(writes[1].value == .null && writes[1].base == stamp)
    }

    @Test("people may not write a conflict")
    func conflictIsServers() {
        let change = Change(
            id: RecordID(high: 1, low: 1), collection: "conflict",
            writes: [
                Write(path: FieldPath("status"), value: "resolved")
            ])
        #expect(Catalogue.schema.violation(in: change, strictness: .exchange)?.rule == .access)
    }
}

/// The engine writes conflicts by names of its own; the catalogue must know each of them.
@Test func everyFieldOfTheEnginesConflictIsInTheCatalogue() {
    let names: [FieldName] = [
        ConflictRecord.Field.about, ConflictRecord.Field.aboutCollection, ConflictRecord.Field.unit,
        ConflictRecord.Field.path, ConflictRecord.Field.value, ConflictRecord.Field.baseValue,
        ConflictRecord.Field.stamp, ConflictRecord.Field.origin, ConflictRecord.Field.author,
        ConflictRecord.Field.device, ConflictRecord.Field.rival, ConflictRecord.Field.rivalDevice,
        ConflictRecord.Field.foundAt, ConflictRecord.Field.status, ConflictRecord.Field.resolvedBy,
        ConflictRecord.Field.resolvedAt,
    ]
    let schema = Catalogue.schema[ConflictRecord.collection]
    #expect(names.allSatisfy { schema?[$0]?.access == .server })
    #expect(schema?.fields.count == names.count)
}
