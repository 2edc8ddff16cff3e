import Testing
import WaybookCRM
import WaybookModel
import WaybookTesting

/// What the schema declares, worked out for every role, bond and kind, against the table that was written by hand. The same
/// table is what the running server is held to (`AccessMatrixTests`).
@Suite struct AccessTableTests {
    private static let day = "2026-06-01"
    private let schema = Catalogue.schema
    private let people = AccessTable.People(
        actor: RecordID(high: 1, low: 1), mate: RecordID(high: 1, low: 2), outsider: RecordID(high: 1, low: 3))

    @Test(arguments: Role.allCases, AccessTable.Bond.allCases)
    func whatIsDeclaredOfUnitsIsWhatTheTableSays(role: Role, bond: AccessTable.Bond) throws {
        let viewer = try viewer(role)
        for kind in AccessTable.Kind.allCases {
            guard let allowed = AccessTable.allowed(role, bond, kind) else { continue }
            #expect(declared(viewer, bond, kind) == allowed, "\(role) \(bond) \(kind)")
        }
    }

    @Test(arguments: Role.allCases) func whatIsDeclaredOfTheRestIsWhatTheTableSays(role: Role) throws {
        let viewer = try viewer(role)
        for kind in AccessTable.CommonKind.allCases {
            let allowed = try #require(AccessTable.allowed(role, kind))
            #expect(declared(viewer, kind) == allowed, "\(role) \(kind)")
        }
    }

    @Test func theTableKnowsEveryCollectionOfTheCatalogue() {
        let known = Set(
            AccessTable.Kind.allCases.map(\.collection) + AccessTable.CommonKind.allCases.map(\.collection))
        #expect(known == Set(schema.collections.map(\.name)))
    }

    /// Somebody in the team above the mate's.
    private func viewer(_ role: Role) throws -> Viewer {
        let (above, below) = (RecordID(high: 2, low: 1), RecordID(high: 2, low: 2))
        let organisation = Organisation(
            people: [
                .init(id: people.actor, name: "Actor", role: role), .init(id: people.mate, name: "Mate", role: .rep),
                .init(id: people.outsider, name: "Outsider", role: .rep),
            ], teams: [above: nil, below: above],
            memberships: [.init(user: people.actor, team: above), .init(user: people.mate, team: below)])
        return try #require(Viewer(people.actor, in: organisation, on: Self.day))
    }

    private func root(_ kind: AccessTable.Kind, _ bond: AccessTable.Bond) -> VersionedRecord {
        record(kind == .freeTask ? "followup" : "customer", AccessTable.fields(of: bond, kind, among: people))
    }

    private func record(
        _ collection: CollectionName, _ fields: [FieldPath: Value], id: RecordID = RecordID(high: 3, low: 1)
    ) -> VersionedRecord {
        let stamp = Stamp(milliseconds: 1, counter: 0, replica: ReplicaID(1))
        return VersionedRecord(
            id: id, collection: collection, atoms: fields.mapValues { Atom(value: $0, stamp: stamp) })
    }

    private func declared(
        _ viewer: Viewer, _ bond: AccessTable.Bond, _ kind: AccessTable.Kind
    ) -> Set<Character> {
        let root = root(kind, bond)
        var standing = schema.standing(of: root, for: viewer)
        if kind == .handover {
            let author = bond == .lost ? people.actor : people.outsider
            let item = record("handover", [FieldPath("author"): .string(author.description)])
            standing = schema.standing(of: item, about: root, for: viewer)
        }
        var letters: Set<Character> = []
        if let standing {
            letters = actions(kind, viewer.role, standing)
            if permits(.create, kind, viewer.role, standing) { letters.insert("c") }
            letters.insert("r")
        }
        if kind == .customer || kind == .freeTask {
            // Who makes a root sees it, whomever it names; it is theirs where it names nobody and they keep a book.
            let isMakers = bond == .pool && !viewer.seesEverything && !viewer.role.seesPool
            let made = isMakers ? Standing.owner : standing ?? .reader
            letters.remove("c")
            if permits(.create, kind, viewer.role, made) { letters.insert("c") }
        }
        return letters
    }

    /// Edit, delete, assign and share, as bound to the unit.
    private func actions(_ kind: AccessTable.Kind, _ role: Role, _ standing: Standing) -> Set<Character> {
        var letters: Set<Character> = []
        let edited = kind == .conflict ? AccessTable.Kind.customer : kind
        if permits(.edit(AccessTable.editedField(of: edited)), edited, role, standing) { letters.insert("e") }
        if schema[kind.collection]?.isAppendOnly != true, permits(.delete, kind, role, standing) {
            letters.insert("d")
        }
        if kind == .customer {
            if permits(.edit("owner"), kind, role, standing) { letters.insert("a") }
            if permits(.edit("members"), kind, role, standing) { letters.insert("s") }
        }
        return letters
    }

    private func permits(
        _ action: AccessAction, _ kind: AccessTable.Kind, _ role: Role, _ standing: Standing
    ) -> Bool {
        schema.permits(action, in: kind.collection, role: role, standing: standing)
    }

    private func declared(_ viewer: Viewer, _ kind: AccessTable.CommonKind) -> Set<Character> {
        let id = kind == .ownUser ? viewer.user : RecordID(high: 3, low: 1)
        let root = record(kind.collection, kind == .openCard ? [FieldPath("isOpen"): true] : [:], id: id)
        guard let standing = schema.standing(of: root, for: viewer) else { return [] }
        func permits(_ action: AccessAction) -> Bool {
            schema.permits(action, in: kind.collection, role: viewer.role, standing: standing)
        }
        var letters: Set<Character> = ["r"]
        if permits(.create) { letters.insert("c") }
        if permits(.edit(AccessTable.editedField(of: kind))) { letters.insert("e") }
        if permits(.delete) { letters.insert("d") }
        // Of a card that is no longer open nobody may ask for the customer.
        if kind == .openCard, permits(.edit("claimedBy")) { letters.insert("a") }
        if kind.collection == "user", permits(.edit("language")) { letters.insert("l") }
        return letters
    }
}
