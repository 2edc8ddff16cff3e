import WaybookModel

/// Elements that are records: people name these as they name the record itself.
enum NamedElements {
    /// Whose records the elements of a field are; nil where they are not known by a record.
    static func collection(of field: FieldName) -> CollectionName? {
        switch field {
        case "people", "collaborators", "members": DirectoryRecord.user
        case "contacts": Contact.shape.name
        case "products", "recommendedWith": Product.shape.name
        case "followups": FollowUp.shape.name
        default: nil
        }
    }
}
