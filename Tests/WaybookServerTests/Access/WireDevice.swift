import Foundation
import WaybookCRM
import WaybookModel
import WaybookProtocol

/// A signed-in device that speaks in lines of the wire, keeps what it is told, and decides nothing: it asks for what a
/// client would not let a person type, too.
struct WireDevice {
    struct Unanswered: Error { var text: String }

    private static let setsInRequest = 100

    let server: ServerProcess
    let replica: ReplicaID
    private let token: String
    private var checkpoint: String?
    private var readThrough: Int64 = 0
    private var outbox: [ChangeSet] = []
    private var last: Int64 = 0
    private var answered: Int64 = 0
    private var milliseconds = wallMilliseconds()
    private(set) var rows: [RecordID: VersionedRecord] = [:]
    private(set) var units: [RecordID: RecordID] = [:]
    private(set) var verdicts: [Int64: Verdict] = [:]
    /// All bytes that the server ever answered.
    private(set) var heard: [UInt8] = []

    init(_ server: ServerProcess, _ email: String, _ name: String) throws {
        let signedIn = try server.signIn(name, as: email)
        self.server = server
        token = signedIn.token
        replica = ReplicaID(signedIn.replica)
    }

    /// A new identity as devices make them.
    static func freshID() -> RecordID {
        .version7(milliseconds: wallMilliseconds(), random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
    }

    // MARK: Writing

    /// Adds a set to what is to be sent. Bases are of what was read, or `base` for all writes.
    /// - Returns: its number.
    @discardableResult
    mutating func write(
        _ id: RecordID, in collection: CollectionName, _ fields: [FieldPath: Value], new: Bool = false,
        base: Stamp? = nil, resolves: [RecordID] = []
    ) -> Int64 {
        let atoms = rows[id]?.atoms ?? [:]
        let writes = fields.map { Write(path: $0, value: $1, base: new ? nil : base ?? atoms[$0]?.origin) }
        return make(
            fields.isEmpty
                ? []
                : [
                    Change(id: id, collection: collection, isCreating: new, writes: writes)
                ], resolves)
    }

    private mutating func make(_ changes: [Change], _ resolves: [RecordID]) -> Int64 {
        last += 1
        outbox.append(
            ChangeSet(
                number: last, stamp: nextStamp, readThrough: readThrough, wallMilliseconds: Int64(milliseconds),
                changes: changes, resolves: resolves))
        return last
    }

    /// The stamp of the set that was made last.
    var lastStamp: Stamp? { outbox.last?.stamp }

    private var nextStamp: Stamp {
        mutating get {
            milliseconds = max(milliseconds + 1, wallMilliseconds())
            return Stamp(milliseconds: milliseconds, counter: 0, replica: replica)
        }
    }

    // MARK: Exchanging

    /// Sends all that is to be sent, then reads until there is no more.
    mutating func exchange(pulls: Bool = true) throws {
        var hasMore = true
        while hasMore || !outbox.isEmpty {
            let sets = Array(outbox.prefix(Self.setsInRequest))
            hasMore = try exchange(sets, pulls: pulls && sets.count == outbox.count)
            outbox.removeFirst(sets.count)
        }
    }

    private mutating func exchange(_ sets: [ChangeSet], pulls: Bool) throws -> Bool {
        let sent = sets.last?.number ?? last
        let hello = Hello(
            schemaVersion: 1, replica: replica, wallMilliseconds: Int64(wallMilliseconds()), checkpoint: checkpoint,
            lastSet: max(sent, last), answered: answered, pulls: pulls)
        var body = CanonicalJSON.bytes(hello.value) + [0x0A]
        for set in sets { body += ChangeSetLine.bytes(set) + [0x0A] }
        let response = try server.request(
            "POST", "/v1/exchange", token: token, type: "application/x-ndjson", body: body)
        heard += response.body
        guard response.status == 200 else { throw Unanswered(text: response.text) }
        var (hasMore, head): (Bool, Int64) = (false, 0)
        for line in response.body.split(separator: 0x0A) {
            guard let value = try? JSONParser.parse(Array(line)), let read = ResponseLine(value) else {
                throw Unanswered(text: String(decoding: line, as: UTF8.self))
            }
            if case .head(let told) = read { head = told.sequence }
            hasMore = try take(read) || hasMore
        }
        if pulls, !hasMore { readThrough = head }
        answered = sent
        return hasMore
    }

    private mutating func take(_ line: ResponseLine) throws -> Bool {
        switch line {
        case .applied(let first, let last):
            for number in first...last { settle(number, .accepted(stamp: nil, outcomes: [])) }
        case .verdict(let number, let verdict): settle(number, verdict)
        case .head, .bucket, .witnessed: break
        case .record(let told):
            let id = told.record.id
            rows[id] = told.isWhole ? told.record : rows[id].map { Join.records($0, told.record) } ?? told.record
            units[id] = told.unit
        case .departed(let departure):
            for (id, unit) in units where unit == departure.unit { forget(id) }
        case .gone(let id, _), .erased(let id): forget(id)
        case .checkpoint(let token, _): checkpoint = token
        case .end(_, let more, _): return more
        case .error(let problem): throw problem
        }
        return false
    }

    /// What an own set wrote is not told again.
    private mutating func settle(_ number: Int64, _ verdict: Verdict) {
        verdicts[number] = verdict
        guard case .accepted(let given, let outcomes) = verdict,
            let set = outbox.first(where: { $0.number == number })
        else { return }
        for change in set.changes {
            var record = rows[change.id] ?? VersionedRecord(id: change.id, collection: change.collection)
            for write in change.writes {
                let outcome = outcomes.first { $0.id == change.id && $0.path == write.path }
                record.atoms[write.path] = outcome?.present ?? Atom(value: write.value, stamp: given ?? set.stamp)
            }
            rows[change.id] = record
            units[change.id] = Catalogue.schema.unit(of: record)
        }
    }

    private mutating func forget(_ id: RecordID) {
        rows[id] = nil
        units[id] = nil
    }
}
