import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// What one person has before them on a day: reads it from the store, and says it.
final class Desk {
    // A class for the customers that it has read already.

    private let book: RecordBook
    private let person: RecordID
    private let day: CivilDate
    private let now: Instant
    private let zone: Zone
    private var customers: [RecordID: View<Customer>?] = [:]

    init(_ book: RecordBook, of person: RecordID, on day: CivilDate?) {
        self.book = book
        self.person = person
        (now, zone) = (book.scene.now, book.scene.zone)
        self.day = day ?? zone.wallTime(at: now).date
    }

    // MARK: Reading

    /// Cost: reads the open tasks that are due, and looks at every customer and contact for birthdays.
    func worklist() throws -> Worklist {
        var list = Worklist(for: day, now: now, zone: zone)
        for task in try tasks(due) { list.take(task, of: try task.customer.flatMap(customer)) }
        try addBirthdays(to: &list)
        list.sort()
        return list
    }

    /// How many open tasks of theirs have no date.
    func undatedTasks() throws -> Int {
        let exists: [RecordFilter] = ["due", "dueAt"].map { .exists(FieldSelector($0)) }
        return try tasks(.not(.any(exists))).count
    }

    private var due: RecordFilter {
        let end = zone.instant(WallTime(date: day.adding(days: 1), secondOfDay: 0))
        return .any([
            .compare(FieldSelector("due"), .lessOrEqual, day.value),
            .compare(FieldSelector("dueAt"), .less, end.value),
        ])
    }

    /// The open tasks that fall to the person: theirs, those that they take part in, and those of nobody, unless somebody else answers
    /// for the customer.
    private func tasks(_ filter: RecordFilter) throws -> [View<FollowUp>] {
        let isEnded = FollowUpStatus.final.map { RecordFilter.compare(FieldSelector("status"), .equal, $0) }
        let query = RecordQuery(FollowUp.shape.name, filter: .all([filter, .not(.any(isEnded))]))
        return try book.workspace.store.list(query).map { View<FollowUp>($0.record) }.filter { task in
            if let assignee = task.assignee, assignee == person { return true }
            if task.collaborators.contains(person.description) { return true }
            guard task.assignee == nil else { return false }
            return try (task.customer.flatMap(customer)?.owner ?? person) == person
        }
    }

    private func customer(_ id: RecordID) throws -> View<Customer>? {
        if let known = customers[id] { return known }
        let found = try book.workspace.store.record(id).flatMap { shown in
            shown.isVisible ? View<Customer>(shown.record) : nil
        }
        customers[id] = .some(found)
        return found
    }

    private func addBirthdays(to list: inout Worklist) throws {
        let customers = try named(Customer.shape.name).map { View<Customer>($0) }
        for customer in customers where customer.owner == person {
            list.take(
                birthday: customer.birthday, of: customer.id, in: Customer.shape.name, name: customer.name ?? "",
                customer: customer)
        }
        for contact in try named(Contact.shape.name).map({ View<Contact>($0) }) {
            guard let customer = try contact.customer.flatMap(customer), customer.owner == person else { continue }
            list.take(
                birthday: contact.birthday, of: contact.id, in: Contact.shape.name, name: contact.name ?? "",
                customer: customer)
        }
    }

    /// Those who may have their birthday on the day.
    private func named(_ collection: CollectionName) throws -> [VersionedRecord] {
        let endings = Anniversary.endings(on: day).map { RecordFilter.contains(FieldSelector("birthday"), $0) }
        return try book.workspace.store.list(RecordQuery(collection, filter: .any(endings))).map(\.record)
    }

    // MARK: Saying

    static var headings: [TextTable.Heading] {
        [Texts.Words.id, Texts.Today.why, Texts.Today.what, Texts.Today.customer, Texts.Today.phone]
            .map { TextTable.Heading($0.spoken) }
    }

    func cells(_ line: Worklist.Line) -> [String] {
        let customer = line.customer.flatMap { customers[$0] ?? nil }
        let name = line.record == line.customer ? "" : line.customer.map { book.name(Customer.shape.name, $0) } ?? ""
        return [RecordBook.short(line.record), why(line).spoken, line.title, name, customer.map(phone) ?? ""]
    }

    private func why(_ line: Worklist.Line) -> LocalizedText {
        let priority = line.priority.label.within
        let time = line.moment.map { zone.wallTime(at: $0).clock() }
        switch line.reason {
        case .birthday(let age?): return Texts.Today.birthdayTurning(age: age)
        case .birthday(nil): return Texts.Today.birthday
        case .late(days: 0): return Texts.Today.lateSince(time: time ?? "", priority: priority)
        case .late(let days): return Texts.Today.late(days: days, priority: priority)
        case .due:
            return time.map { Texts.Today.dueAt(time: $0, priority: priority) } ?? Texts.Today.due(priority: priority)
        }
    }

    /// The number to call: the first that is preferred, else the first; none of a number that is not valid, or where that is not wanted.
    private func phone(_ customer: View<Customer>) -> String {
        if customer.doNotCall == true { return Texts.Today.doNotCall.spoken }
        let usable = customer.phones.filter { key, phone in
            phone.isValid != false && !customer.isFlagged(\.phones, key: key, flag: "optOut")
        }
        let keys = CanonicalJSON.sortedKeys(usable.keys)
        let key = keys.first { usable[$0]?.isPrimary == true } ?? keys.first
        return key.map { PhoneNumber($0).display } ?? ""
    }

    /// `{"customer":ID,"day":DATE,"id":ID,"importance":N,"kind":…,"moment":INSTANT,"priority":…,"title":…,"why":…}`; `days` where it is late,
    /// `age` where that is known.
    func json(_ line: Worklist.Line) -> JSONOutput {
        var object: [String: JSONOutput] = [
            "customer": line.customer.map { .string($0.description) } ?? .null, "day": .string(line.day.description),
            "id": .string(line.record.description), "importance": .int(line.importance),
            "kind": .string(line.collection.text), "moment": line.moment.map { .string($0.description) } ?? .null,
            "title": .string(line.title),
        ]
        switch line.reason {
        case .birthday(let age):
            object["why"] = .string("birthday")
            object["age"] = age.map { .int(Int64($0)) } ?? .null
        case .late(let days):
            object["why"] = .string("late")
            object["days"] = .int(Int64(days))
        case .due: object["why"] = .string("due")
        }
        if line.collection == FollowUp.shape.name { object["priority"] = .string(line.priority.rawValue) }
        return .object(object)
    }
}
