import WaybookModel

/// What somebody wrote about a customer that was no longer theirs when it reached the server: kept until the author, the
/// new owner or a manager takes it over or drops it. The server writes it; the engine knows its fields by
/// `HandoverRecord`.
public struct Handover: Entity {
    public let about = fact("about", .text(maximum: 36), "About", "涉及记录", RecordID.self, erase: .keep)
    public let author = fact("author", .text(maximum: 36), "Written by", "作者", RecordID.self, erase: .keep)
    public let device = fact("device", .text(maximum: 200), "Device", "设备", String.self, erase: .keep)
    public let madeAt = fact("madeAt", .instant, "Written at", "编写时间", Instant.self, erase: .keep)
    public let arrivedAt = fact("arrivedAt", .instant, "Arrived at", "到达时间", Instant.self, erase: .keep)
    public let why = Field<HandoverReason>("why", .quiet, "Why", "原因", access: .server, erase: .keep)
    /// The changes as canonical JSON, as in a change set's line; they stay once somebody has decided.
    public let changes = fact("changes", .text(maximum: 1 << 20), "Changes", "内容", String.self)
    public let status = Field<HandoverStatus>(
        "status", .register(quiet: true, prefer: ["taken"]), "Status", "状态", access: .only(.deciders), erase: .keep)
    public let decidedBy = Field<RecordID>(
        "decidedBy", .reference("user"), .quiet, "Decided by", "处理人", access: .only(.deciders))
    public let decidedAt = Field<Instant>(
        "decidedAt", .instant, .quiet, "Decided at", "处理时间", access: .only(.deciders), erase: .keep)

    public init() {}

    public static let shape = CollectionShape(
        "handover", "Handed over", "移交", title: "madeAt",
        list: ["madeAt", "author", "about", "why", "status"],
        access: CollectionAccess(
            .follows(about: "about", person: "author"), create: .nobody, edit: .deciders, delete: .nobody))

    private static func fact<Content: FieldValue>(
        _ name: FieldName, _ type: FieldType, _ en: String, _ zhHans: String, _: Content.Type,
        erase: ErasePolicy? = nil
    ) -> Field<Content> {
        Field(name, type, .quiet, en, zhHans, access: .server, erase: erase)
    }
}

extension Allowance {
    /// Who decides on what was handed over: those who answer for the customer, and its author.
    static let deciders = Allowance([
        .admin: [.administrator], .manager: [.owner, .superior, .subject], .rep: [.owner, .subject],
        .service: [.owner, .subject], .viewer: [.subject],
    ])
}

/// Why something was handed over rather than applied.
public enum HandoverReason: String, Choice {
    case moved, disabled, late, restored, early, afterDelete

    public var label: Label {
        switch self {
        case .moved: Label("The customer had moved on", "客户已移交")
        case .disabled: Label("The author was disabled", "作者已停用")
        case .late: Label("Written before the move, applied", "移交前编写，已生效")
        case .restored: Label("Accepted before the server was put back", "服务器恢复前已接受")
        case .early: Label("Written before its record was back", "编写于所涉记录恢复之前")
        case .afterDelete: Label("Its record was deleted for good meanwhile", "所涉记录其间已被彻底移除")
        }
    }
}

/// What became of it.
public enum HandoverStatus: String, Choice {
    case open, accepted, taken, dropped

    public var label: Label {
        switch self {
        case .open: Label("Open", "待处理")
        case .accepted: Label("Accepted", "已接受")
        case .taken: Label("Taken over", "已采纳")
        case .dropped: Label("Dropped", "已放弃")
        }
    }
}
