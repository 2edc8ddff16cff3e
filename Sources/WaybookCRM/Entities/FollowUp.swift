import WaybookModel

/// Something to be done; people call it a task. One that is about no customer is the root of its own unit.
public struct FollowUp: Entity {
    public let title = Field<String>(
        "title", .text(maximum: 200), .register, "Title", "标题", required: true, searched: true, erase: .pseudonymise)
    public let customer = Field<RecordID>("customer", .reference("customer"), .served, "Customer", "客户")
    public let contact = Field<RecordID>("contact", .reference("contact"), .quiet, "Contact", "联系人", tellsOf: "contact")
    public let type = Field<FollowUpType>("type", .quiet, "Type", "类型", erase: .keep)
    public let priority = Field<Priority>("priority", .quiet, "Priority", "优先级", erase: .keep)
    public let status = Field<FollowUpStatus>(
        "status", .register(prefer: FollowUpStatus.final), "Status", "状态", erase: .keep)
    public let due = Field<CivilDate>("due", .date, .register, "Due", "截止日期", erase: .keep)
    public let dueAt = Field<Instant>("dueAt", .instant, .register, "Due at", "截止时刻", erase: .keep)
    public let start = Field<CivilDate>("start", .date, .quiet, "Start", "开始日期", erase: .keep)
    public let assignee = Field<RecordID>("assignee", .reference("user"), .register, "Assignee", "执行人")
    public let collaborators = SetField("collaborators", key: .identity, "Collaborators", "协作人")
    public let checklist = MapField<String>(
        "checklist", key: .identity, value: .text(maximum: 200),
        flags: [StructureField("done", .bool, "Done", "已完成")], "Checklist", "检查项")
    public let completedAt = Field<Instant>("completedAt", .instant, .quiet, "Completed", "完成时间", erase: .keep)
    public let completedBy = Field<RecordID>("completedBy", .reference("user"), .quiet, "Completed by", "完成人")
    public let result = Field<String>("result", .text(maximum: 65_536), .text, "Result", "结果", searched: true)
    public let notes = Field<String>("notes", .text(maximum: 65_536), .text, "Notes", "备注", searched: true)
    public let interaction = Field<RecordID>(
        "interaction", .reference("interaction"), .immutable, "From interaction", "来源互动")
    public let parent = Field<RecordID>("parent", .reference("followup"), .quiet, "Part of", "上级任务")
    public let tags = SetField("tags", "Tags", "标签", searched: true)
    public let externalIds = MapField<String>.externalIds

    public init() {}

    public static let shape = CollectionShape(
        "followup", "Task", "任务", root: "customer", title: "title",
        list: ["title", "due", "priority", "status", "customer"], erasable: true,
        access: CollectionAccess(
            .book(owner: "assignee", members: "collaborators"), create: .servers, edit: .servers, delete: .sellers))
}

/// What kind of thing is to be done.
public enum FollowUpType: String, Choice {
    case call, visit, email, quote, deliver, care, service, other

    public var label: Label {
        switch self {
        case .call: Label("Call", "电话")
        case .visit: Label("Visit", "拜访")
        case .email: Label("E-mail", "邮件")
        case .quote: Label("Quote", "报价")
        case .deliver: Label("Deliver", "交付")
        case .care: Label("Care", "关怀")
        case .service: Label("Service", "服务")
        case .other: Label("Other", "其他")
        }
    }
}

/// How much something presses.
public enum Priority: String, Choice {
    case high, medium, low

    public var label: Label {
        switch self {
        case .high: Label("High", "高")
        case .medium: Label("Medium", "中")
        case .low: Label("Low", "低")
        }
    }
}

/// How far a task is.
public enum FollowUpStatus: String, Choice {
    case notStarted, inProgress, waiting, completed, deferred, canceled

    public var label: Label {
        switch self {
        case .notStarted: Label("Not started", "未开始")
        case .inProgress: Label("In progress", "进行中")
        case .waiting: Label("Waiting", "等待中")
        case .completed: Label("Completed", "已完成")
        case .deferred: Label("Deferred", "已推迟")
        case .canceled: Label("Cancelled", "已取消")
        }
    }
}

extension FollowUpStatus {
    /// The states that end a task: they win over a concurrent change of it.
    public static let final: [Value] = [completed.value, canceled.value]
}
