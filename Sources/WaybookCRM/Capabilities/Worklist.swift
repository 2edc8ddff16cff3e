import WaybookModel

/// What a person has to do on a day, in an order that is the same on every replica.
///
/// The order is a rule of this product: what is late or due presses by its priority, care for people comes between, and what presses
/// alike is ordered by the customer's importance, then by when it was due, then by identity:
/// late and high, due and high, care, late and medium, due and medium, late and low, due and low.
public struct Worklist: Hashable, Sendable {
    /// Why something is in the list.
    public enum Reason: Hashable, Sendable {
        /// A task that was due before: so many days ago, 0 for earlier today.
        case late(days: Int)
        /// A task that is due on the day.
        case due
        /// A birthday on the day; how old the person becomes, where the year is known and the calendar is the civil one.
        case birthday(age: Int?)
    }

    /// One thing to do.
    public struct Line: Hashable, Sendable {
        public var reason: Reason
        /// The task, or whose birthday it is.
        public var record: RecordID
        public var collection: CollectionName
        public var title: String
        /// Whom it is about; nil for a task about nobody.
        public var customer: RecordID?
        /// The day on which it was or is to be done.
        public var day: CivilDate
        /// The moment, where a task has one.
        public var moment: Instant?
        public var priority: Priority
        /// Of the customer, 0…5.
        public var importance: Int64

        /// Its place among the kinds of things, first things first.
        var rank: Int {
            switch reason {
            case .birthday: 2
            case .late: [.high: 0, .medium: 3, .low: 5][priority] ?? 3
            case .due: [.high: 1, .medium: 4, .low: 6][priority] ?? 4
            }
        }
    }

    public var lines: [Line] = []

    /// The day that it is for.
    public let day: CivilDate
    private let now: Instant
    private let zone: Zone

    /// - Parameters:
    ///   - now: the moment from which tasks of a certain time are late; of another day than that one, nothing is late by its hour.
    ///   - zone: where the person is: it tells the day of a moment.
    public init(for day: CivilDate, now: Instant, zone: Zone) {
        self.day = day
        self.now = now
        self.zone = zone
    }

    /// Takes a task that is neither done nor cancelled and was due by the day; any other is left out.
    /// - Parameter customer: whom it is about, where that is here.
    public mutating func take(_ task: View<FollowUp>, of customer: View<Customer>?) {
        if let status = task.status, FollowUpStatus.final.contains(status.value) { return }
        if let start = task.start, start > day { return }
        guard let due = task.dueAt.map({ zone.wallTime(at: $0).date }) ?? task.due, due <= day else { return }
        let isPast = task.dueAt.map { $0 < now && zone.wallTime(at: now).date == day } ?? false
        let isLate = due < day || isPast
        lines.append(
            Line(
                reason: isLate ? .late(days: day.daysSince1970 - due.daysSince1970) : .due, record: task.id,
                collection: FollowUp.shape.name, title: task.title ?? "", customer: task.customer, day: due,
                moment: task.dueAt, priority: task.priority ?? .medium, importance: customer?.rankOfImportance ?? 0))
    }

    /// Takes somebody whose birthday is on the day; anybody else is left out.
    /// - Parameters:
    ///   - who: the customer or contact.
    ///   - customer: the customer, or whose contact they are.
    public mutating func take(
        birthday: PartialDate?, of who: RecordID, in collection: CollectionName, name: String, customer: View<Customer>
    ) {
        guard let birthday = birthday.flatMap({ Anniversary($0) }), birthday.isOn(day) else { return }
        lines.append(
            Line(
                reason: .birthday(age: birthday.years(on: day)), record: who, collection: collection, title: name,
                customer: customer.id, day: day, moment: nil, priority: .medium, importance: customer.rankOfImportance))
    }

    /// Brings the lines into their order.
    public mutating func sort() {
        lines.sort { left, right in
            if left.rank != right.rank { return left.rank < right.rank }
            if left.importance != right.importance { return left.importance > right.importance }
            if left.day != right.day { return left.day < right.day }
            let (first, second) = (left.moment?.milliseconds ?? .max, right.moment?.milliseconds ?? .max)
            return first == second ? left.record < right.record : first < second
        }
    }
}

extension View where Kind == Customer {
    /// How important a customer is, 0…5: what people said of it, else by its tier (VIP 5, important 4, normal 3, potential 2), else 0.
    public var rankOfImportance: Int64 {
        if let importance = self.importance { return importance }
        return switch self.tier {
        case .vip: 5
        case .important: 4
        case .normal: 3
        case .potential: 2
        case nil: 0
        }
    }
}
