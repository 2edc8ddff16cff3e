import Testing
import WaybookModel
import WaybookTesting

@Suite struct MergeVectorTests {
    @Test func everyMergeVectorHolds() throws {
        let cases = try VectorFile.cases("merge")
        #expect(cases.count >= 60)
        for (name, fields) in cases {
            if fields["leftRecord"] != nil {
                let sides = try ["leftRecord", "rightRecord", "joinedRecord"].map { side in
                    try #require(fields[side]?.entries?.record)
                }
                let (left, right, joined) = (sides[0], sides[1], sides[2])
                #expect(Join.records(left, right) == joined && Join.records(right, left) == joined, "\(name)")
                #expect(Join.records(joined, left) == joined && Join.records(joined, right) == joined, "\(name)")
            } else if fields["left"] != nil {
                let (left, right) = (
                    try #require(fields["left"]?.entries?.atom), try #require(fields["right"]?.entries?.atom)
                )
                let joined = fields["joined"]?.entries?.atom
                #expect(Join.atoms(left, right) == joined && Join.atoms(right, left) == joined, "\(name)")
            } else {
                let got = try MergeVector(fields).told()
                #expect(got == fields["expected"], "\(name): \(CanonicalJSON.text(got))")
            }
        }
    }
}

/// One case of `protocol/vectors/merge`, run on the production arbitration.
struct MergeVector {
    private let fields: [String: Value]
    private let path: FieldPath
    private let losers: [OpenLoser]
    private let serverStamp: Stamp

    init(_ fields: [String: Value]) throws {
        self.fields = fields
        let path = try #require(FieldPath(parsing: fields["path"]?.text ?? ""))
        self.path = path
        serverStamp = try #require(fields["serverStamp"]?.stamp)
        losers = (fields["losers"]?.elements ?? []).compactMap(\.entries?.atom).map {
            OpenLoser(path: path, value: $0.value, stamp: $0.stamp, origin: $0.origin)
        }
    }

    private var present: Atom? { fields["present"]?.entries?.atom }
    private func flag(_ name: String) -> Bool { fields[name]?.boolean ?? false }

    /// What the production code makes of the case, in the form of `expected`.
    func told() throws -> Value {
        let life = LifeArbitration(present: present, losers: losers, serverStamp: { _ in serverStamp })
        if flag("revival") {
            return told(try #require(life.revival(knowsDelete: flag("knowsDelete"))))
        }
        let entries = try #require(fields["write"]?.entries)
        let write = Write(path: path, value: entries["value"], base: translated(entries["base"]?.stamp))
        let stamp = try #require(entries["stamp"]?.stamp)
        guard fields["rule"] != "life" else {
            return told(
                life.ruling(on: write, stamp: stamp, hasUnseen: flag("hasUnseen"), knowsDelete: flag("knowsDelete")))
        }
        let arbitration = Arbitration(
            rule: try #require(rule), path: path, present: present, losers: losers, serverStamp: { _ in serverStamp },
            textAt: { fields["texts"]?.entries?[$0.description]?.text },
            resolutionAt: { Self.resolution(fields["resolutions"]?.entries?[$0.description]) })
        return told(arbitration.ruling(on: write, stamp: stamp, resolution: Self.resolution(fields["resolution"])))
    }

    private var rule: AtomRule? {
        switch fields["rule"] {
        case .string("text"): .text
        case .string("immutable"): .immutable
        case .string("served"): .served
        case .string("unknown"): .unknown
        case .map(let entries):
            if let register = entries["register"]?.entries {
                .register(quiet: register["quiet"]?.boolean ?? false, prefer: register["prefer"]?.elements ?? [])
            } else {
                entries["element"]?.entries?["quiet"]?.boolean.map { .element(quiet: $0) }
            }
        default: nil
        }
    }

    private func translated(_ base: Stamp?) -> Stamp? {
        var base = base
        while let named = base {
            if let behind = fields["refused"]?.entries?[named.description] {
                base = behind.stamp
            } else {
                return fields["restamped"]?.entries?[named.description]?.stamp ?? named
            }
        }
        return nil
    }

    private static func resolution(_ value: Value?) -> Resolution? {
        value?.entries.map { entries in
            let ids = (entries["conflicts"]?.elements ?? []).compactMap { $0.text.flatMap { RecordID($0) } }
            return Resolution(conflicts: Set(ids), base: entries["base"]?.stamp)
        }
    }

    private func told(_ ruling: Ruling) -> Value {
        switch ruling {
        case .accepted(let decision): told(decision)
        case .refused(let rule, let present):
            ["ruling": "refused", "rule": .string(rule.rawValue), "present": present ?? .null]
        case .clonedStore: ["ruling": "clonedStore"]
        }
    }

    private func told(_ decision: Decision) -> Value {
        var told: [String: Value] = [
            "ruling": "accepted", "outcome": .string(decision.outcome.rawValue),
            "closed": .list(decision.closed.map { .string($0.origin.description) }),
        ]
        told["present"] = .map(Self.told(decision.present))
        if let listed = decision.listed {
            var loser = Self.told(Atom(value: listed.value, stamp: listed.stamp, origin: listed.origin))
            let id = VectorTests.conflictID(record: fields["record"], path: path.text, origin: listed.origin)
            loser["id"] = .string(id?.description ?? "")
            told["listed"] = .map(loser)
        }
        return .map(told)
    }

    private static func told(_ atom: Atom) -> [String: Value] {
        var told: [String: Value] = ["stamp": .string(atom.stamp.description)]
        told["value"] = atom.value
        if atom.origin != atom.stamp { told["origin"] = .string(atom.origin.description) }
        return told
    }
}
