import WaybookModel

extension String: FieldValue {
    public init?(_ value: Value) {
        guard let text = value.text else { return nil }
        self = text
    }

    public var value: Value { .string(self) }
}

extension Bool: FieldValue {
    public init?(_ value: Value) {
        guard let flag = value.boolean else { return nil }
        self = flag
    }

    public var value: Value { .bool(self) }
}

extension Int64: FieldValue {
    public init?(_ value: Value) {
        guard let number = value.integer else { return nil }
        self = number
    }

    public var value: Value { .int(self) }
}

extension RecordID: FieldValue {
    public init?(_ value: Value) {
        guard let text = value.text, let id = RecordID(text) else { return nil }
        self = id
    }

    public var value: Value { .string(description) }
}

/// An amount of money: minor units (cents, fen) of an ISO 4217 currency.
public struct Money: FieldValue {
    /// In minor units of the currency.
    public var minorUnits: Int64
    public var currency: CurrencyCode

    public init(minorUnits: Int64, currency: CurrencyCode) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    public init?(_ value: Value) {
        guard let entries = value.entries, let amount = entries["amount"]?.integer,
            let currency = entries["currency"]?.text
        else { return nil }
        self.init(minorUnits: amount, currency: CurrencyCode(currency))
    }

    public var value: Value { ["amount": .int(minorUnits), "currency": .string(currency.text)] }
}

/// An exact decimal in canonical text, as in `12.5`.
public struct ExactDecimal: FieldValue {
    public let text: String

    /// Reads a decimal in any spelling that ``ValueForm/canonicalDecimal(_:)`` takes.
    public init?(_ text: String) {
        guard let canonical = ValueForm.canonicalDecimal(text) else { return nil }
        self.text = canonical
    }

    public init?(_ value: Value) {
        guard let text = value.text else { return nil }
        self.init(text)
    }

    public var value: Value { .string(text) }
}

/// A date of which year or day may be missing, perhaps in the lunar calendar; in canonical text, as in `--11-21`.
public struct PartialDate: FieldValue {
    public let text: String

    public init?(_ text: String) {
        guard ValueForm.isPartialDate(text) else { return nil }
        self.text = text
    }

    public init?(_ value: Value) {
        guard let text = value.text else { return nil }
        self.init(text)
    }

    public var value: Value { .string(text) }
    public var isLunar: Bool { text.hasSuffix("L") }
}

extension CivilDate: FieldValue {
    public init?(_ value: Value) {
        guard let text = value.text else { return nil }
        self.init(text)
    }

    public var value: Value { .string(description) }
}

extension Instant: FieldValue {
    public init?(_ value: Value) {
        guard let text = value.text else { return nil }
        self.init(text)
    }

    public var value: Value { .string(description) }
}
