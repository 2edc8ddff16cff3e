import WaybookModel

/// A currency by its ISO 4217 code.
public struct CurrencyCode: Hashable, Sendable, FieldValue, ExpressibleByStringLiteral {
    public let text: String

    public init(_ text: String) { self.text = text }
    public init(stringLiteral text: String) { self.text = text }

    public init?(_ value: Value) {
        guard let text = value.text else { return nil }
        self.text = text
    }

    public var value: Value { .string(text) }

    /// Whether the code is in use.
    public var isKnown: Bool { Self.known.contains(text) }

    /// How many decimal digits the minor unit has; 2 for a code that this version does not know.
    public var minorDigits: Int { Self.digits[text] ?? 2 }

    private static let digits: [String: Int] = {
        let zero = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
        let three = "BHD IQD JOD KWD LYD OMR TND"
        let four = "CLF UYW"
        var digits: [String: Int] = [:]
        for (count, list) in [(0, zero), (3, three), (4, four)] {
            for code in list.split(separator: " ") { digits[String(code)] = count }
        }
        return digits
    }()

    private static let known: Set<String> = {
        let list = """
            AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD \
            CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL \
            GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD \
            KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO \
            NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD \
            SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV \
            WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
            """
        return Set(list.split(separator: " ").map(String.init))
    }()

    /// Symbols and words that name a currency, the longer before the shorter.
    static let signs: [(sign: String, code: CurrencyCode)] = [
        ("人民币", "CNY"), ("港币", "HKD"), ("美元", "USD"), ("欧元", "EUR"), ("日元", "JPY"), ("英镑", "GBP"),
        ("us$", "USD"), ("hk$", "HKD"), ("nt$", "TWD"), ("rmb", "CNY"), ("元", "CNY"), ("块", "CNY"), ("圆", "CNY"),
        ("¥", "CNY"), ("€", "EUR"), ("£", "GBP"), ("₩", "KRW"), ("₫", "VND"), ("₹", "INR"), ("₽", "RUB"), ("$", "USD"),
    ]
}
