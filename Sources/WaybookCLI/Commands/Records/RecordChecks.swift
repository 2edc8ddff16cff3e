import WaybookCRM
import WaybookModel
import WaybookTerminal

/// What a person types is right by itself, and would still not work together with what is here: told where it is typed.
enum RecordChecks {
    /// - Parameter id: the record; nil for one that is added.
    static func check(_ id: RecordID?, _ kind: CollectionSchema, _ writes: [Write], _ book: RecordBook) throws {
        try book.sealed {
            switch kind.name {
            case Team.shape.name: try checkTeam(id, writes, book)
            case AssignmentRule.shape.name: try checkRule(writes, book)
            default: break
            }
        }
    }

    /// Teams form a tree.
    private static func checkTeam(_ id: RecordID?, _ writes: [Write], _ book: RecordBook) throws {
        let path = FieldPath(DirectoryRecord.Field.parent)
        guard let id, let parent = writes.first(where: { $0.path == path })?.value?.text.flatMap({ RecordID($0) }),
            try book.organisation().closesCircle(id, under: parent)
        else { return }
        let team = DirectoryRecord.team
        throw CommandFailure(
            "team-circle", Texts.People.circle(team: book.name(team, id), parent: book.name(team, parent)),
            status: .usage)
    }

    /// Whether a refused change to where a team stands would close a circle, by the teams as they are here.
    static func closesCircle(_ change: Change?, at path: FieldPath, _ book: RecordBook) -> Bool {
        guard let change, change.collection == Team.shape.name, path == FieldPath(DirectoryRecord.Field.parent),
            let parent = change.writes.first(where: { $0.path == path })?.value?.text.flatMap({ RecordID($0) })
        else { return false }
        return (try? book.organisation().closesCircle(change.id, under: parent)) ?? false
    }

    /// A rule's conditions can be read, and its people can be responsible for a customer.
    private static func checkRule(_ writes: [Write], _ book: RecordBook) throws {
        let organisation = try book.organisation()
        for write in writes {
            switch write.path.field {
            case "filter": _ = try write.value?.text.map { try RecordListing.parse($0, Customer.collection, book) }
            case "people":
                guard write.value != nil, let key = write.path.key, let person = RecordID(key) else { continue }
                try Responsible.check(person, organisation)
            default: continue
            }
        }
    }
}

/// Who can be responsible for a customer.
enum Responsible {
    /// Throws a sentence for somebody who is disabled, or whose role changes nothing. The server decides on those whom the
    /// directory does not have.
    static func check(_ id: RecordID, _ organisation: Organisation) throws(CommandFailure) {
        guard let person = organisation.people[id] else { return }
        guard person.isActive else {
            throw CommandFailure("person-disabled", Texts.Owners.personDisabled(name: person.name))
        }
        guard person.role != .viewer else {
            throw CommandFailure(
                "person-unfit", Texts.People.cannotOwn(person: person.name, role: person.role.label.spoken))
        }
    }
}
