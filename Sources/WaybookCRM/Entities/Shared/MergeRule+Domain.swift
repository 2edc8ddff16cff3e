import WaybookModel

extension MergeRule {
    /// A short scalar that nobody needs to be asked about: the later write wins, the other stays in history.
    public static let quiet = MergeRule.register(quiet: true)
    /// A wish not to be disturbed: it wins over a concurrent opposite, and only a later write undoes it.
    public static let restrictive = MergeRule.register(quiet: true, prefer: [true])
}

extension MapField where Content == String {
    /// What a record is called in other systems: system → identity. An import finds its records by it.
    public static var externalIds: MapField<String> {
        MapField("externalIds", key: .text, value: .text(maximum: 200), "External IDs", "外部编号")
    }
}
