import WaybookModel

/// Something that happened between us and a customer: a call, a visit, a message.
public struct Interaction: Entity {
    public let subject = Field<String>("subject", .text(maximum: 200), .quiet, "Subject", "主题", searched: true)
    public let customer = Field<RecordID>(
        "customer", .reference("customer"), .served, "Customer", "客户", required: true)
    public let contacts = SetField("contacts", key: .identity, "Contacts", "参与人", tellsOf: "contact")
    public let channel = Field<ContactChannel>("channel", .quiet, "Channel", "方式", erase: .keep)
    public let direction = Field<InteractionDirection>("direction", .quiet, "Direction", "方向", erase: .keep)
    public let occurredAt = Field<Instant>("occurredAt", .instant, .register, "Time", "时间", erase: .keep)
    public let endedAt = Field<Instant>("endedAt", .instant, .quiet, "Ended", "结束时间", erase: .keep)
    public let durationSeconds = Field<Int64>(
        "durationSeconds", .integer(0...604_800), .quiet, "Duration (seconds)", "时长（秒）", erase: .keep)
    public let place = Field<String>("place", .text(maximum: 200), .quiet, "Place", "地点", searched: true)
    public let content = Field<String>("content", .text(maximum: 65_536), .text, "Content", "内容", searched: true)
    public let outcome = Field<InteractionOutcome>("outcome", .quiet, "Outcome", "结果")
    public let sentiment = Field<Int64>("sentiment", .integer(-1...1), .quiet, "Sentiment (-1 to 1)", "情绪（-1到1）")
    public let topics = SetField("topics", "Topics", "话题", searched: true)
    public let products = SetField("products", key: .identity, "Products", "涉及产品")
    public let followups = SetField("followups", key: .identity, "Tasks", "后续任务")
    public let checkInAt = Field<Instant>("checkInAt", .instant, .immutable, "Checked in", "签到时间", erase: .keep)
    public let checkOutAt = Field<Instant>("checkOutAt", .instant, .immutable, "Checked out", "签退时间", erase: .keep)
    public let actionsDone = SetField("actionsDone", maximum: 200, "Actions done", "完成动作")
    public let author = Field<RecordID>(
        "author", .reference("user"), .immutable, "Author", "记录人", access: .author)
    public let loggedAt = Field<Instant>("loggedAt", .instant, .immutable, "Logged", "记录时间", erase: .keep)
    public let tags = SetField("tags", "Tags", "标签", searched: true)
    public let externalIds = MapField<String>.externalIds

    public init() {}

    public static let shape = CollectionShape(
        "interaction", "Interaction", "互动记录", root: "customer", title: "subject",
        list: ["occurredAt", "channel", "subject", "outcome", "customer"], erasable: true, access: .care)
}

/// Who reached for whom.
public enum InteractionDirection: String, Choice {
    case outbound, inbound

    public var label: Label {
        switch self {
        case .outbound: Label("Outbound", "呼出")
        case .inbound: Label("Inbound", "呼入")
        }
    }
}

/// What came of an interaction.
public enum InteractionOutcome: String, Choice {
    case reached, noAnswer, interested, notInterested, ordered, complaint, followUp, refused, other

    public var label: Label {
        switch self {
        case .reached: Label("Reached", "已联系")
        case .noAnswer: Label("No answer", "无人接听")
        case .interested: Label("Interested", "有意向")
        case .notInterested: Label("Not interested", "无意向")
        case .ordered: Label("Ordered", "已下单")
        case .complaint: Label("Complaint", "投诉")
        case .followUp: Label("Follow up", "待跟进")
        case .refused: Label("Refused", "拒绝")
        case .other: Label("Other", "其他")
        }
    }
}
