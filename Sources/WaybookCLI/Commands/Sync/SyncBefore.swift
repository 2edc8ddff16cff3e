import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore

/// How a laptop stood before a synchronisation: what is told afterwards is the difference.
struct SyncBefore {
    let status: ClientStatus
    /// The names of the customers in the pool whose claims wait for an answer: the cards leave with the answer.
    private let claims: [RecordID: String]
    private let lastLogRow: Int64

    init(_ workspace: Workspace) throws {
        status = try workspace.store.status()
        lastLogRow = try workspace.store.syncLog(limit: 1).first?.row ?? 0
        guard status.unsentSets > 0 else {
            claims = [:]
            return
        }
        let user = workspace.session.user.value
        let mine = RecordQuery(
            CustomerCard.shape.name,
            filter: .compare(FieldSelector(CardRecord.Field.claimedBy), .equal, user))
        let book = RecordBook(workspace)
        claims = Dictionary(
            try workspace.store.list(mine).map { ($0.id, book.name(of: $0.record)) },
            uniquingKeysWith: { first, _ in first })
    }

    /// What left since, newest first. A log that was written beyond this many lines tells no more.
    private static let mostLines = 10_000

    /// The units that left since: customers with what hangs on them, and cards of the pool.
    func departed(_ workspace: Workspace) throws -> (customers: Int, claims: [ClaimAnswer]) {
        let entries = try workspace.store.syncLog(limit: Self.mostLines)
            .prefix { $0.row > lastLogRow }
            .filter { $0.kind == .departed }
        let cards = entries.filter { $0.collection == CustomerCard.shape.name }
        let answers = cards.compactMap { card -> ClaimAnswer? in
            guard let id = card.record, let name = claims[id] else { return nil }
            return ClaimAnswer(customer: name, claimant: card.departure?.by)
        }
        return (entries.count - cards.count, answers)
    }
}

/// What became of the claim of a customer in the pool.
struct ClaimAnswer {
    var customer: String
    /// Who has it; nil where the card went for another reason.
    var claimant: RecordID?

    /// - Parameter user: who asks.
    func text(for user: RecordID, _ book: RecordBook) -> LocalizedText {
        guard let claimant else { return Texts.Pool.gone(customer: customer) }
        return claimant == user
            ? Texts.Pool.granted(customer: customer)
            : Texts.Pool.lost(customer: customer, person: book.name(DirectoryRecord.user, claimant))
    }
}
