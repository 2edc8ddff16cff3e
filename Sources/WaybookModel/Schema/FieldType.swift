/// A text in both languages of the product.
public struct Label: Hashable, Sendable {
    public let en: String
    public let zhHans: String

    public init(_ en: String, _ zhHans: String) {
        self.en = en
        self.zhHans = zhHans
    }
}

/// One value of an enumeration. Values that this version does not know are kept and passed on.
public struct EnumCase: Hashable, Sendable {
    public let name: String
    public let label: Label

    public init(_ name: String, _ en: String, _ zhHans: String) {
        self.name = name
        label = Label(en, zhHans)
    }
}

/// One sub-value of a structure.
public struct StructureField: Hashable, Sendable {
    public let name: FieldName
    public let type: FieldType
    public let label: Label

    public init(_ name: FieldName, _ type: FieldType, _ en: String, _ zhHans: String) {
        self.name = name
        self.type = type
        label = Label(en, zhHans)
    }
}

/// How the key of a set's or map's element is made from what a person typed.
public enum KeyForm: Hashable, Sendable {
    /// Trimmed and case-folded text.
    case text
    /// A telephone number: digits with an optional leading `+`.
    case phone
    /// An e-mail address in lower case.
    case email
    /// `network:handle` in lower case.
    case handle
    /// The text form of a record's identity.
    case identity
}

/// What a field's values are.
public indirect enum FieldType: Hashable, Sendable {
    case bool
    case integer(ClosedRange<Int64>)
    /// Exact decimal as text: `-?digits[.digits]`, no exponent, no needless zeros, at most 34 digits.
    case decimal
    /// Text of at most so many characters (Unicode scalars).
    case text(maximum: Int)
    /// `2026-11-21T20:31:47.123Z`: UTC with milliseconds.
    case instant
    /// `2026-11-21`.
    case date
    /// A date of which year or day may be missing: `2026-11-21`, `--11-21`, `2026-11`, `2026`; with a last `L` in the
    /// Chinese lunar calendar.
    case partialDate
    /// `{"amount": minor units, "currency": "CNY"}` (ISO 4217).
    case money
    case enumeration([EnumCase])
    case reference(CollectionName)
    case structure([StructureField])
    /// Elements that are texts, by normalised key.
    case set(key: KeyForm, maximum: Int)
    /// Values of a type, by normalised key; flags are booleans beside it.
    case map(key: KeyForm, value: FieldType, flags: [StructureField] = [])
    /// `{"sha256": 64 hexadecimal digits, "size": bytes, "type": media type}`: where bytes are, never the bytes.
    case bytesReference
}
