import WaybookModel

/// Who became responsible for a customer, after whom, through whom and why: one entry a change of owner, never changed.
/// The server adds it in the commit that changes the owner; the reason is the note of the set that asked for it.
public struct Assignment: Entity {
    public let customer = fact("customer", .reference("customer"), "Customer", "客户", RecordID.self)
    /// None for the pool.
    public let from = fact("from", .reference("user"), "From", "原负责人", RecordID.self)
    public let to = fact("to", .reference("user"), "To", "新负责人", RecordID.self)
    public let by = fact("by", .reference("user"), "By", "操作人", RecordID.self)
    public let cause = Field<AssignmentCause>("cause", .immutable, "Cause", "方式", access: .server, erase: .keep)
    public let reason = fact("reason", .text(maximum: 200), "Reason", "原因", String.self)
    public let at = fact("at", .instant, "At", "时间", Instant.self, erase: .keep)

    public init() {}

    public static let shape = CollectionShape(
        "assignment", "Assignment", "责任变更", root: "customer", title: "at",
        list: ["at", "customer", "from", "to", "by", "cause", "reason"], appendOnly: true, access: .serverWritten)

    private static func fact<Content: FieldValue>(
        _ name: FieldName, _ type: FieldType, _ en: String, _ zhHans: String, _: Content.Type,
        erase: ErasePolicy? = nil
    ) -> Field<Content> {
        Field(name, type, .immutable, en, zhHans, access: .server, erase: erase)
    }
}

/// How somebody became responsible.
public enum AssignmentCause: String, Choice {
    case assigned, claimed, released, succeeded

    public var label: Label {
        switch self {
        case .assigned: Label("Assigned", "指派")
        case .claimed: Label("Claimed", "认领")
        case .released: Label("Released to the pool", "退回公海")
        case .succeeded: Label("Taken over", "接任")
        }
    }
}

/// How customers are shared out: those that match go to one of the people, in turn or to whoever has fewest.
public struct AssignmentRule: Entity {
    public let name = Field<String>(
        "name", .text(maximum: 120), .register, "Name", "名称", required: true, searched: true)
    /// Which customers, in the language of `--where`; none for all.
    public let filter = Field<String>("filter", .text(maximum: 1_000), .register, "Customers", "适用客户")
    public let people = SetField("people", key: .identity, "People", "人员")
    public let method = Field<AssignmentMethod>("method", .register, "Method", "方式")
    /// Rules are tried from the lowest up; the first that matches decides.
    public let order = Field<Int64>("order", .integer(0...1_000_000), .register, "Order", "顺序")
    public let isActive = Field<Bool>("isActive", .bool, .register, "In use", "启用")

    public init() {}

    public static let shape = CollectionShape(
        "assignmentRule", "Assignment rule", "分配规则", title: "name",
        list: ["order", "name", "filter", "people", "method", "isActive"], access: .reference)
}

/// To whom of several people the next customer goes.
public enum AssignmentMethod: String, Choice {
    case roundRobin, leastLoaded

    public var label: Label {
        switch self {
        case .roundRobin: Label("In turn", "轮流")
        case .leastLoaded: Label("Fewest customers", "最少负载")
        }
    }
}
