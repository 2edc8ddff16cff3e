import WaybookModel

/// What those who may claim see of a customer in the pool: a record of its own, because it has another audience than the
/// customer. The server makes it from the customer and keeps it true; the engine knows its fields by `CardRecord`.
public struct CustomerCard: Entity {
    public let customer = fact("customer", .text(maximum: 36), "Customer", "客户", RecordID.self, erase: .keep)
    public let name = Field<String>(
        "name", .text(maximum: 120), .quiet, "Name", "名称", searched: true, access: .server, erase: .pseudonymise)
    public let city = fact("city", .text(maximum: 80), "City", "城市", String.self)
    public let region = fact("region", .text(maximum: 80), "Region", "区域", String.self)
    public let industry = fact("industry", .text(maximum: 80), "Industry", "行业", String.self)
    public let sizeBand = Field<SizeBand>("sizeBand", .quiet, "Size", "规模", access: .server)
    public let since = fact("since", .instant, "In the pool since", "进入公海时间", Instant.self)
    public let isOpen = Field<Bool>("isOpen", .bool, .quiet, "Can be claimed", "可认领", access: .server)
    /// Offline a request; the first that reaches the server has the customer.
    public let claimedBy = Field<RecordID>(
        "claimedBy", .reference("user"), .served, "Claimed by", "认领人", access: .only(.claimants))

    public init() {}

    public static let shape = CollectionShape(
        "customerCard", "Pool card", "公海名片", title: "name",
        list: ["name", "city", "region", "industry", "sizeBand", "since", "claimedBy"],
        access: CollectionAccess(.cards(open: "isOpen"), create: .nobody, edit: .nobody, delete: .nobody))

    private static func fact<Content: FieldValue>(
        _ name: FieldName, _ type: FieldType, _ en: String, _ zhHans: String, _: Content.Type,
        erase: ErasePolicy? = nil
    ) -> Field<Content> {
        Field(name, type, .quiet, en, zhHans, access: .server, erase: erase)
    }
}
