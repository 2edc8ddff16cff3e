import Testing
import WaybookModel
import WaybookTesting

/// What an erasure leaves of a record (`protocol/9-erasure.md`).
@Suite struct ShreddingTests {
    private static let schema = Schema(
        version: 1,
        collections: [
            CollectionSchema(
                "person", "Person", "人", title: "name", list: ["name"], erasable: true, access: .directory,
                fields: [
                    FieldSchema("name", .text(maximum: 100), .register, "", "", required: true, erase: .pseudonymise),
                    FieldSchema("notes", .text(maximum: 100), .text, "", ""),
                    FieldSchema("phones", .map(key: .phone, value: .text(maximum: 20)), .map(), "", ""),
                    FieldSchema("gender", .enumeration([]), .register, "", ""),
                    FieldSchema("owner", .reference("user"), .served, "", ""),
                    FieldSchema("amount", .money, .group, "", "", erase: .keep),
                    FieldSchema("friends", .set(key: .identity, maximum: 64), .set, "", "", tellsOf: "person"),
                    FieldSchema("friend", .reference("person"), .register, "", "", tellsOf: "person"),
                ])
        ])
    private static let id = RecordID(high: 0x0198_C2EF_0000_7000, low: 0x8000_0000_1234_ABCD)
    private static let other = RecordID(high: 0x0198_C2EF_0000_7000, low: 0x8000_0000_0000_0002)

    private func stamp(_ milliseconds: UInt64, _ replica: UInt32 = 7) -> Stamp {
        Stamp(milliseconds: milliseconds, counter: 0, replica: ReplicaID(replica))
    }

    private var record: VersionedRecord {
        let amount: Value = ["amount": 5, "currency": "CNY"]
        let values: [String: Value?] = [
            "name": "Wang Marker", "notes": "marker", "phones/+8613800138000": "marker", "phones/+86139": nil,
            "gender": "female", "owner": "0198", "amount": amount, "friends/x": "x", "newField": "marker",
            "$life": "alive",
        ]
        return VersionedRecord(
            id: Self.id, collection: "person",
            atoms: Dictionary(
                uniqueKeysWithValues: values.map {
                    (FieldPath(parsing: $0) ?? .life, Atom(value: $1, stamp: stamp(5), origin: stamp(4), commit: 3))
                }))
    }

    private func shredded(_ record: VersionedRecord, at milliseconds: UInt64 = 9) -> VersionedRecord {
        Shredding(schema: Self.schema, stamp: stamp(milliseconds, 0), commit: 8)
            .shredded(record, mark: ErasureReason.request.value)
    }

