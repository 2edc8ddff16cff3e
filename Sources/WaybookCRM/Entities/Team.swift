import WaybookModel

/// A team; teams form a tree.
public struct Team: Entity {
    public let name = Field<String>(
        "name", .text(maximum: 120), .register, "Name", "名称", required: true, searched: true)
    public let parent = Field<RecordID>("parent", .reference("team"), .register, "Part of", "上级团队")

    public init() {}

    public static let shape = CollectionShape(
        "team", "Team", "团队", title: "name", list: ["name", "parent"], access: .directory)
}

/// A person's time in a team. Both days belong to it.
public struct TeamMembership: Entity {
    public let user = Field<RecordID>("user", .reference("user"), .immutable, "User", "用户", required: true)
    public let team = Field<RecordID>("team", .reference("team"), .immutable, "Team", "团队", required: true)
    public let from = Field<CivilDate>("from", .date, .register, "From", "开始日期")
    public let until = Field<CivilDate>("until", .date, .register, "Until", "结束日期")

    public init() {}

    public static let shape = CollectionShape(
        "membership", "Team member", "团队成员", title: "user", list: ["user", "team", "from", "until"],
        access: .directory)
}
