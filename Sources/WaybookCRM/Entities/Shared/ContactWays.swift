import WaybookModel

/// What a telephone number is for.
public enum PhoneKind: String, Choice {
    case mobile, work, home, fax, other

    public var label: Label {
        switch self {
        case .mobile: Label("Mobile", "手机")
        case .work: Label("Work", "单位")
        case .home: Label("Home", "家庭")
        case .fax: Label("Fax", "传真")
        case .other: Label("Other", "其他")
        }
    }
}

/// A telephone number as an element of a map whose key is its normalised form.
public struct Phone: Structure {
    public var entries: [String: Value]

    public static let parts: [StructureField] = [
        StructureField("raw", .text(maximum: 80), "As typed", "原文"),
        StructureField("type", PhoneKind.type, "Type", "类型"),
        StructureField("primary", .bool, "Primary", "首选"),
        StructureField("valid", .bool, "Valid", "有效"),
        StructureField("note", .text(maximum: 200), "Note", "备注"),
    ]
    /// Whoever opts out stays out against a concurrent opt-in.
    public static let flags = [StructureField("optOut", .bool, "Opted out", "拒绝联系")]

    public init(entries: [String: Value]) { self.entries = entries }

    /// Makes the element for a number as it was typed.
    public init(_ number: PhoneNumber) {
        entries = ["raw": .string(number.raw), "valid": .bool(number.isValid)]
        if number.kind == .mobile { type = .mobile }
    }

    public var raw: String? {
        get { self["raw"] }
        set { self["raw"] = newValue }
    }
    public var type: PhoneKind? {
        get { self["type"] }
        set { self["type"] = newValue }
    }
    public var isPrimary: Bool? {
        get { self["primary"] }
        set { self["primary"] = newValue }
    }
    public var isValid: Bool? {
        get { self["valid"] }
        set { self["valid"] = newValue }
    }
    public var note: String? {
        get { self["note"] }
        set { self["note"] = newValue }
    }
}

/// What an e-mail address is for.
public enum EmailKind: String, Choice {
    case work, personal, other

    public var label: Label {
        switch self {
        case .work: Label("Work", "单位")
        case .personal: Label("Personal", "个人")
        case .other: Label("Other", "其他")
        }
    }
}

/// An e-mail address as an element of a map whose key is the address in lower case.
public struct Email: Structure {
    public var entries: [String: Value]

    public static let parts: [StructureField] = [
        StructureField("raw", .text(maximum: 320), "As typed", "原文"),
        StructureField("type", EmailKind.type, "Type", "类型"),
        StructureField("primary", .bool, "Primary", "首选"),
        StructureField("valid", .bool, "Valid", "有效"),
        StructureField("note", .text(maximum: 200), "Note", "备注"),
    ]
    /// Whoever opts out stays out against a concurrent opt-in.
    public static let flags = [StructureField("optOut", .bool, "Opted out", "拒绝联系")]

    public init(entries: [String: Value]) { self.entries = entries }

    /// Makes the element for an address as it was typed.
    public init(_ address: EmailAddress) {
        entries = ["raw": .string(address.raw), "valid": .bool(address.isValid)]
    }

    public var raw: String? {
        get { self["raw"] }
        set { self["raw"] = newValue }
    }
    public var type: EmailKind? {
        get { self["type"] }
        set { self["type"] = newValue }
    }
    public var isPrimary: Bool? {
        get { self["primary"] }
        set { self["primary"] = newValue }
    }
    public var isValid: Bool? {
        get { self["valid"] }
        set { self["valid"] = newValue }
    }
    public var note: String? {
        get { self["note"] }
        set { self["note"] = newValue }
    }
}

/// What an address is for.
public enum AddressKind: String, Choice {
    case work, home, billing, delivery, other

    public var label: Label {
        switch self {
        case .work: Label("Work", "单位")
        case .home: Label("Home", "家庭")
        case .billing: Label("Billing", "账单")
        case .delivery: Label("Delivery", "收货")
        case .other: Label("Other", "其他")
        }
    }
}

/// A postal address: stands or falls as a whole.
public struct Address: Structure {
    public var entries: [String: Value]

    public static let parts: [StructureField] = [
        StructureField("type", AddressKind.type, "Type", "类型"),
        StructureField("country", .text(maximum: 2), "Country (ISO 3166)", "国家代码"),
        StructureField("province", .text(maximum: 80), "Province", "省"),
        StructureField("city", .text(maximum: 80), "City", "市"),
        StructureField("district", .text(maximum: 80), "District", "区"),
        StructureField("street", .text(maximum: 200), "Street", "街道"),
        StructureField("postalCode", .text(maximum: 20), "Postal code", "邮编"),
    ]

    public init(entries: [String: Value]) { self.entries = entries }

    public var type: AddressKind? {
        get { self["type"] }
        set { self["type"] = newValue }
    }
    public var country: String? {
        get { self["country"] }
        set { self["country"] = newValue }
    }
    public var province: String? {
        get { self["province"] }
        set { self["province"] = newValue }
    }
    public var city: String? {
        get { self["city"] }
        set { self["city"] = newValue }
    }
    public var district: String? {
        get { self["district"] }
        set { self["district"] = newValue }
    }
    public var street: String? {
        get { self["street"] }
        set { self["street"] = newValue }
    }
    public var postalCode: String? {
        get { self["postalCode"] }
        set { self["postalCode"] = newValue }
    }
}

/// The parts of a person's name: stand or fall together.
public struct PersonName: Structure {
    public var entries: [String: Value]

    public static let parts: [StructureField] = [
        StructureField("family", .text(maximum: 120), "Family name", "姓"),
        StructureField("given", .text(maximum: 120), "Given name", "名"),
    ]

    public init(entries: [String: Value]) { self.entries = entries }

    public var family: String? {
        get { self["family"] }
        set { self["family"] = newValue }
    }
    public var given: String? {
        get { self["given"] }
        set { self["given"] = newValue }
    }
}

/// A person's gender.
public enum Gender: String, Choice {
    case male, female, other, unknown

    public var label: Label {
        switch self {
        case .male: Label("Male", "男")
        case .female: Label("Female", "女")
        case .other: Label("Other", "其他")
        case .unknown: Label("Unknown", "未知")
        }
    }
}

/// A way of reaching someone.
public enum ContactChannel: String, Choice {
    case phone, sms, email, chat, visit, meeting, video, social, event, other

    public var label: Label {
        switch self {
        case .phone: Label("Phone", "电话")
        case .sms: Label("SMS", "短信")
        case .email: Label("E-mail", "邮件")
        case .chat: Label("Chat", "微信/在线")
        case .visit: Label("Visit", "拜访")
        case .meeting: Label("Meeting", "面谈")
        case .video: Label("Video", "视频")
        case .social: Label("Social media", "社交媒体")
        case .event: Label("Event", "活动")
        case .other: Label("Other", "其他")
        }
    }
}
