/// A telephone number as typed, and the key by which it is known. Nothing is ever refused: what cannot be understood is
/// kept as it is, marked as not valid.
public struct PhoneNumber: Hashable, Sendable {
    public enum Kind: Hashable, Sendable { case mobile, landline, service, unknown }

    public let raw: String
    /// `+` and digits (ITU-T E.164), perhaps `;ext=` and digits (RFC 3966); where the number is not valid, its digits,
    /// or its folded text where it has none.
    public let key: String
    /// For people, in groups; what was typed where the number is not valid.
    public let display: String
    public let isValid: Bool
    public let kind: Kind

    /// Reads a number.
    /// - Parameter callingCode: of the country where a number without one is at home.
    public init(_ text: String, callingCode: String = "86") {
        raw = TypedText.line(text)
        let (body, suffix) = Self.splitExtension(TypedText.plain(raw).lowercased())
        let digits = body.filter { $0.isASCII && $0.isNumber }
        let isClean = body.allSatisfy { $0.isASCII && $0.isNumber || " -+().·/–—‑".contains($0) }
        let national = Self.international(body, digits: digits, callingCode: callingCode)
        guard isClean, let (code, number) = national, let read = Self.read(code: code, number: number) else {
            key = digits.isEmpty ? ElementKey.fold(raw) : digits
            (display, isValid, kind) = (raw, false, .unknown)
            return
        }
        key = "+\(code)\(number)" + (suffix.isEmpty ? "" : ";ext=\(suffix)")
        display = "+\(code) \(read.groups.joined(separator: " "))" + (suffix.isEmpty ? "" : " ext. \(suffix)")
        (isValid, kind) = (true, read.kind)
    }

    /// Splits calling code and national significant number.
    private static func international(
        _ body: String, digits: String, callingCode: String
    ) -> (code: String, number: String)? {
        var digits = digits
        let isInternational = body.hasPrefix("+") || body.hasPrefix("(+") || body.hasPrefix("00")
        if !isInternational, callingCode != "86" || !digits.hasPrefix("86") || digits.count != 13 {
            if digits.hasPrefix("0"), !CallingCodes.keepingZero.contains(callingCode) { digits.removeFirst() }
            return (callingCode, digits)
        }
        if body.hasPrefix("00") { digits.removeFirst(2) }
        guard let code = CallingCodes.code(of: digits) else { return nil }
        var number = String(digits.dropFirst(code.count))
        if number.hasPrefix("0"), !CallingCodes.keepingZero.contains(code) { number.removeFirst() }
        return (code, number)
    }

    private static func read(code: String, number: String) -> (kind: Kind, groups: [String])? {
        if code == "86" { return china(number) }
        if code == "1" {
            guard number.count == 10, let first = number.first, first >= "2" else { return nil }
            return (.unknown, split(number, [3, 3, 4]))
        }
        guard number.count >= 4, code.count + number.count >= 7, code.count + number.count <= 15 else { return nil }
        return (.unknown, split(number, number.count <= 8 ? [4, 4] : [3, 3, 3, 3, 3]))
    }

    /// Mobiles are `1[3-9]` and nine digits; landlines an area code of two (10, 2x) or three digits and seven or eight;
    /// 400 and 800 are service numbers of ten.
    private static func china(_ number: String) -> (kind: Kind, groups: [String])? {
        let digits = number.compactMap(\.wholeNumberValue)
        guard digits.count >= 9, digits.count <= 11 else { return nil }
        if digits[0] == 1, digits.count == 11 {
            return digits[1] >= 3 ? (.mobile, split(number, [3, 4, 4])) : nil
        }
        if digits.count == 10, digits[0] == 4 || digits[0] == 8, digits[1] == 0, digits[2] == 0 {
            return (.service, split(number, [3, 3, 4]))
        }
        let areaLength = digits[0] == 2 || digits[0] == 1 && digits[1] == 0 ? 2 : 3
        let local = digits.count - areaLength
        guard digits[0] >= 2 || areaLength == 2, local == 7 || local == 8, digits[areaLength] >= 1 else { return nil }
        return (.landline, split(number, [areaLength, local - 4, 4]))
    }

    private static func split(_ number: String, _ lengths: [Int]) -> [String] {
        var rest = number[...]
        var groups: [String] = []
        for length in lengths where !rest.isEmpty {
            groups.append(String(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return groups
    }

    /// `010-12345678 转 801`, `… ext. 801`, `… x801`, `…;ext=801`, `…#801`.
    private static func splitExtension(_ text: String) -> (body: String, suffix: String) {
        for mark in [";ext=", "转", "ext.", "ext", "#", "x"] {
            guard let range = text.firstRange(of: mark) else { continue }
            let suffix = text[range.upperBound...].filter { !$0.isWhitespace && $0 != "-" }
            guard (1...8).contains(suffix.count), suffix.allSatisfy({ $0.isASCII && $0.isNumber }) else { continue }
            return (TypedText.trim(String(text[..<range.lowerBound])).trimmingSuffix("-"), suffix)
        }
        return (text, "")
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
