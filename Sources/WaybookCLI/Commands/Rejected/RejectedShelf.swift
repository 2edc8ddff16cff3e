import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTerminal

/// The sets that the server refused or put aside.
struct RejectedShelf {
    private static let page = 500
    private let book: RecordBook

    init(_ book: RecordBook) { self.book = book }

    /// All of them, oldest first.
    func all() throws -> [RejectedSet] {
        var sets: [RejectedSet] = []
        while true {
            let page = try book.workspace.store.rejected(after: sets.last?.row ?? 0, limit: Self.page)
            guard !page.isEmpty else { return sets }
            sets += page
        }
    }

    func set(_ id: String) throws -> RejectedSet {
        guard let row = Int64(id), let set = try book.workspace.store.rejected(row: row) else {
            throw CommandFailure(
                "rejected-not-found", Texts.Rejected.notFound(id: id),
                hint: Texts.Records.notFoundHint(command: "waybook rejected list"))
        }
        return set
    }

    /// What the export holds, with the number that the commands take.
    static func json(_ set: RejectedSet) -> JSONOutput {
        guard case .map(var members)? = try? JSONParser.parse(set.exportLine) else { return .null }
        members["id"] = .int(set.row)
        return .canonical(CanonicalJSON.text(.map(members)))
    }

    /// Which record and field, and why.
    func summary(_ set: RejectedSet) -> LocalizedText {
        let change = set.set.changes.first { $0.id == set.refusal?.record } ?? set.set.changes.first
        let record = change.map { book.name(of: $0) } ?? Texts.Words.unknown.spoken
        let path = set.refusal?.path ?? change?.writes.first?.path
        let field = change.flatMap { change in path.map { FieldWording.path($0, in: change.collection, book.display) } }
        return Texts.Rejected.entry(
            record: record, field: field ?? Texts.Words.record.spoken, reason: reason(set, path, change).spoken)
    }

    private func reason(_ set: RejectedSet, _ path: FieldPath?, _ change: Change?) -> LocalizedText {
        guard let refusal = set.refusal else { return Texts.Rejected.reasonQuarantined }
        switch refusal.rule {
        case .immutable: return Texts.Rejected.reasonImmutable
        case .served:
            guard let path, let change, let present = refusal.present else { return Texts.Rejected.reasonServed }
            let value = FieldWording.value(present, at: path, in: change.collection, book.display)
            return Texts.Rejected.reasonServedBy(value: value)
        case .type: return Texts.Rejected.reasonType
        case .limit: return Texts.Rejected.reasonLimit
        case .required: return Texts.Rejected.reasonRequired
        case .path: return Texts.Rejected.reasonPath
        case .access:
            let isCircle = path.map { RecordChecks.closesCircle(change, at: $0, book) } ?? false
            return isCircle ? Texts.Rejected.reasonCircle : Texts.Rejected.reasonAccess
        case .unknown: return Texts.Rejected.reasonUnknown
        case .depends: return Texts.Rejected.reasonDepends
        case .erased: return Texts.Privacy.reasonErased
        case .before: return Texts.Rejected.reasonBefore
        }
    }
}
