import WaybookModel

/// A person at a customer.
public struct Contact: Entity {
    public let name = Field<String>(
        "name", .text(maximum: 120), .register, "Name", "姓名", required: true, searched: true, erase: .pseudonymise)
    public let customer = Field<RecordID>(
        "customer", .reference("customer"), .served, "Customer", "客户", required: true)
    public let personName = Field<PersonName>("personName", group: "Family and given name", "姓与名", searched: true)
    public let gender = Field<Gender>("gender", .quiet, "Gender", "性别")
    public let jobTitle = Field<String>("jobTitle", .text(maximum: 80), .quiet, "Job title", "职务", searched: true)
    public let department = Field<String>("department", .text(maximum: 80), .quiet, "Department", "部门")
    public let role = Field<ContactRole>("role", .quiet, "Role", "决策角色")
    public let phones = MapField<Phone>("phones", key: .phone, flags: Phone.flags, "Phones", "电话", searched: true)
    public let emails = MapField<Email>("emails", key: .email, flags: Email.flags, "E-mails", "邮箱", searched: true)
    public let socials = MapField<String>(
        "socials", key: .handle, value: .text(maximum: 200), "Social accounts", "社交账号", searched: true)
    public let birthday = Field<PartialDate>("birthday", .partialDate, .group, "Birthday", "生日")
    public let isActive = Field<Bool>("isActive", .bool, .quiet, "Still there", "在职")
    public let reportsTo = Field<RecordID>(
        "reportsTo", .reference("contact"), .quiet, "Reports to", "上级", erase: .shred)
    public let doNotCall = Field<Bool>("doNotCall", .bool, .restrictive, "Do not call", "勿打电话")
    public let doNotEmail = Field<Bool>("doNotEmail", .bool, .restrictive, "Do not e-mail", "勿发邮件")
    public let doNotSms = Field<Bool>("doNotSms", .bool, .restrictive, "Do not text", "勿发短信")
    public let doNotVisit = Field<Bool>("doNotVisit", .bool, .restrictive, "Do not visit", "勿上门")
    public let tags = SetField("tags", "Tags", "标签", searched: true)
    public let notes = Field<String>("notes", .text(maximum: 65_536), .text, "Notes", "备注", searched: true)
    public let externalIds = MapField<String>.externalIds

    public init() {}

    public static let shape = CollectionShape(
        "contact", "Contact", "联系人", root: "customer", title: "name",
        list: ["name", "customer", "jobTitle", "phones", "emails"], erasable: true, access: .care)
}

/// What part a person has in deciding.
public enum ContactRole: String, Choice {
    case decisionMaker, evaluator, influencer, user, gatekeeper

    public var label: Label {
        switch self {
        case .decisionMaker: Label("Decision maker", "决策者")
        case .evaluator: Label("Evaluator", "评估者")
        case .influencer: Label("Influencer", "影响者")
        case .user: Label("User", "使用者")
        case .gatekeeper: Label("Gatekeeper", "把关者")
        }
    }
}
