import WaybookModel

/// Something that is sold. Belongs to the whole workspace: the root of its own unit.
public struct Product: Entity {
    public let name = Field<String>(
        "name", .text(maximum: 200), .register, "Name", "名称", required: true, searched: true)
    public let sku = Field<String>("sku", .text(maximum: 80), .register, "SKU", "编码", searched: true)
    public let category = Field<String>("category", .text(maximum: 80), .quiet, "Category", "类别", searched: true)
    public let unit = Field<String>("unit", .text(maximum: 40), .quiet, "Unit", "单位")
    public let price = Field<Money>("price", .money, .group, "Price", "价格")
    public let isActive = Field<Bool>("isActive", .bool, .quiet, "On sale", "在售")
    public let attributes = MapField<String>(
        "attributes", key: .text, value: .text(maximum: 200), "Attributes", "属性", searched: true)
    public let modules = SetField("modules", "Modules", "模块")
    public let recommendedWith = SetField("recommendedWith", key: .identity, "Recommended with", "搭配推荐")
    public let description = Field<String>(
        "description", .text(maximum: 65_536), .text, "Description", "说明", searched: true)
    public let tags = SetField("tags", "Tags", "标签", searched: true)
    public let externalIds = MapField<String>.externalIds

    public init() {}

    public static let shape = CollectionShape(
        "product", "Product", "产品", title: "name", list: ["name", "sku", "category", "price", "isActive"],
        access: .reference)
}
