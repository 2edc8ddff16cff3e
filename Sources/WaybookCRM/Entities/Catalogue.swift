import WaybookModel

/// All that a workspace holds: one line an entity.
public enum Catalogue {
    /// In the order in which people see them; the system's own collections last.
    public static let entities: [any Entity.Type] = [
        Customer.self,
        Contact.self,
        Interaction.self,
        FollowUp.self,
        Product.self,
        Purchase.self,
        Assignment.self,
        CustomerCard.self,
        User.self,
        Team.self,
        TeamMembership.self,
        AssignmentRule.self,
        Handover.self,
        Conflict.self,
    ]

    /// The schema that the engine runs on.
    public static let schema = Schema(version: 1, collections: entities.map { $0.makeSchema() })

    /// The collections that people add to and edit by the common commands; the rest have commands of their own, or the
    /// server alone writes them.
    public static let editable: [CollectionSchema] = schema.collections.filter { isEditable($0.name) }

    /// Whether people add to a collection and edit it by the common commands.
    public static func isEditable(_ collection: CollectionName) -> Bool {
        ![Conflict.shape.name, Assignment.shape.name, CustomerCard.shape.name, User.shape.name, Handover.shape.name]
            .contains(collection)
    }

    /// The collection that a person means by its name or either label, whatever the case; `task` is one of the names of
    /// `followup`. Nil for anything else.
    public static func collection(named text: String) -> CollectionSchema? {
        let wanted = ElementKey.fold(text)
        return schema.collections.first { collection in
            [collection.name.text, collection.label.en, collection.label.zhHans].contains {
                ElementKey.fold($0) == wanted
            }
        }
    }
}
