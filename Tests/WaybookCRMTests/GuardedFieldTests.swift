import Testing
import WaybookModel

@testable import WaybookCRM

/// Fields that fewer may write than their record, against a table that was written by hand.
@Suite struct GuardedFieldTests {
    /// Who may write, of the owner, the manager above, a colleague with whom the customer is shared to edit, and an administrator.
    @Test(
        arguments: [
            ("customer", "creditLevel", [Standing.superior, .administrator]),
            ("purchase", "approval", [.superior, .administrator]),
            ("customer", "owner", [.owner, .superior, .administrator]),
            ("customer", "members", [.owner, .superior, .administrator]),
            ("customer", "city", [.owner, .superior, .editor, .administrator]),
            ("purchase", "lines", [.owner, .superior, .editor, .administrator]),
        ] as [(String, String, [Standing])])
    func ofACustomer(collection: String, field: String, allowed: [Standing]) {
        let people: [(Role, Standing)] = [
            (.rep, .owner), (.manager, .superior), (.rep, .editor), (.admin, .administrator),
        ]
        for (role, standing) in people {
            let may = Catalogue.schema.permits(
                .edit(FieldName(field)), in: CollectionName(collection), role: role, standing: standing)
            #expect(may == allowed.contains(standing), "\(role) \(standing) \(collection).\(field)")
        }
        for role in [Role.service, .viewer] {
            let may = Catalogue.schema.permits(
                .edit(FieldName(field)), in: CollectionName(collection), role: role, standing: .superior)
            #expect(!may, "\(role) \(collection).\(field)")
        }
    }

    /// Prices are for managers and administrators.
    @Test func pricesOfProducts() {
        for (role, may) in [(Role.admin, true), (.manager, true), (.rep, false), (.service, false), (.viewer, false)] {
            let standing: Standing = role == .admin ? .administrator : .audience
            #expect(Catalogue.schema.permits(.edit("price"), in: "product", role: role, standing: standing) == may)
        }
    }
}
