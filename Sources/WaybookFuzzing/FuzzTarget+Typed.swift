import WaybookCRM
import WaybookModel

extension FuzzTarget {
    private static let context = InputContext(
        now: Instant(milliseconds: 1_780_000_000_000), zone: .utc,
        makeID: { RecordID(high: 1 << 44 | 7 << 12, low: 1 << 63) })
    private static let words = [
        "=", "<=", ">=", "~", "!=", "\"", "，", "＝", "name", "城市", "tier", "phones", "due", "birthday", "amount", "+86",
        "CNY", "¥", "1,234.56", "一万", "friday", "tomorrow", "明天", "--05-01", "农历", "腊月", "闰", "/", "-", "optOut",
    ]

    /// What people type.
    static let typed = [
        FuzzTarget(
            "filters", words: words,
            examples: [#"0city=上海 tier=vip name~"Ada L""#, "3due<=friday", "1birthday=--05-01"]
        ) {
            guard let choice = $0.first, let schema = schema(choice) else { return false }
            let text = String(decoding: $0.dropFirst(), as: UTF8.self)
            guard let filter = try? FilterParser(schema: schema, context: context).parse(text) else { return false }
            let nothing = VersionedRecord(id: context.makeID(), collection: schema.name)
            _ = filter.matches(nothing)
            return true
        },
        FuzzTarget(
            "inputs", words: words,
            examples: [
                "0phones=+86 138 0013 8000,-021-5555 6666", "0birthday=农历腊月初八", "4price=¥1,234.56", "0name=蓝港贸易",
            ]
        ) {
            guard let choice = $0.first, let schema = schema(choice) else { return false }
            let text = String(decoding: $0.dropFirst(), as: UTF8.self)
            guard let writes = try? FieldInput(schema: schema, context: context).writes(text) else { return false }
            let change = Change(id: context.makeID(), collection: schema.name, writes: writes)
            let violation = Catalogue.schema.violation(in: change, strictness: .entry)
            try require(violation == nil, "what was taken from a person is refused: \(String(describing: violation))")
            return true
        },
    ]

    private static func schema(_ choice: UInt8) -> CollectionSchema? {
        Catalogue.editable[Int(choice & 15) % Catalogue.editable.count]
    }
}
