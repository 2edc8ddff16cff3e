import Foundation
import WaybookModel

/// Reads the test vectors of `protocol/vectors`.
enum VectorFile {
    /// The cases of every file of a kind, each with the name of its file and its place.
    static func cases(_ kind: String) throws -> [(name: String, fields: [String: Value])] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "protocol/vectors/\(kind)")
        let files = try FileManager.default.contentsOfDirectory(at: root, includingPropertiesForKeys: nil)
        var cases: [(String, [String: Value])] = []
        for file in files.sorted(by: { $0.path < $1.path }) where file.pathExtension == "json" {
            let parsed = try JSONParser.parse([UInt8](Data(contentsOf: file)))
            for (number, element) in (parsed.elements ?? []).enumerated() {
                let fields = element.entries ?? [:]
                cases.append(("\(file.lastPathComponent) #\(number): \(fields["comment"]?.text ?? "")", fields))
            }
        }
        return cases
    }
}

extension Value {
    /// A stamp's text as a stamp.
    var stamp: Stamp? { text.flatMap { Stamp($0) } }
}

extension [String: Value] {
    /// An atom as vectors write it: `value` (absent when removed), `stamp`, `origin`, `commit`.
    var atom: Atom? {
        self["stamp"]?.stamp.map {
            Atom(value: self["value"], stamp: $0, origin: self["origin"]?.stamp, commit: self["commit"]?.integer ?? 0)
        }
    }

    /// A record as vectors write it: atoms by path.
    var record: VersionedRecord? {
        var record = VersionedRecord(id: RecordID(high: 1, low: 1), collection: "thing")
        for (text, atom) in self {
            guard let path = FieldPath(parsing: text), let atom = atom.entries?.atom else { return nil }
            record.atoms[path] = atom
        }
        return record
    }
}
