/// What becomes of a field's values when the person whom its record tells of is erased
/// (`protocol/9-erasure.md#what-is-shredded`).
public enum ErasePolicy: String, Hashable, Sendable, CaseIterable {
    /// They go, with the keys of elements.
    case shred
    /// They stay: they tell nothing of the person, or the law wants them kept.
    case keep
    /// A text that is made of the record's identity takes their place, where a value must be.
    case pseudonymise
}

extension FieldType {
    /// The policy of a field that declares none: identities of records stay, for they tell nothing by themselves;
    /// anything else goes.
    public var standardErasePolicy: ErasePolicy {
        switch self {
        case .reference, .set(key: .identity, _): .keep
        default: .shred
        }
    }
}

/// Why somebody was erased: the closed list, the only words about it that stay.
public enum ErasureReason: String, Hashable, Sendable, CaseIterable {
    /// The person asked for it.
    case request
    /// The person withdrew their consent.
    case consent
    /// What the data was held for has ended.
    case purpose
    /// It should not have been held.
    case unlawful
    /// None of these.
    case other

    public var value: Value { .string(rawValue) }

    public init?(_ value: Value?) {
        guard let word = value?.text else { return nil }
        self.init(rawValue: word)
    }
}
