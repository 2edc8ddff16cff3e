import WaybookModel

/// A schema of the tests' own: every rule once, a root, a child, a child of free choice, and an append-only collection.
enum TestSchema {
    static let schema = Schema(version: 1, collections: [customer, contact, event])

    private static let customer = CollectionSchema(
        "customer", "Customer", "客户", title: "name", list: ["name"],
        access: .directory,
        fields: [
            FieldSchema("name", .text(maximum: 100), .register, "Name", "名", required: true),
            FieldSchema("city", .text(maximum: 100), .register, "City", "城"),
            FieldSchema("mood", .text(maximum: 100), .register(quiet: true), "Mood", "情"),
            FieldSchema("stage", stages, .register(prefer: ["won"]), "Stage", "阶"),
            FieldSchema("address", address, .group, "Address", "址"),
            FieldSchema("tags", .set(key: .text, maximum: 60), .set, "Tags", "签"),
            FieldSchema(
                "phones", .map(key: .phone, value: address, flags: [optOut]),
                .map(flags: ["optOut": .init(prefer: true)]), "Phones", "电"),
            FieldSchema("notes", .text(maximum: 10_000), .text, "Notes", "记"),
            FieldSchema("code", .text(maximum: 20), .immutable, "Code", "码"),
            FieldSchema("owner", .text(maximum: 40), .served, "Owner", "主"),
            FieldSchema("score", .integer(0...10), .register, "Score", "分"),
            FieldSchema("rank", .integer(0...10), .register, "Rank", "级", access: .server),
        ])

    private static let contact = CollectionSchema(
        "contact", "Contact", "联系人", root: "customer", title: "name", list: ["name"],
        access: .directory,
        fields: [
            FieldSchema("customer", .reference("customer"), .register, "Customer", "客", required: true),
            FieldSchema("name", .text(maximum: 100), .register, "Name", "名"),
        ])

    private static let event = CollectionSchema(
        "event", "Event", "事", title: "kind", list: ["kind"], appendOnly: true,
        access: .directory, fields: [FieldSchema("kind", .text(maximum: 100), .immutable, "Kind", "类", required: true)])

    private static let stages = FieldType.enumeration([
        EnumCase("open", "Open", "开"), EnumCase("won", "Won", "赢"), EnumCase("lost", "Lost", "输"),
    ])
    private static let address = FieldType.structure([
        StructureField("street", .text(maximum: 100), "Street", "街"),
        StructureField("zip", .text(maximum: 10), "Zip", "编"),
    ])
    private static let optOut = StructureField("optOut", .bool, "Opted out", "拒")
}
