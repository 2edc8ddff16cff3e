import Crypto
import Foundation
import Testing
import WaybookModel
import WaybookProtocol

@testable import WaybookServerCore

/// Holds the wire against `protocol/vectors/exchange/wire.json` and the table of versions in `protocol/4-exchange.md`.
@Suite struct WireFingerprintTests {
    private let file: Value

    init() throws {
        let url = ExchangeVectorTests.folder.appendingPathComponent("wire.json")
        if ProcessInfo.processInfo.environment["WAYBOOK_RECORD_VECTORS"] == "1" {
            // The fingerprints of earlier versions stay as they are.
            let before = (try? JSONParser.parse(try Data(contentsOf: url)))?.entries?["fingerprints"]?.entries ?? [:]
            let fingerprints = before.merging(["\(Hello.protocolVersion)": .string(Self.fingerprint)]) { $1 }
            let lines = WireExamples.lines.map { "  " + CanonicalJSON.text(.string($0)) }.joined(separator: ",\n")
            let text = """
                {
                "about": "One example line of every message. A line that changes is another protocol version.",
                "fingerprints": \(CanonicalJSON.text(.map(fingerprints))),
                "lines": [
                \(lines)
                ]
                }

                """
            try Data(text.utf8).write(to: url, options: .atomic)
        }
        file = try JSONParser.parse(try Data(contentsOf: url))
    }

    private static var fingerprint: String {
        let bytes = Array(WireExamples.lines.joined(separator: "\n").utf8)
        return SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test func theWireDoesNotChangeWithoutANewVersion() throws {
        let fingerprints = file.entries?["fingerprints"]?.entries ?? [:]
        #expect(
            fingerprints["\(Hello.protocolVersion)"]?.text == Self.fingerprint,
            "the wire changed: raise Hello.protocolVersion, add a line to the table in 4-exchange.md, record anew")
        #expect(file.entries?["lines"]?.elements?.compactMap(\.text) == WireExamples.lines)
    }

    @Test func theTableOfVersionsHasALineForEveryVersionAndNoOther() throws {
        let page = ExchangeVectorTests.folder.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("4-exchange.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let table = text.components(separatedBy: "## Versions").last ?? ""
        let versions = table.split(separator: "\n").compactMap { line -> Int? in
            guard line.hasPrefix("| ") else { return nil }
            return Int(line.dropFirst(2).prefix { $0 != " " })
        }
        #expect(versions == Array(1...Hello.protocolVersion))
        let fingerprints = file.entries?["fingerprints"]?.entries ?? [:]
        #expect(Set(fingerprints.keys) == Set(versions.map(String.init)))
    }

    private static func line(of set: ChangeSet, _ document: JSONDocument) -> String {
        let bytes = ChangeSetLine.bytes(set)
        guard case .some(let past?) = ChangeSetLine.past(document) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        return String(decoding: ChangeSetLine.bytes(bytes, was: past), as: UTF8.self)
    }

    @Test func everyExampleIsReadAsItWasWritten() throws {
        for line in WireExamples.lines {
            let value = try JSONParser.parse(line)
            let document = try JSONDocument(Array(line.utf8))
            let again =
                Hello(value).map { CanonicalJSON.text($0.value) }
                ?? ChangeSetLine.decode(document, mayBeEmpty: true).map { Self.line(of: $0, document) }
                ?? ResponseLine(value).map { CanonicalJSON.text($0.value) }
            #expect(again == line)
        }
    }
}

/// One example of every message, with every member that it can have.
enum WireExamples {
    static let lines: [String] =
        ([
            Hello(
                protocols: 1...2, schemaVersion: 3, replica: replica, wallMilliseconds: 5, checkpoint: "token",
                lastSet: 9,
                answered: 8, pulls: true,
                told: Told(unsentSets: 3, oldestMilliseconds: 60_000, conflicts: 2, client: "0.2.0"), purgedSequence: 57
            ).value,
            Hello(
                protocols: 1...1, schemaVersion: 1, replica: replica, wallMilliseconds: -5, checkpoint: nil, lastSet: 0,
                answered: 0,
                pulls: false
            ).value,
            Hello(
                schemaVersion: 1, replica: replica, wallMilliseconds: 5, checkpoint: nil, lastSet: 9, answered: 3,
                pulls: true, timeline: 2, again: AgainSets(first: 4, answered: 7, through: 8)
            ).value,
            ChangeSetLine.value(fullSet), ChangeSetLine.value(deleteSet),
        ] + answers.map(\.value)).map { CanonicalJSON.text($0) } + again

    /// A set of which nothing is left, as it is sent again.
    private static let again = [
        PastAnswer(sequence: 57, answer: .accepted, isCut: true),
        PastAnswer(sequence: 57, answer: .restamped(late), isCut: false),
        PastAnswer(sequence: 57, answer: .rejected, isCut: false),
        PastAnswer(sequence: 57, answer: .quarantined, isCut: false),
        PastAnswer(sequence: 57, answer: .handedOver, isCut: false),
    ].map { past in
        var set = deleteSet
        if past.isCut { (set.changes, set.note) = ([], nil) }
        return String(decoding: ChangeSetLine.bytes(ChangeSetLine.bytes(set), was: past), as: UTF8.self)
    }

