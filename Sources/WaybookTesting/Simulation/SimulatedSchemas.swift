import WaybookModel

/// The schemas of one history: the server's, and those of laptops whose program is older, or newer.
///
/// Every laptop takes longer tax numbers than the server, so that the server has something to refuse.
public struct SimulatedSchemas: Sendable {
    /// A field that only newer programs know.
    public static let newField: FieldName = "moonPhase"
    /// Fields that older programs do not know.
    static let lateFields: Set<FieldName> = ["nickname", "occupation", "importance"]
    static let longText = 200

    public let server: Schema
    private let laptops: [Schema]

    /// - Parameter server: the product's catalogue.
    public init(_ server: Schema) {
        self.server = server
        laptops = [0, -1, 1].map { difference in
            Schema(
                version: max(1, server.version + difference),
                collections: server.collections.map { $0.name == "customer" ? Self.changed($0, difference) : $0 })
        }
    }

    /// - Parameter kind: 0 the server's, 1 older, 2 newer.
    public func laptop(_ kind: Int) -> Schema { laptops[kind % laptops.count] }

    private static func changed(_ customer: CollectionSchema, _ difference: Int) -> CollectionSchema {
        var fields = customer.fields.map { field in
            guard field.name == "taxID" else { return field }
            return FieldSchema(
                field.name, .text(maximum: longText), field.rule, field.label.en, field.label.zhHans,
                searched: field.isSearched, access: field.access, erase: field.erase)
        }
        if difference < 0 { fields.removeAll { lateFields.contains($0.name) } }
        if difference > 0 { fields.append(FieldSchema(newField, .text(maximum: 80), .register, "Moon", "月相")) }
        return CollectionSchema(
            customer.name, customer.label.en, customer.label.zhHans, root: customer.rootField,
            title: customer.titleField, list: customer.listFields, appendOnly: customer.isAppendOnly,
            erasable: customer.isErasable, access: customer.access, fields: fields)
    }

    /// A field whose values are few, so that none of them names the write that made it.
    static let level = FieldPath("creditLevel")

    /// Whether the oracle says what becomes of writes to a path.
    func isModelled(_ path: FieldPath, in collection: CollectionName) -> Bool {
        guard path != Self.level, !path.isElement, path != .life, path != .erased,
            server[collection]?[path.field] != nil,
            case .register(_, let prefer)? = server.rule(for: path, in: collection)
        else { return false }
        return prefer.isEmpty
    }

    /// The paths whose losers are not listed, of those that are written.
    static let quiet: Set<FieldPath> = Set(["city", "jobTitle", "subject", "place"].map { FieldPath(FieldName($0)) })

    /// The text fields that are written, by collection.
    static func fields(of collection: CollectionName) -> [FieldName] {
        switch collection {
        case "customer": ["legalName", "taxID", "city", "name"]
        case "contact": ["name", "jobTitle"]
        case "interaction": ["subject", "place"]
        case "purchase": ["notes"]
        default: ["title", "notes"]
        }
    }
}
