import Testing
import WaybookModel
import WaybookProtocol
import WaybookTesting

@Suite struct VectorTests {
    @Test func everyStampVectorHolds() throws {
        let cases = try VectorFile.cases("stamp")
        #expect(cases.count >= 20)
        for (name, fields) in cases {
            if let ascending = fields["ascending"]?.elements {
                let stamps = ascending.compactMap(\.stamp)
                #expect(
                    stamps.count == ascending.count && stamps.sorted() == stamps && Set(stamps).count == stamps.count,
                    "\(name)")
            } else if let milliseconds = fields["milliseconds"]?.integer {
                let stamp = Stamp(
                    milliseconds: UInt64(milliseconds), counter: UInt16(fields["counter"]?.integer ?? 0),
                    replica: ReplicaID(UInt32(fields["replica"]?.integer ?? 0)))
                #expect(stamp.description == fields["text"]?.text && fields["text"]?.stamp == stamp, "\(name)")
            } else {
                #expect(fields["text"]?.stamp == nil, "\(name)")
            }
        }
    }

    @Test func everyEncodingVectorHolds() throws {
        let cases = try VectorFile.cases("encoding")
        #expect(cases.count >= 60)
        for (name, fields) in cases {
            if let json = fields["json"]?.text {
                #expect(Self.canonical(json) == (fields["canonical"] ?? fields["refused"])?.text, "\(name)")
            } else if let form = fields["form"]?.text {
                Self.checkForm(form, fields, name)
            } else if let origin = fields["origin"]?.stamp {
                let id = Self.conflictID(record: fields["record"], path: fields["path"]?.text ?? "", origin: origin)
                #expect(id?.description == fields["id"]?.text, "\(name)")
            } else {
                try Self.checkRecord(fields, name)
            }
        }
    }

    private static func canonical(_ json: String) -> String {
        do throws(JSONError) {
            return CanonicalJSON.text(try JSONParser.parse(json))
        } catch {
            return error.reason.rawValue
        }
    }

    private static func checkForm(_ form: String, _ fields: [String: Value], _ name: String) {
        let text = fields["text"]?.text ?? ""
        switch form {
        case "decimal": #expect(ValueForm.canonicalDecimal(text) == fields["canonical"]?.text, "\(name)")
        case "date": #expect(ValueForm.isDate(text) == fields["fits"]?.boolean, "\(name)")
        case "instant": #expect(ValueForm.isInstant(text) == fields["fits"]?.boolean, "\(name)")
        case "partialDate": #expect(ValueForm.isPartialDate(text) == fields["fits"]?.boolean, "\(name)")
        default: Issue.record("\(name): unknown form")
        }
    }

    static func conflictID(record: Value?, path: String, origin: Stamp) -> RecordID? {
        guard let record = record?.text.flatMap({ RecordID($0) }) else { return nil }
        return DeterministicID.make(namespace: record, name: "\(path)\n\(origin)")
    }

    private static func checkRecord(_ fields: [String: Value], _ name: String) throws {
        let id = fields["id"]?.text.flatMap { RecordID($0) } ?? RecordID(high: 0, low: 0)
        guard let atoms = fields["atoms"]?.entries else {
            let record = RecordEncoding.decode(
                id: id, collection: "customer", fields: try JSONParser.parse(fields["fields"]?.text ?? ""),
                stamps: try JSONParser.parse(fields["stamps"]?.text ?? ""))
            #expect(record == nil, "\(name)")
            return
        }
        var record = VersionedRecord(id: id, collection: "customer")
        for (path, atom) in atoms {
            record.atoms[try #require(FieldPath(parsing: path))] = try #require(atom.entries?.atom)
        }
        let (encoded, stamps) = (RecordEncoding.fields(record), RecordEncoding.stamps(record))
        #expect(CanonicalJSON.text(encoded) == fields["fields"]?.text, "\(name)")
        #expect(CanonicalJSON.text(stamps) == fields["stamps"]?.text, "\(name)")
        let back = RecordEncoding.decode(id: id, collection: "customer", fields: encoded, stamps: stamps)
        #expect(back == record, "\(name)")
    }
}
