import WaybookCRM
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTesting

extension FuzzTarget {
    /// Short texts that stand for one thing, and searching.
    static let texts = [
        FuzzTarget(
            "stamps", words: ["0000000000000000", "-", "~", "_"], examples: ["0Nvd2eM1k00G40W1", "zzzzzzzzzzzzzzzz"]
        ) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            guard let stamp = Stamp(text) else { return false }
            try require(stamp.description == text, "two texts of one stamp")
            return true
        },
        FuzzTarget(
            "identities", words: ["0191f5a2-b3c4-7000-8000-000000000001", "book:", "shared:", "box:", "pool", "*"],
            examples: ["0191f5a2-b3c4-7000-8000-000000000001", "book:0191f5a2-b3c4-7000-8000-000000000001", "pool"]
        ) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            if let id = RecordID(text) { try require(RecordID(bytes: id.bytes) == id, "bytes of another identity") }
            if let id = RecordID(canonical: text) {
                try require(id.description == text, "two canonical texts of one id")
            }
            let isIdentity = try readsBack(text, { RecordID($0) }, \.description)
            return try readsBack(text, { Scope($0) }, \.text) || isIdentity
        },
        FuzzTarget(
            "paths", words: ["/", "~0", "~1", "phones", "+8613800138000"], examples: ["name", "phones/a~1b/optOut"]
        ) {
            let text = String(decoding: $0, as: UTF8.self)
            guard let path = FieldPath(parsing: text) else { return false }
            try require(
                path.text == text && path.text.utf8.count <= FieldPath.maximumBytes, "a path is not its own text")
            guard let key = path.key, path.flag == nil else { return true }
            try require(FieldPath(path.field, key: key) == path, "a path is not made again from its key")
            return true
        },
        FuzzTarget(
            "instants", words: ["T", "Z", "-", ":", "2026", "60", "9999"],
            examples: ["2026-11-28T20:15:00.000Z", "1969-12-31T23:59:59.999Z", "2028-02-29"]
        ) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let isInstant = try readsBack(text, { Instant($0) }, \.description)
            return try readsBack(text, { CivilDate($0) }, \.description) || isInstant
        },
        FuzzTarget(
            "codes", words: ["O", "I", "L", "-", "ａ", " "],
            examples: [1, 2].map { (seed: UInt64) in code(seed).text }
        ) { bytes in
            // Nobody guesses a code's check: one is made of the same bytes.
            let made = code(bytes.reduce(7) { $0 &* 31 &+ UInt64($1) })
            try require(InvitationCode(made.text.lowercased()) == made, "a code is not read back")
            return try readsBack(String(decoding: bytes, as: UTF8.self), { InvitationCode($0) }, \.text)
        },
        FuzzTarget(
            "search", words: ["蓝港", "贸易", "+86", "138 0013 8000", "Ada", "\"", "*", "ß", "İ", "e\u{301}"],
            examples: ["蓝港贸易 Blue Harbour 138-0013-8000", "\"Ada\" OR NEAR(x y)", "上海市浦东新区 1 号"]
        ) { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let terms = SearchTerms.terms(of: text)
            try require(SearchTerms.terms(of: [text]) == terms, "a text alone and in a list has other terms")
            guard let query = SearchTerms.matchExpression(for: text) else { return false }
            try require(!query.isEmpty, "an empty question")
            try require(query.utf8.count { $0 == UInt8(ascii: "\"") }.isMultiple(of: 2), "a quote is open in \(query)")
            return true
        },
    ]

    private static func code(_ seed: UInt64) -> InvitationCode {
        var random = SeededRandom(seed: seed)
        return InvitationCode(random: &random)
    }
}
