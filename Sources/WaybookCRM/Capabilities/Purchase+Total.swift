import WaybookModel

/// Why a purchase has no total.
public enum TotalProblem: Error, Hashable, Sendable {
    /// The line with this key lacks a quantity or a unit price.
    case incomplete(line: String)
    /// The line is in another currency than the rest.
    case mixedCurrencies(line: String, expected: CurrencyCode)
    case tooLarge
}

extension PurchaseLine {
    /// Quantity × unit price − discount, exact, then rounded once to minor units, half away from zero.
    func amount(key: String) throws(TotalProblem) -> Money {
        guard let quantity, let unitPrice else { throw .incomplete(line: key) }
        let discount = discount ?? Money(minorUnits: 0, currency: unitPrice.currency)
        guard discount.currency == unitPrice.currency else {
            throw .mixedCurrencies(line: key, expected: unitPrice.currency)
        }
        let gross = try Self.product(quantity, unitPrice.minorUnits)
        let (net, isTooLarge) = gross.subtractingReportingOverflow(discount.minorUnits)
        guard !isTooLarge else { throw .tooLarge }
        return Money(minorUnits: net, currency: unitPrice.currency)
    }

    private static func product(_ quantity: ExactDecimal, _ price: Int64) throws(TotalProblem) -> Int64 {
        let parts = quantity.text.split(separator: ".")
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        guard let mantissa = Int128(parts[0] + fraction), let divisor = power(fraction.count) else { throw .tooLarge }
        let (exact, isTooLarge) = mantissa.multipliedReportingOverflow(by: Int128(price))
        guard !isTooLarge else { throw .tooLarge }
        let (quotient, remainder) = exact.quotientAndRemainder(dividingBy: divisor)
        let roundsAway = remainder.magnitude >= divisor.magnitude - remainder.magnitude
        guard let rounded = Int64(exactly: roundsAway ? quotient + exact.signum() : quotient) else { throw .tooLarge }
        return rounded
    }

    private static func power(_ digits: Int) -> Int128? {
        guard digits <= ValueForm.maximumDecimalDigits else { return nil }
        return (0..<digits).reduce(Int128(1)) { power, _ in power * 10 }
    }
}

extension View where Kind == Purchase {
    /// The sum of the lines in one currency; nil for a purchase without lines. Never stored: every replica derives it.
    public func total() throws(TotalProblem) -> Money? {
        var total: Money?
        let lines = self.lines
        for key in CanonicalJSON.sortedKeys(lines.keys) {
            guard let line = lines[key] else { continue }
            let amount = try line.amount(key: key)
            let expected = total?.currency ?? self.currency ?? amount.currency
            guard amount.currency == expected else { throw .mixedCurrencies(line: key, expected: expected) }
            let (sum, isTooLarge) = (total?.minorUnits ?? 0).addingReportingOverflow(amount.minorUnits)
            guard !isTooLarge else { throw .tooLarge }
            total = Money(minorUnits: sum, currency: expected)
        }
        return total
    }

    /// Whether the lines may still be edited: only a draft's may; later changes are returns and adjustments. Guarded
    /// where people edit; data that comes by an exchange is never refused for it.
    public var areLinesOpen: Bool { self.status == nil || self.status == .draft }
}
