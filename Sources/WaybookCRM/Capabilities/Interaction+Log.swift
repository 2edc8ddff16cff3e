import WaybookModel

/// What a rep says about a call or a visit in one line.
public struct InteractionLog: Hashable, Sendable {
    public var customer: RecordID
    public var channel: ContactChannel
    public var direction: InteractionDirection
    public var subject: String
    public var content: String?
    public var outcome: InteractionOutcome?
    public var contact: RecordID?
    public var occurredAt: Instant
    /// What is to be done next, and by when.
    public var next: Next?

    public struct Next: Hashable, Sendable {
        public var title: String
        public var due: CivilDate?
        public var priority: Priority?

        public init(title: String, due: CivilDate? = nil, priority: Priority? = nil) {
            self.title = title
            self.due = due
            self.priority = priority
        }
    }

    public init(
        customer: RecordID, channel: ContactChannel = .phone, direction: InteractionDirection = .outbound,
        subject: String, content: String? = nil, outcome: InteractionOutcome? = nil, contact: RecordID? = nil,
        occurredAt: Instant, next: Next? = nil
    ) {
        self.customer = customer
        self.channel = channel
        self.direction = direction
        self.subject = subject
        self.content = content
        self.outcome = outcome
        self.contact = contact
        self.occurredAt = occurredAt
        self.next = next
    }

    /// The changes of one change set: the interaction and, where something is to be done next, its task.
    /// - Parameters:
    ///   - author: who writes it down, and who the task falls to; nil where nobody is signed in.
    ///   - makeID: makes a new identity at each call.
    public func changes(author: RecordID?, now: Instant, makeID: () -> RecordID) -> [Change] {
        let id = makeID()
        var draft = Draft<Interaction>()
        draft.customer = customer
        draft.channel = channel
        draft.direction = direction
        draft.subject = TypedText.line(subject)
        draft.content = content.map(TypedText.lines)
        draft.outcome = outcome
        draft.occurredAt = occurredAt
        draft.loggedAt = now
        draft.author = author
        if let contact { draft.put(\.contacts, contact.description) }
        guard let next else { return [draft.creation(id)] }
        let task = makeID()
        draft.put(\.followups, task.description)
        return [draft.creation(id), followUp(next, author: author, interaction: id).creation(task)]
    }

    private func followUp(_ next: Next, author: RecordID?, interaction: RecordID) -> Draft<FollowUp> {
        var draft = Draft<FollowUp>()
        draft.title = TypedText.line(next.title)
        draft.customer = customer
        draft.contact = contact
        draft.due = next.due
        draft.priority = next.priority
        draft.status = .notStarted
        draft.assignee = author
        draft.interaction = interaction
        return draft
    }
}
