/// How concurrent writes to a field are settled; one rule per field (`protocol/3-merge.md#rules`).
public enum MergeRule: Hashable, Sendable {
    /// The later stamp wins and the loser is listed as a conflict, or only kept in history when `quiet`. A value in
    /// `prefer` wins over a concurrent one that is not, whatever their stamps; a later sequential write may undo it.
    case register(quiet: Bool = false, prefer: [Value] = [])
    /// Sub-values that stand or fall together (a name, an address, money): a register over the whole map.
    case group
    /// Elements by normalised key; a concurrent put beats a remove.
    case set
    /// Values by normalised key, each one group; a concurrent put beats a remove. Flags merge by themselves.
    case map(flags: [FieldName: FlagRule] = [:])
    /// Three-way merge of lines; where lines overlap, or the base is no longer known, a register.
    case text
    /// The first committed value stays; an unequal later one is refused.
    case immutable
    /// A request to the server: granted only if made on the present value, or if it asks for what is so already. Only
    /// for values that name the claimant; a flag or a counter would be granted twice.
    case served
    /// A map whose elements are requests, each ``served``: for what decides who sees a unit, where a put must not win
    /// over a concurrent remove.
    case servedMap

    /// How a flag inside a map's element merges.
    public struct FlagRule: Hashable, Sendable {
        /// The value that wins over its concurrent opposite.
        public var prefer: Value
        public init(prefer: Value) { self.prefer = prefer }
    }

    /// The most frequent rule.
    public static let register = MergeRule.register()
}

/// The rule that one atom is settled by: a field's rule as it applies to that path.
public enum AtomRule: Hashable, Sendable {
    case register(quiet: Bool, prefer: [Value])
    /// An element of a set or map: a put beats a concurrent remove; unequal puts are a conflict unless `quiet`.
    case element(quiet: Bool)
    case text
    case immutable
    case served

    /// The rule for a path of a field that this version does not know.
    public static let unknown = AtomRule.register(quiet: false, prefer: [])
}

extension MergeRule {
    /// The rule for one path of a field with this rule; nil where such a path has no place in the field.
    public func rule(for path: FieldPath) -> AtomRule? {
        switch (self, path.key, path.flag) {
        case (.register(let quiet, let prefer), nil, nil): .register(quiet: quiet, prefer: prefer)
        case (.group, nil, nil): .register(quiet: false, prefer: [])
        case (.text, nil, nil): .text
        case (.immutable, nil, nil): .immutable
        case (.served, nil, nil): .served
        case (.servedMap, .some, nil): .served
        case (.set, .some, nil): .element(quiet: true)
        case (.map, .some, nil): .element(quiet: false)
        case (.map(let flags), .some, let flag?):
            flags[flag].map { .register(quiet: true, prefer: [$0.prefer]) } ?? .unknown
        default: nil
        }
    }
}
