import WaybookModel

/// A customer: an organisation or a person; the root of the unit that holds all about it.
public struct Customer: Entity {
    public let name = Field<String>(
        "name", .text(maximum: 120), .register, "Name", "名称", required: true, searched: true, erase: .pseudonymise)
    public let kind = Field<CustomerKind>("kind", .immutable, "Type", "类型", erase: .keep)
    public let personName = Field<PersonName>("personName", group: "Family and given name", "姓与名", searched: true)
    public let nickname = Field<String>("nickname", .text(maximum: 120), .quiet, "Nickname", "昵称", searched: true)
    public let legalName = Field<String>(
        "legalName", .text(maximum: 120), .register, "Legal name", "全称", searched: true)
    public let taxID = Field<String>("taxID", .text(maximum: 40), .register, "Tax ID", "统一社会信用代码")
    public let tier = Field<CustomerTier>("tier", .register, "Tier", "等级")
    public let stage = Field<CustomerStage>("stage", .register, "Stage", "生命周期阶段")
    public let creditLevel = Field<CreditLevel>(
        "creditLevel", .register, "Credit level", "信用等级", access: .only(.leaders))
    public let owner = Field<RecordID>(
        "owner", .reference("user"), .served, "Owner", "负责人", access: .only(.responsible))
    public let members = MapField<MemberRole>(
        "members", key: .identity, value: MemberRole.type, "Members", "协作成员", isServed: true,
        access: .only(.responsible), erase: .keep)
    public let phones = MapField<Phone>("phones", key: .phone, flags: Phone.flags, "Phones", "电话", searched: true)
    public let emails = MapField<Email>("emails", key: .email, flags: Email.flags, "E-mails", "邮箱", searched: true)
    public let socials = MapField<String>(
        "socials", key: .handle, value: .text(maximum: 200), "Social accounts", "社交账号", searched: true)
    public let addresses = MapField<Address>("addresses", key: .identity, "Addresses", "地址", searched: true)
    public let city = Field<String>("city", .text(maximum: 80), .quiet, "City", "城市", searched: true)
    public let region = Field<String>("region", .text(maximum: 80), .quiet, "Region", "区域")
    public let country = Field<String>("country", .text(maximum: 80), .quiet, "Country", "国家")
    public let website = Field<String>("website", .text(maximum: 200), .quiet, "Website", "网站")
    public let gender = Field<Gender>("gender", .quiet, "Gender", "性别")
    public let birthday = Field<PartialDate>("birthday", .partialDate, .group, "Birthday", "生日")
    public let occupation = Field<String>("occupation", .text(maximum: 80), .quiet, "Occupation", "职业")
    public let jobTitle = Field<String>("jobTitle", .text(maximum: 80), .quiet, "Job title", "职务")
    public let industry = Field<String>("industry", .text(maximum: 80), .quiet, "Industry", "行业")
    public let sizeBand = Field<SizeBand>("sizeBand", .quiet, "Size", "规模")
    public let incomeBand = Field<String>("incomeBand", .text(maximum: 40), .quiet, "Income", "收入水平")
    public let source = Field<CustomerSource>("source", .quiet, "Source", "来源")
    public let sourceDetail = Field<String>("sourceDetail", .text(maximum: 200), .quiet, "Source detail", "来源说明")
    public let importance = Field<Int64>("importance", .integer(1...5), .quiet, "Importance", "重要性")
    public let urgency = Field<Int64>("urgency", .integer(1...5), .quiet, "Urgency", "紧急程度")
    public let parent = Field<RecordID>("parent", .reference("customer"), .quiet, "Parent", "上级单位", erase: .shred)
    public let preferredChannel = Field<ContactChannel>("preferredChannel", .quiet, "Preferred channel", "首选方式")
    public let contactWindows = SetField("contactWindows", "Times to contact", "可联系时段")
    public let maximumTouches = Field<Int64>(
        "maximumTouches", .integer(0...1_000), .quiet, "Most contacts in 30 days", "频次上限")
    public let doNotCall = Field<Bool>("doNotCall", .bool, .restrictive, "Do not call", "勿打电话")
    public let doNotEmail = Field<Bool>("doNotEmail", .bool, .restrictive, "Do not e-mail", "勿发邮件")
    public let doNotSms = Field<Bool>("doNotSms", .bool, .restrictive, "Do not text", "勿发短信")
    public let doNotVisit = Field<Bool>("doNotVisit", .bool, .restrictive, "Do not visit", "勿上门")
    public let tags = SetField("tags", "Tags", "标签", searched: true)
    public let interests = SetField("interests", "Interests", "兴趣爱好", searched: true)
    public let painPoints = SetField("painPoints", maximum: 200, "Pain points", "痛点", searched: true)
    public let lastVerified = Field<CivilDate>("lastVerified", .date, .quiet, "Last verified", "信息核实日期")
    public let notes = Field<String>("notes", .text(maximum: 65_536), .text, "Notes", "备注", searched: true)
    public let externalIds = MapField<String>.externalIds

