import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTerminal

/// How a laptop stood before a synchronisation: what is told afterwards is the difference.
struct SyncBefore {
    let status: ClientStatus
    /// The names of the customers in the pool whose claims wait for an answer: the cards leave with the answer.
    private let claims: [RecordID: String]
    private let lastLogRow: Int64
    private let handedOver: Set<RecordID>

    init(_ workspace: Workspace) throws {
        status = try workspace.store.status()
        lastLogRow = try workspace.store.syncLog(limit: 1).first?.row ?? 0
        handedOver = Set(try HandoverShelf(RecordBook(workspace)).items().map(\.id))
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

    /// What is new since, as people are told it.
    func news(_ workspace: Workspace) throws -> SyncNews {
        let entries = try workspace.store.syncLog(limit: Self.mostLines)
            .prefix { $0.row > lastLogRow }
            .filter { $0.kind == .departed }
        let answers = entries.compactMap { entry -> ClaimAnswer? in
            guard entry.collection == CustomerCard.shape.name, let id = entry.record, let name = claims[id] else {
                return nil
            }
            return ClaimAnswer(card: id, customer: name, cause: entry.cause)
        }
        let shelf = HandoverShelf(RecordBook(workspace))
        let others = try shelf.items().filter { !handedOver.contains($0.id) && $0.author != workspace.session.user }
        return SyncNews(
            departedCustomers: entries.count { $0.collection == Customer.shape.name }, claims: answers,
            toDecide: try others.count { try shelf.choices($0).mayDrop },
            lateEdits: isFirstPull ? 0 : others.count { $0.status == .accepted })
    }

    /// Whether nothing was read from the server before, or not everything yet.
    var isFirstPull: Bool {
        status.headSequence == nil || (status.pullPercent != nil && !status.isPullingAfresh)
    }
}

/// What a synchronisation brought beside records.
struct SyncNews {
    var departedCustomers: Int
    var claims: [ClaimAnswer]
    /// Handed over by others, and waiting for this person's decision.
    var toDecide: Int
    /// Written by others before the customer moved on, and applied.
    var lateEdits: Int
}

/// What became of the claim of a customer in the pool.
struct ClaimAnswer {
    enum State: String {
        /// Whoever asked has the customer.
        case granted
        /// Somebody else claimed it first.
        case lost
        /// It had left the pool by another way.
        case gone
    }

    private let card: RecordID
    private let customer: String
    private let cause: DepartureCause?

    init(card: RecordID, customer: String, cause: DepartureCause?) {
        self.card = card
        self.customer = customer
        self.cause = cause
    }

    /// Who has claimed it; nil where the card went for another reason.
    private var claimant: RecordID? { cause?.reason == .claimed ? cause?.by : nil }

    /// - Parameter user: who asks.
    private func state(for user: RecordID) -> State {
        guard let claimant else { return .gone }
        return claimant == user ? .granted : .lost
    }

    func text(for user: RecordID, _ book: RecordBook) -> LocalizedText {
        switch state(for: user) {
        case .granted: Texts.Pool.granted(customer: customer)
        case .lost:
            Texts.Pool.lost(customer: customer, person: claimant.map { book.name(DirectoryRecord.user, $0) } ?? "")
        case .gone: Texts.Pool.gone(customer: customer)
        }
    }

    func json(for user: RecordID) -> JSONOutput {
        .object([
            "by": claimant.map { .string($0.description) } ?? .null, "id": .string(card.description),
            "name": .string(customer), "state": .string(state(for: user).rawValue),
        ])
    }
}