    @Test func onlyWhatTheSchemaKeepsIsLeftAndAPseudonymWhereANameMustBe() {
        let rest = shredded(record)
        #expect(
            rest.sortedPaths.map(\.text) == ["$erased", "$life", "amount", "friends/x", "name", "owner"])
        #expect(rest["name"] == "erased-1234abcd" && rest["amount"] == record["amount"])
        #expect(rest.isErased && rest.erasureFloor == stamp(9, 0))
        #expect(rest.atoms.values.allSatisfy { $0.stamp == stamp(9, 0) && $0.commit == 8 })
        // Who wrote what is kept stays; nobody wrote the pseudonym.
        #expect(
            rest.atoms[FieldPath("amount")]?.origin == stamp(4) && rest.atoms[FieldPath("name")]?.origin == stamp(9, 0))
        #expect(!CanonicalJSON.text(RecordEncoding.fields(rest)).lowercased().contains("marker"))
        #expect(!CanonicalJSON.text(RecordEncoding.stamps(rest)).contains("+86"))
    }

    @Test func ofACollectionThatThisVersionDoesNotKnowNothingIsLeftButItsLife() {
        var record = record
        record = VersionedRecord(id: record.id, collection: "newer", atoms: record.atoms)
        #expect(shredded(record).sortedPaths.map(\.text) == ["$erased", "$life"])
    }

    @Test func aSecondErasureKeepsWhatTheFirstOneKept() {
        let once = shredded(record)
        let twice = shredded(once, at: 10)
        #expect(twice.atoms.mapValues(\.value) == once.atoms.mapValues(\.value) && twice.erasureFloor == stamp(10, 0))
    }

    @Test func nothingStandsBelowTheMarkWhateverTheOrderOfArrival() {
        let erased = shredded(record)
        var late = VersionedRecord(id: Self.id, collection: "person")
        late.atoms[FieldPath("notes")] = Atom(value: "late marker", stamp: stamp(8))
        #expect(Join.records(erased, record) == erased && Join.records(record, erased) == erased)
        #expect(Join.records(Join.records(late, record), erased) == Join.records(late, Join.records(record, erased)))
        #expect(Join.records(late, erased) == erased)
        var held = erased
        Join.atom(Atom(value: "late marker", stamp: stamp(8)), at: FieldPath("notes"), into: &held)
        #expect(held == erased)
        var before = record
        Join.atom(erased.atoms[.erased] ?? Atom(value: nil, stamp: stamp(0)), at: .erased, into: &before)
        #expect(before.sortedPaths == [.erased])
        // An owner who changed after it stands above.
        Join.atom(Atom(value: "0199", stamp: stamp(11, 0)), at: FieldPath("owner"), into: &held)
        #expect(Join.records(erased, held) == held && held["owner"] == "0199")
    }

    @Test func whatIsReadFromElsewhereHasNothingBelowItsMark() throws {
        var broken = shredded(record)
        broken.atoms[FieldPath("notes")] = Atom(value: "marker", stamp: stamp(3))
        let read = RecordEncoding.decode(
            id: broken.id, collection: broken.collection, fields: RecordEncoding.fields(broken),
            stamps: RecordEncoding.stamps(broken))
        #expect(read == shredded(record))
    }

    @Test func aDeletedRecordIsToldWithItsMark() {
        var deleted = record
        deleted.atoms[.life] = Atom(value: VersionedRecord.deleted, stamp: stamp(6))
        let erased = shredded(deleted)
        #expect(erased.isDeleted && Set(erased.tombstone.keys) == [.life, .erased])
        var told = erased
        told.atoms = erased.tombstone
        #expect(RecordEncoding.canonicalBytes(told) == RecordEncoding.canonicalBytes(erased))
        #expect(Join.records(deleted, told) == told)
    }

    @Test func aPartThatWentClosesNothing() {
        let redacted = Shredding(schema: Self.schema, stamp: stamp(9, 0), commit: 8)
            .shredded(record, mark: VersionedRecord.redacted)
        #expect(!redacted.isErased && redacted.erasureFloor == stamp(9, 0))
    }

    @Test func aWriteNamesOfWhomItsRecordTells() {
        let path = FieldPath("friends", key: Self.other.description)
        let named: Value = .string(Self.other.description)
        #expect(Self.schema.subject(of: Write(path: path, value: named), in: "person") == Self.other)
        #expect(Self.schema.subject(of: Write(path: FieldPath("friend"), value: named), in: "person") == Self.other)
        #expect(Self.schema.subject(of: Write(path: path, value: nil), in: "person") == nil)
        #expect(Self.schema.subject(of: Write(path: FieldPath("owner"), value: named), in: "person") == nil)
        var record = record
        record.atoms[path] = Atom(value: named, stamp: stamp(5))
        #expect(
            record.tells(ofAny: [Self.other], by: Self.schema)
                && !self.record.tells(ofAny: [Self.other], by: Self.schema))
    }

    @Test func anErasureIsAskedForAloneWithAWordOfTheClosedList() {
        func violation(_ writes: [Write], in collection: CollectionName = "person", new: Bool = false) -> RefusalRule? {
            let change = Change(id: Self.id, collection: collection, isCreating: new, writes: writes)
            return Self.schema.violation(in: change, strictness: .exchange)?.rule
        }
        let asked = Write(path: .erased, value: "request")
        #expect(violation([asked]) == nil)
        #expect(violation([Write(path: .erased, value: "because")]) == .type)
        #expect(violation([Write(path: .erased, value: VersionedRecord.redacted)]) == .type)
        #expect(violation([asked, Write(path: FieldPath("notes"), value: "x")]) == .path)
        #expect(violation([asked, Write(path: FieldPath("name"), value: "x")], new: true) == .path)
        #expect(FieldPath(parsing: "$erased") == .erased && FieldPath(parsing: "$other") == nil)
    }
}