    public init() {}

    public static let shape = CollectionShape(
        "customer", "Customer", "客户", title: "name", list: ["name", "city", "tier", "stage", "phones", "tags"],
        erasable: true,
        access: CollectionAccess(
            .book(owner: "owner", members: "members"), create: .responsible, edit: .sellers, delete: .responsible))
}

/// Whether a customer is an organisation or a person. Kept once set; a change of it is a conversion.
public enum CustomerKind: String, Choice {
    case organization, person

    public var label: Label {
        switch self {
        case .organization: Label("Organisation", "单位")
        case .person: Label("Person", "个人")
        }
    }
}

/// A customer's tier, as people decided it.
public enum CustomerTier: String, Choice {
    case vip, important, normal, potential

    public var label: Label {
        switch self {
        case .vip: Label("VIP", "VIP")
        case .important: Label("Important", "重要")
        case .normal: Label("Normal", "普通")
        case .potential: Label("Potential", "潜力")
        }
    }
}

/// How far a customer is trusted to pay later; decided by managers.
public enum CreditLevel: String, Choice {
    case high, standard, limited, prepaid, blocked

    public var label: Label {
        switch self {
        case .high: Label("High", "高")
        case .standard: Label("Standard", "标准")
        case .limited: Label("Limited", "受限")
        case .prepaid: Label("Prepaid only", "仅预付")
        case .blocked: Label("Blocked", "禁止交易")
        }
    }
}

/// Where a customer is in its life with us.
public enum CustomerStage: String, Choice {
    case lead, firstPurchase, active, loyal, dormant, lost, wonBack

    public var label: Label {
        switch self {
        case .lead: Label("Lead", "潜在")
        case .firstPurchase: Label("First purchase", "初次购买")
        case .active: Label("Active", "成熟")
        case .loyal: Label("Loyal", "忠诚")
        case .dormant: Label("Dormant", "沉睡")
        case .lost: Label("Lost", "流失")
        case .wonBack: Label("Won back", "挽回")
        }
    }
}

/// Where a customer came from.
public enum CustomerSource: String, Choice {
    case walkIn, call, email, web, referral, exhibition, partner, agent, campaign, `import`, other

    public var label: Label {
        switch self {
        case .walkIn: Label("Walk-in", "上门")
        case .call: Label("Call", "来电")
        case .email: Label("E-mail", "邮件")
        case .web: Label("Web", "网站")
        case .referral: Label("Referral", "转介绍")
        case .exhibition: Label("Exhibition", "展会")
        case .partner: Label("Partner", "合作伙伴")
        case .agent: Label("Agent", "代理商")
        case .campaign: Label("Campaign", "营销活动")
        case .import: Label("Import", "导入")
        case .other: Label("Other", "其他")
        }
    }
}

/// How many people an organisation has, at least.
public enum SizeBand: String, Choice {
    case from1, from10, from50, from250, from500

    public var label: Label {
        switch self {
        case .from1: Label("1 to 9", "1–9人")
        case .from10: Label("10 to 49", "10–49人")
        case .from50: Label("50 to 249", "50–249人")
        case .from250: Label("250 to 499", "250–499人")
        case .from500: Label("500 and more", "500人以上")
        }
    }
}

/// What a colleague may do with a shared customer.
public enum MemberRole: String, Choice {
    case view, edit

    public var label: Label {
        switch self {
        case .view: Label("May see", "可查看")
        case .edit: Label("May edit", "可编辑")
        }
    }
}
