import WaybookModel

/// A person of the organisation, as everybody sees them; the password is not here. The engine knows the fields by
/// `DirectoryRecord`.
public struct User: Entity {
    public let name = Field<String>(
        "name", .text(maximum: 200), .register, "Name", "姓名", required: true, searched: true)
    public let email = Field<String>(
        "email", .text(maximum: 254), .quiet, "E-mail", "邮箱", searched: true, access: .server)
    public let role = Field<Role>("role", .served, "Role", "角色")
    public let status = Field<UserStatus>("status", .served, "Status", "状态")
    public let successor = Field<RecordID>("successor", .reference("user"), .register, "Successor", "接任者")
    public let language = Field<String>(
        "language", .text(maximum: 20), .quiet, "Language", "语言", access: .only(.selfAndAdmins))
    public let zone = Field<String>(
        "zone", .text(maximum: 64), .quiet, "Time zone", "时区", access: .only(.selfAndAdmins))

    public init() {}

    public static let shape = CollectionShape(
        "user", "User", "用户", title: "name", list: ["name", "email", "role", "status"],
        access: CollectionAccess(.workspace, create: .nobody, edit: .admins, delete: .nobody))
}

/// Whether a person works here.
public enum UserStatus: String, Choice {
    case active, disabled

    public var label: Label {
        switch self {
        case .active: Label("Active", "在职")
        case .disabled: Label("Disabled", "停用")
        }
    }
}

extension Role: Choice {
    public var label: Label {
        switch self {
        case .admin: Label("Administrator", "管理员")
        case .manager: Label("Manager", "经理")
        case .rep: Label("Sales rep", "销售")
        case .service: Label("Service", "客服")
        case .viewer: Label("Viewer", "只读")
        }
    }
}
