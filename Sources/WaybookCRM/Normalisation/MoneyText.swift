import WaybookModel

/// Why an amount cannot be read.
public enum MoneyProblem: Error, Hashable, Sendable {
    case notAnAmount
    case unknownCurrency(String)
    /// More digits after the point than the currency has.
    case tooPrecise(CurrencyCode)
    case tooLarge
}

extension Money {
    /// Reads an amount as people write it: `1,234.50 CNY`, `¥88`, `EUR 12`, `3.5万元`, `1 234,50 €`.
    /// - Parameter currency: of an amount that names none.
    public init(typed text: String, currency standard: CurrencyCode) throws(MoneyProblem) {
        var (rest, currency) = try Self.takeCurrency(TypedText.plain(text).lowercased(), standard: standard)
        var zeros = 0
        for (sign, power) in [("万", 4), ("亿", 8)] where rest.hasSuffix(sign) {
            rest = TypedText.trim(String(rest.dropLast()))
            zeros = power
            break
        }
        guard let decimal = AmountText.canonical(rest) else { throw .notAnAmount }
        // The sign `¥` is shared by two currencies: it means the workspace's own where that is the yen.
        if standard == "JPY", text.contains("¥") || text.contains("￥") { currency = "JPY" }
        let scaled = try Self.scale(decimal, by: currency.minorDigits + zeros, currency)
        self.init(minorUnits: scaled, currency: currency)
    }

    private static func takeCurrency(
        _ text: String, standard: CurrencyCode
    ) throws(MoneyProblem) -> (rest: String, currency: CurrencyCode) {
        for (sign, code) in CurrencyCode.signs {
            if text.hasPrefix(sign) { return (TypedText.trim(String(text.dropFirst(sign.count))), code) }
            if text.hasPrefix("-\(sign)") {
                return ("-" + TypedText.trim(String(text.dropFirst(sign.count + 1))), code)
            }
            if text.hasSuffix(sign) { return (TypedText.trim(String(text.dropLast(sign.count))), code) }
        }
        let isLetter: (Character) -> Bool = { $0.isASCII && $0.isLetter }
        let head = text.prefix(while: isLetter)
        let tail = String(text.reversed().prefix(while: isLetter).reversed())
        let word = head.isEmpty ? tail : String(head)
        guard !word.isEmpty else { return (text, standard) }
        let code = CurrencyCode(word.uppercased())
        guard code.isKnown else { throw .unknownCurrency(word) }
        let rest = head.isEmpty ? text.dropLast(word.count) : text.dropFirst(word.count)
        return (TypedText.trim(String(rest)), code)
    }

    private static func scale(
        _ decimal: String, by digits: Int, _ currency: CurrencyCode
    ) throws(MoneyProblem) -> Int64 {
        let parts = decimal.split(separator: ".", omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        guard fraction.count <= digits else { throw .tooPrecise(currency) }
        let padded = fraction + String(repeating: "0", count: digits - fraction.count)
        guard let amount = Int64(parts[0] + padded) else { throw .tooLarge }
        return amount
    }

    /// The amount for people: `1,234.50 CNY`.
    public var display: String {
        let digits = currency.minorDigits
        var text = String(minorUnits.magnitude)
        while text.count <= digits { text = "0" + text }
        let whole = AmountText.grouped(String(text.dropLast(digits)))
        let number = digits == 0 ? whole : "\(whole).\(text.suffix(digits))"
        return "\(minorUnits < 0 ? "-" : "")\(number) \(currency.text)"
    }
}

/// Numbers as people write them.
public enum AmountText {
    /// Reads `1,234.50`, `1 234,50`, `1.234.567`, `-12` into a canonical decimal; nil for anything else. A single comma
    /// before exactly three digits groups thousands; before any other number of digits it is a decimal comma.
    public static func canonical(_ text: String) -> String? {
        let plain = TypedText.plain(text).filter { !$0.isWhitespace && $0 != "'" && $0 != "_" }
        let isNegative = plain.hasPrefix("-")
        var body = isNegative || plain.hasPrefix("+") ? String(plain.dropFirst()) : plain
        guard let first = body.first, first.isNumber || first == "." else { return nil }
        let commas = body.filter { $0 == "," }.count
        let points = body.filter { $0 == "." }.count
        if commas > 0, points > 0 {
            let commaIsDecimal = body.last { $0 == "," || $0 == "." } == ","
            guard (commaIsDecimal ? commas : points) == 1 else { return nil }
            guard let merged = ungroup(body, decimal: commaIsDecimal ? "," : ".") else { return nil }
            body = merged
        } else if commas > 1 || points > 1 || commas == 1 && body.split(separator: ",").last?.count == 3 {
            guard let merged = ungroup(body, decimal: nil) else { return nil }
            body = merged
        } else {
            body = body.replacing(",", with: ".")
        }
        if body.hasPrefix(".") { body = "0" + body }
        return ValueForm.canonicalDecimal((isNegative ? "-" : "") + body)
    }

    /// Takes out the marks between groups of three digits; nil where the groups are not of three.
    private static func ungroup(_ text: String, decimal: Character?) -> String? {
        let whole = decimal.flatMap { text.lastIndex(of: $0) }.map { String(text[..<$0]) } ?? text
        let groups = whole.split(omittingEmptySubsequences: false) { $0 == "," || $0 == "." }
        guard let first = groups.first, (1...3).contains(first.count), groups.dropFirst().allSatisfy({ $0.count == 3 })
        else { return nil }
        guard decimal != nil else { return groups.joined() }
        return groups.joined() + "." + text.dropFirst(whole.count + 1)
    }

    /// Puts a comma between each three digits of a whole number.
    static func grouped(_ digits: String) -> String {
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { grouped.append(",") }
            grouped.append(digit)
        }
        return grouped
    }
}
