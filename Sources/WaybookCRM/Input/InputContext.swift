import WaybookModel

/// What reading a person's text needs to know beside the schema.
public struct InputContext: Sendable {
    public var now: Instant
    public var zone: Zone
    /// Of amounts that name none.
    public var currency: CurrencyCode
    /// Of telephone numbers without one.
    public var callingCode: String
    /// Makes the key of a new address, line or item.
    public var makeID: @Sendable () -> RecordID
    /// Whether the record that is written to may not be read: what would take something of it over is not written.
    public var hidesRecord = false
    /// Finds the record that a person means by something else than its identity: a name, the beginning of an identity.
    public var resolve: @Sendable (CollectionName, String) -> RecordID?

    public init(
        now: Instant, zone: Zone, currency: CurrencyCode = "CNY", callingCode: String = "86",
        makeID: @escaping @Sendable () -> RecordID,
        resolve: @escaping @Sendable (CollectionName, String) -> RecordID? = { _, _ in nil }
    ) {
        self.now = now
        self.zone = zone
        self.currency = currency
        self.callingCode = callingCode
        self.makeID = makeID
        self.resolve = resolve
    }

    var today: CivilDate { zone.wallTime(at: now).date }
}

/// Why what a person typed cannot be written or asked for.
public enum InputProblem: Error, Hashable, Sendable {
    /// Not of the form `field=value`.
    case notAnAssignment(String)
    /// No field has that name or label. The nearest names come first.
    case unknownField(String, suggestions: [FieldSchema])
    /// Only the server writes the field.
    case notWritable(FieldSchema)
    /// The field has no such part.
    case unknownPart(FieldSchema, part: String, suggestions: [String])
    /// A part of an element can only be changed where the element is.
    case noSuchElement(FieldSchema, key: String)
    /// The text is not of the type that is expected.
    case invalid(FieldSchema, text: String, expected: FieldType)
    case tooLong(FieldSchema, maximum: Int)
    case outOfRange(FieldSchema, ClosedRange<Int64>)
    case unknownChoice(FieldSchema, text: String, choices: [EnumCase], suggestions: [EnumCase])
    case unknownCurrency(FieldSchema, String)
    /// More digits after the point than the currency has.
    case tooPrecise(FieldSchema, CurrencyCode)
    case controlCharacter(FieldSchema)
    /// What is there would be taken over, and may not be read.
    case recordHidden(FieldSchema)
    /// A required field cannot be emptied.
    case required(FieldSchema)
}
