import WaybookModel

/// What a customer bought, or is about to. Its total is never stored: see `Purchase+Total.swift`.
public struct Purchase: Entity {
    public let number = Field<String>(
        "number", .text(maximum: 40), .served, "Number", "单号", searched: true, erase: .keep)
    public let customer = Field<RecordID>(
        "customer", .reference("customer"), .served, "Customer", "客户", required: true)
    public let status = Field<PurchaseStatus>(
        "status", .register(prefer: PurchaseStatus.final), "Status", "状态", erase: .keep)
    /// Whether a manager agrees with its prices and terms.
    public let approval = Field<PurchaseApproval>(
        "approval", .register(prefer: [PurchaseApproval.refused.value]), "Approval", "审批", access: .only(.leaders),
        erase: .keep)
    public let orderedAt = Field<Instant>("orderedAt", .instant, .register, "Ordered", "下单时间", erase: .keep)
    public let currency = Field<CurrencyCode>("currency", .text(maximum: 3), .group, "Currency", "币种", erase: .keep)
    public let lines = MapField<PurchaseLine>("lines", key: .identity, "Lines", "明细", searched: true, erase: .keep)
    public let channel = Field<PurchaseChannel>("channel", .quiet, "Channel", "渠道", erase: .keep)
    public let seller = Field<RecordID>("seller", .reference("user"), .quiet, "Seller", "销售人员")
    public let tags = SetField("tags", "Tags", "标签", searched: true)
    public let notes = Field<String>("notes", .text(maximum: 65_536), .text, "Notes", "备注", searched: true)
    public let externalIds = MapField<String>.externalIds

    public init() {}

    public static let shape = CollectionShape(
        "purchase", "Purchase", "购买记录", root: "customer", title: "number",
        list: ["number", "orderedAt", "customer", "status", "lines"], access: .sale)
}

/// One line of a purchase: stands or falls as a whole.
public struct PurchaseLine: Structure {
    public var entries: [String: Value]

    public static let parts: [StructureField] = [
        StructureField("product", .reference("product"), "Product", "产品"),
        StructureField("name", .text(maximum: 200), "Name", "名称"),
        StructureField("quantity", .decimal, "Quantity", "数量"),
        StructureField("unitPrice", .money, "Unit price", "单价"),
        StructureField("discount", .money, "Discount", "折扣"),
    ]

    public init(entries: [String: Value]) { self.entries = entries }

    public init(
        product: RecordID? = nil, name: String, quantity: ExactDecimal, unitPrice: Money, discount: Money? = nil
    ) {
        entries = [:]
        self.product = product
        self.name = name
        self.quantity = quantity
        self.unitPrice = unitPrice
        self.discount = discount
    }

    public var product: RecordID? {
        get { self["product"] }
        set { self["product"] = newValue }
    }
    /// The product's name as it was when it was bought.
    public var name: String? {
        get { self["name"] }
        set { self["name"] = newValue }
    }
    public var quantity: ExactDecimal? {
        get { self["quantity"] }
        set { self["quantity"] = newValue }
    }
    public var unitPrice: Money? {
        get { self["unitPrice"] }
        set { self["unitPrice"] = newValue }
    }
    /// Taken off the whole line.
    public var discount: Money? {
        get { self["discount"] }
        set { self["discount"] = newValue }
    }
}

/// How far a purchase is.
public enum PurchaseStatus: String, Choice {
    case draft, confirmed, fulfilled, returned, void

    public var label: Label {
        switch self {
        case .draft: Label("Draft", "草稿")
        case .confirmed: Label("Confirmed", "已确认")
        case .fulfilled: Label("Fulfilled", "已交付")
        case .returned: Label("Returned", "已退货")
        case .void: Label("Void", "已作废")
        }
    }
}

/// What a manager decided on the prices and terms of a purchase; none while nobody has. Of two managers who decide apart, the
/// one who refuses is heard.
public enum PurchaseApproval: String, Choice {
    case approved, refused

    public var label: Label {
        switch self {
        case .approved: Label("Approved", "已批准")
        case .refused: Label("Refused", "已拒绝")
        }
    }
}

/// How a purchase came about.
public enum PurchaseChannel: String, Choice {
    case store, online, phone, visit, partner, other

    public var label: Label {
        switch self {
        case .store: Label("Store", "门店")
        case .online: Label("Online", "线上")
        case .phone: Label("Phone", "电话")
        case .visit: Label("Visit", "拜访")
        case .partner: Label("Partner", "合作伙伴")
        case .other: Label("Other", "其他")
        }
    }
}

extension PurchaseStatus {
    /// The states that end a purchase: they win over a concurrent change of it.
    public static let final: [Value] = [returned.value, void.value]
}
