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
