import WaybookModel

/// A losing head that asks to be looked at: which write to which place lost against which. Only the server writes it; it
/// lives in the unit of the record that it is about. Its fields are named by the engine's `ConflictRecord`.
public struct Conflict: Entity {
    public let about = fact("about", .text(maximum: 36), "Record", "记录", RecordID.self, erase: .keep)
    public let aboutCollection = fact("aboutCollection", .text(maximum: 64), "Kind", "类别", String.self, erase: .keep)
    public let unit = fact("unit", .text(maximum: 36), "Unit", "所属单元", RecordID.self, erase: .keep)
    public let path = fact("path", .text(maximum: 512), "Field", "字段", String.self)
    /// The losing value as canonical JSON; none for a removal.
    public let value = fact("value", .text(maximum: 1 << 20), "Other value", "另一值", String.self)
    /// The value that the loser was made on, as canonical JSON; none where it is not known.
    public let baseValue = fact("baseValue", .text(maximum: 1 << 20), "Value before", "原值", String.self)
    public let stamp = fact("stamp", .text(maximum: 16), "Losing stamp", "落选时间戳", Stamp.self, erase: .keep)
    public let origin = fact("origin", .text(maximum: 16), "Origin of the loser", "落选来源时间戳", Stamp.self, erase: .keep)
    public let author = fact("author", .text(maximum: 200), "Written by", "修改人", String.self, erase: .keep)
    public let device = fact("device", .text(maximum: 200), "Device", "设备", String.self, erase: .keep)
    public let rival = fact("rival", .text(maximum: 200), "Against", "对方", String.self, erase: .keep)
    public let rivalDevice = fact(
        "rivalDevice", .text(maximum: 200), "Device of the other", "对方设备", String.self, erase: .keep)
    public let foundAt = fact("foundAt", .instant, "Found at", "发现时间", Instant.self, erase: .keep)
    public let status = Field<ConflictStatus>("status", .quiet, "Status", "状态", access: .server, erase: .keep)
    public let resolvedBy = fact("resolvedBy", .text(maximum: 200), "Resolved by", "处理人", String.self, erase: .keep)
    public let resolvedAt = fact("resolvedAt", .instant, "Resolved at", "处理时间", Instant.self, erase: .keep)

    public init() {}

    public static let shape = CollectionShape(
        "conflict", "Conflict", "冲突", root: "unit", title: "path",
        list: ["about", "path", "value", "author", "foundAt", "status"], access: .serverWritten)

    /// A field that only the server writes.
    private static func fact<Content: FieldValue>(
        _ name: FieldName, _ type: FieldType, _ en: String, _ zhHans: String, _: Content.Type,
        erase: ErasePolicy? = nil
    ) -> Field<Content> {
        Field(name, type, .quiet, en, zhHans, access: .server, erase: erase)
    }
}

/// How a conflict stands.
public enum ConflictStatus: String, Choice {
    case open, resolved, superseded

    public var label: Label {
        switch self {
        case .open: Label("Open", "待处理")
        case .resolved: Label("Resolved", "已处理")
        case .superseded: Label("Overtaken", "已被取代")
        }
    }
}

extension View where Kind == Conflict {
    /// The losing value; nil for a removal, or where it cannot be read.
    public var losingValue: Value? { self.value.flatMap { try? JSONParser.parse($0) } }
    /// The value before both writes; nil where it is not known.
    public var valueBefore: Value? { self.baseValue.flatMap { try? JSONParser.parse($0) } }
    /// The place of the contradiction.
    public var place: FieldPath? { self.path.flatMap { FieldPath(parsing: $0) } }
}

extension Stamp: FieldValue {
    public init?(_ value: Value) {
        guard let text = value.text else { return nil }
        self.init(text)
    }

    public var value: Value { .string(description) }
}
