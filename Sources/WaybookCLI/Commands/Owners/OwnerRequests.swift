import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// That a customer is to have another owner.
struct OwnerRequest {
    enum Destination: Equatable {
        /// A person; none for the pool.
        case owner(RecordID?)
        /// No rule matches.
        case unmatched
    }

    var customer: VersionedRecord
    var destination: Destination
    var rule: String?

    fileprivate var action: UserAction? {
        guard case .owner(let owner) = destination else { return nil }
        let write = Write(path: FieldPath("owner"), value: owner?.value ?? .null)
        return UserAction([Change(id: customer.id, collection: customer.collection, writes: [write])])
    }
}

/// Stores requests for owners, one set each, and tells what became of them here; the server decides.
struct OwnerRequests {
    /// How many are stored in one transaction.
    private static let batch = 500

    private enum State: String {
        case requested, unchanged, unmatched, refused
        /// Of a dry run: it would be asked for.
        case planned
    }

    private let book: RecordBook
    private let reporter: Reporter

    init(_ book: RecordBook, _ reporter: Reporter) {
        self.book = book
        self.reporter = reporter
    }

    /// Asks before many customers change hands.
    /// - Parameter isGiven: whether the command line says so already.
    func ask(about requests: [OwnerRequest], isGiven: Bool) throws(CommandFailure) {
        let count = requests.count { $0.action != nil }
        try BulkConditions.ask(
            Texts.Owners.reallyAssign(count: count), about: count, isGiven: isGiven, reporter,
            unanswered: Texts.Owners.needsYes(count: count), declined: Texts.Owners.nothingAssigned)
    }

    /// Tells what would be asked for, and stores nothing.
    func show(_ requests: [OwnerRequest]) throws {
        if requests.isEmpty { try reporter.say(Texts.Owners.nobodyToAssign) }
        var told: [JSONOutput] = []
        for request in requests {
            let (state, failure) = try plannedState(request)
            try tell(request, state, failure)
            told.append(json(request, state, failure))
        }
        try reporter.json(.list(told))
    }

    private func plannedState(_ request: OwnerRequest) throws -> (State, CommandFailure?) {
        guard case .owner(let owner) = request.destination, let change = request.action?.changes.first else {
            return (.unmatched, nil)
        }
        if View<Customer>(request.customer).owner == owner { return (.unchanged, nil) }
        let denial = try book.workspace.denial(of: change)
        return denial.map { (.refused, EditReport.failure($0)) } ?? (.planned, nil)
    }

    func perform(_ requests: [OwnerRequest], note: String?) throws {
        guard !requests.isEmpty else {
            try reporter.json(.list([]))
            return try reporter.say(Texts.Owners.nobodyToAssign)
        }
        var told: [JSONOutput] = []
        var hasRefused = false
        for start in stride(from: 0, to: requests.count, by: Self.batch) {
            let part = requests[start..<min(start + Self.batch, requests.count)]
            let actions = part.compactMap { request in
                request.action.map { UserAction($0.changes, note: note) }
            }
            var outcomes = try book.workspace.perform(all: actions)[...]
            for request in part {
                let (state, failure) = state(request.action == nil ? nil : outcomes.popFirst())
                if let failure, requests.count == 1 { throw failure }
                hasRefused = hasRefused || failure != nil
                try tell(request, state, failure)
                told.append(json(request, state, failure))
            }
        }
        try reporter.json(.list(told))
        if hasRefused { throw CommandEnded(status: .failed) }
    }

    private func state(_ outcome: EditOutcome?) -> (State, CommandFailure?) {
        guard let outcome else { return (.unmatched, nil) }
        do {
            try EditReport.check(outcome, of: Customer.collection, book)
            return (outcome == .unchanged ? .unchanged : .requested, nil)
        } catch {
            return (.refused, error)
        }
    }

    private func tell(_ request: OwnerRequest, _ state: State, _ failure: CommandFailure?) throws {
        let name = book.name(of: request.customer)
        if let failure { return reporter.note(Texts.Owners.notAssigned(customer: name, why: failure.text.spoken)) }
        guard case .owner(let owner) = request.destination else {
            return try reporter.say(Texts.Owners.unmatched(customer: name))
        }
        let holder = book.holder(owner)
        switch state {
        case .unchanged: try reporter.say(Texts.Owners.alreadyThere(customer: name, owner: holder))
        case .planned: try reporter.say(Texts.Owners.wouldAssign(customer: name, owner: holder))
        default: try reporter.say(Texts.Owners.assigned(customer: name, owner: holder))
        }
    }

    private func json(_ request: OwnerRequest, _ state: State, _ failure: CommandFailure?) -> JSONOutput {
        var owner = JSONOutput.null
        if case .owner(let id?) = request.destination { owner = .string(id.description) }
        return .object([
            "error": failure.map { .string($0.code) } ?? .null, "id": .string(request.customer.id.description),
            "name": .string(book.name(of: request.customer)), "owner": owner,
            "rule": request.rule.map { .string($0) } ?? .null, "state": .string(state.rawValue),
        ])
    }
}
