import WaybookCRM
import WaybookModel

/// Customers of twelve fields and about 380 bytes of JSON, half with Chinese, half with Latin names; the same for the
/// same number and owner.
struct Workload {
    /// The schema of the product, so that validation, views and search index cost what they cost.
    static let schema = Catalogue.schema
    static let collection: CollectionName = "customer"
    /// The columns of the reference tables, in the order of ``columns(_:)``.
    static let columnNames = [
        "id", "city", "country", "importance", "industry", "kind", "name", "notes", "owner", "phones", "stage", "tier",
        "website",
    ]
    /// 2026-01-01, milliseconds since 1970: when the first record was made.
    private static let start: UInt64 = 1_767_225_600_000

    /// The identity of record `index`.
    static func id(_ index: Int) -> RecordID {
        var random = SplitMix(seed: UInt64(index) &+ 0x5EED)
        return .version7(milliseconds: start + UInt64(index) * 40, random: (random.next(), random.next()))
    }

    /// Stands for the owner where no server has given one an identity: in what the product is compared with.
    static let someOwner = RecordID.version7(milliseconds: start, random: (1, 1))

    /// The fields of record `index`, path → value. Every customer has an owner, as customers do: for those without one the
    /// server keeps a card each in the pool.
    static func fields(_ index: Int, owner: RecordID = someOwner) -> [String: Value] {
        var random = SplitMix(seed: UInt64(index) &* 0x9E37_79B9 &+ 17)
        let isChinese = random.below(2) == 0
        let digits = String(3_000_000_000 + random.below(6_999_999_999))
        let phone = isChinese ? "+861\(digits)" : "+336\(digits.prefix(8))"
        let (name, slug) = isChinese ? chineseName(&random) : latinName(&random)
        return [
            "name": .string(name), "kind": "organization",
            "tier": .string(random.pick(["vip", "important", "normal", "potential"])),
            "stage": .string(random.pick(["lead", "firstPurchase", "active", "loyal", "dormant"])),
            "phones/\(phone)": .map(["raw": .string(phone), "type": "mobile"]),
            "city": .string(random.pick(isChinese ? chineseCities : latinCities)),
            "country": .string(isChinese ? "中国" : random.pick(["France", "Deutschland", "España", "Canada"])),
            "industry": .string(random.pick(isChinese ? chineseIndustries : latinIndustries)),
            "website": .string("www.\(slug)\(index).example"),
            "owner": .string(owner.description), "importance": .int(Int64(1 + random.below(5))),
            "notes": .string(isChinese ? chineseNote(&random) : latinNote(&random)),
        ]
    }

    /// The creation of record `index`.
    static func creation(_ index: Int, owner: RecordID = someOwner) -> Change {
        let writes = fields(index, owner: owner).compactMap { text, value in
            FieldPath(parsing: text).map { Write(path: $0, value: value) }
        }
        return Change(id: id(index), collection: collection, isCreating: true, writes: writes)
    }

    /// The texts of the reference table's columns.
    static func columns(_ index: Int) -> [String] {
        let fields = fields(index)
        let phone = fields.first { $0.key.hasPrefix("phones/") }
        return columnNames.map { name in
            switch name {
            case "id": id(index).description
            case "phones": phone.map { CanonicalJSON.text([String($0.key.dropFirst(7)): $0.value]) } ?? ""
            default: fields[name].map { $0.text ?? CanonicalJSON.text($0) } ?? ""
            }
        }
    }

    /// Identity and fields as one JSON object: a line of the JSONL.
    static func json(_ index: Int) -> [UInt8] {
        CanonicalJSON.bytes(.map(fields(index).merging(["id": .string(id(index).description)]) { $1 }))
    }

    private static func chineseName(_ random: inout SplitMix) -> (name: String, slug: String) {
        let (sign, slug) = random.pick(signs)
        let second = random.pick(signs)
        let city = random.pick(chineseCities)
        let form = random.pick(["贸易有限公司", "科技股份有限公司", "机械厂", "食品有限公司"])
        return ("\(city)\(sign)\(second.0)\(form)", slug + second.1)
    }

    private static func latinName(_ random: inout SplitMix) -> (name: String, slug: String) {
        let (first, second) = (random.pick(surnames), random.pick(surnames))
        let form = random.pick(["GmbH", "S.A.", "& Fils", "Ltd", "y Cía."])
        return ("\(first) \(second) \(form)", String(first.lowercased().prefix { $0.isASCII }))
    }

    private static func chineseNote(_ random: inout SplitMix) -> String {
        "\(2_020 + random.below(6))年在\(random.pick(chineseCities))展会认识，关心\(random.pick(chineseTopics))。"
    }

    private static func latinNote(_ random: inout SplitMix) -> String {
        "Met in hall \(random.below(40)) in \(2_020 + random.below(6)); asks for \(random.pick(latinTopics))."
    }

    private static let signs = [
        ("华", "hua"), ("兴", "xing"), ("隆", "long"), ("瑞", "rui"), ("恒", "heng"), ("达", "da"), ("盛", "sheng"),
        ("诚", "cheng"), ("宏", "hong"), ("泰", "tai"), ("金", "jin"), ("源", "yuan"), ("鑫", "xin"), ("博", "bo"),
    ]
    private static let surnames = [
        "Müller", "Dupont", "García", "Lefèvre", "Schneider", "Rossi", "Moreau", "Fischer", "Martínez", "Bernard",
        "Weber", "Tremblay", "Petit", "Hoffmann", "Gagnon", "Romero", "Girard", "Navarro", "Becker", "Lambert",
    ]
    private static let chineseCities = ["上海", "北京", "深圳", "杭州", "成都", "武汉", "苏州", "青岛"]
    private static let latinCities = ["Lyon", "Paris", "München", "Hamburg", "Sevilla", "Madrid", "Montréal", "Québec"]
    private static let chineseIndustries = ["食品批发", "机械制造", "电子元件", "服装纺织", "茶叶零售"]
    private static let latinIndustries = [
        "Wholesale of food", "Machine tools", "Electronics", "Textiles", "Wine trade",
    ]
    private static let chineseTopics = ["价格", "交货期", "龙井茶样品", "售后服务", "付款条件", "年度合同"]
    private static let latinTopics = [
        "spring prices", "delivery dates", "samples of the new line", "payment terms", "the yearly contract",
        "spare parts",
    ]
}

/// Seeded numbers (SplitMix64, Steele et al. 2014).
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    mutating func pick<T>(_ list: [T]) -> T { list[below(list.count)] }
}