    private static let replica = ReplicaID(7)
    private static let id = RecordID(high: 0x0198_C2EF_0000_7000, low: 0x8000_0000_0000_0001)
    private static let other = RecordID(high: 0x0198_C2EF_0000_7000, low: 0x8000_0000_0000_0002)
    private static let early = Stamp(milliseconds: 1_795_293_000_000, counter: 1, replica: replica)
    private static let late = Stamp(milliseconds: 1_795_293_000_001, counter: Stamp.serverBit, replica: ReplicaID(0))

    private static let fullSet = ChangeSet(
        number: 42, stamp: early, readThrough: 57, wallMilliseconds: 6,
        changes: [
            Change(
                id: id, collection: "customer", isCreating: true,
                writes: [
                    Write(path: FieldPath("city"), value: "Lyon", base: late),
                    Write(path: FieldPath("tags/a~1b"), value: nil),
                ]),
            Change(
                id: other, collection: "contact",
                writes: [Write(path: FieldPath("name"), value: ["a": [1, true]], base: early)]),
        ], resolves: [other])
    private static let deleteSet = ChangeSet(
        number: 43, stamp: early, readThrough: 0, wallMilliseconds: 6,
        changes: [Change(id: id, collection: "customer", writes: [Write(path: .life, value: "deleted")])],
        note: "Bob knows them")

    private static let atoms: [FieldPath: Atom] = [
        FieldPath("city"): Atom(value: "Lyon", stamp: early, commit: 3),
        FieldPath("name"): Atom(value: "Acme", stamp: early, commit: 3),
        FieldPath("stage"): Atom(value: "won", stamp: late, origin: early, commit: 4),
        FieldPath("tags/x"): Atom(value: nil, stamp: early, commit: 2),
    ]
    private static let erased = VersionedRecord(
        id: id, collection: "customer",
        atoms: [
            .erased: Atom(value: "request", stamp: late, commit: 5),
            FieldPath("name"): Atom(value: "erased-00000001", stamp: late, commit: 5),
            FieldPath("owner"): Atom(value: .string(other.description), stamp: late, origin: early, commit: 5),
        ])
    private static let record = VersionedRecord(id: id, collection: "customer", atoms: atoms)

    private static let outcomes = [
        OutcomeLine(
            id: id, collection: "customer", path: FieldPath("city"), outcome: .conflict,
            present: Atom(value: "Oslo", stamp: late, origin: early), conflict: other),
        OutcomeLine(
            id: id, collection: "customer", path: FieldPath("tags/x"), outcome: .merged,
            present: Atom(value: nil, stamp: early), conflict: nil),
        OutcomeLine(
            id: id, collection: "customer", path: FieldPath("stage"), outcome: .applied,
            present: Atom(value: "won", stamp: early), conflict: nil),
    ]

    private static let otherLimits: ExchangeLimits = {
        var limits = ExchangeLimits.standard
        limits.requestSets = 50
        limits.keptSets = 20_000
        return limits
    }()

    private static let answers: [ResponseLine] =
        [
            .head(
                Head(
                    epoch: "epoch", timeline: 2, sequence: 61, offsetMilliseconds: -3, schemaVersion: 4,
                    limits: otherLimits, leaseDays: 30)),
            .head(
                Head(
                    epoch: nil, timeline: nil, sequence: 61, offsetMilliseconds: 17, schemaVersion: nil,
                    limits: .standard)),
            .applied(first: 1, last: 9), .verdict(number: 10, .accepted(stamp: late, outcomes: outcomes)),
            .verdict(number: 11, .quarantined), .verdict(number: 13, .handover(other)),
            .departed(
                Departure(
                    unit: id, cause: DepartureCause(.assigned, by: other, atMilliseconds: 7, note: "Bob knows them"))),
            .departed(Departure(unit: id, cause: DepartureCause(.team, by: nil, atMilliseconds: 7))), .gone(other),
            .gone(other, DepartureCause(.moved, by: id, atMilliseconds: 7)), .erased(other),
            .record(FeedRecord(record: record, unit: id, isWhole: true)),
            .record(FeedRecord(record: record, unit: other, isWhole: false)),
            .record(FeedRecord(record: erased, unit: id, isWhole: true)),
            .checkpoint(token: "token", sequence: 60), .checkpoint(token: "token", sequence: nil), .end(readable: nil),
            .end(readable: 4_812), .end(readable: 4_812, more: true),
            .error(Problem(.gap, expected: 3)),
            .error(
                Problem(
                    .timeline, expected: 3,
                    restored: RestoredTimeline(number: 2, fork: 57, start: 2 << 34, epoch: "epoch", vetted: early))),
            .error(Problem(.slowDown, retryAfterSeconds: 4, maximum: 5)),
        ]
        + RefusalRule.allCases.map { rule in
            .verdict(number: 12, .rejected(Refusal(rule: rule, record: id, path: FieldPath("city"), present: "Oslo")))
        }
}
