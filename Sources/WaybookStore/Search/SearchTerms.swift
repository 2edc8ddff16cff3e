/// Turns text into index terms, and what a person types into a match expression over them (ADR-0005).
///
/// The terms are words that SQLite's own `ascii` tokenizer keeps whole, so any SQLite tool can open the index:
/// - Latin and other alphabetic words: folded (compatibility forms, case, diacritics), found by their beginning;
/// - Chinese, Japanese and Korean text: each pair of neighbouring characters, and the last one of each run alone, so
///   that one character is found too, by its pairs' beginning;
/// - digits: each four that follow one another, over spaces, hyphens, dots and brackets, marked with `·`, so that any
///   four or more digits of a phone number find it.
///
/// Pure: equal text gives equal terms, which a contentless index needs to forget a record.
public enum SearchTerms {
    /// The index: `rowid` is the record's, `terms` what `terms(of:)` gave. To forget a record, pass the same terms again:
    /// `INSERT INTO <name> (<name>, rowid, terms) VALUES ('delete', ?, ?)`.
    ///
    /// - Parameter name: the table's name, a word of the program's own.
    public static func tableSQL(named name: String) -> String {
        """
        CREATE VIRTUAL TABLE \(name) USING fts5(terms, content='', columnsize=0, detail=none, tokenize='ascii');
        INSERT INTO \(name) (\(name), rank) VALUES ('hashsize', \(heldBytes));
        """
    }

    /// How much FTS5 holds in memory before it writes a segment, which it must merge with others later: four times its
    /// own measure, for a fifth less work when many records come (`docs/performance.md`).
    private static let heldBytes = 4 << 20

    /// The length, in bytes, to which a word is cut, in text and query alike. Longer ones (links, keys) stay findable by
    /// their beginning.
    static let longestWordBytes = 48
    /// The digits that one run of digits and separators may have; the run then ends.
    static let mostDigitsInRun = 24
    /// The digits of a term: fewer are found as a word.
    static let gramLength = 4
    /// The most terms of a query; what follows is not looked for.
    static let mostQueryTerms = 32

    /// The terms of a text, separated by spaces; empty if there is nothing to find.
    public static func terms(of text: String) -> String { terms(of: CollectionOfOne(text)) }

    /// The terms of several texts (the searched fields of a record); digits do not join across them.
    public static func terms(of texts: some Sequence<String>) -> String {
        var terms = IndexTerms()
        for text in texts { terms.append(text) }
        return String(decoding: terms.bytes, as: UTF8.self)
    }

    /// The expression to bind to `MATCH`, or nil if the query holds nothing that could be looked for.
    ///
    /// All words must be there, in any order. The query itself never reaches the expression: only letters and digits do,
    /// in quotes.
    public static func matchExpression(for query: String) -> String? {
        var sink = QueryTermSink()
        var scanner = TermScanner()
        scanner.scan(query, into: &sink)
        return sink.expression
    }
}

/// What finds words, characters and digits in a text hands them to one of these.
protocol TermSink {
    /// A folded word in UTF-8.
    mutating func word(_ bytes: ArraySlice<UInt8>)
    /// A run of characters that are written without spaces.
    mutating func characters(_ run: [Unicode.Scalar])
    /// A run of digits, over separators.
    mutating func digits(_ run: DigitRun)
}

/// Digits that follow one another, with what stood between them left out.
struct DigitRun {
    /// The digits in ASCII.
    let digits: [UInt8]
    /// The lengths of the parts that separators made, in order.
    let groups: [Int]
    /// Whether it begins with `+`, or is long and begins with `00`.
    let isInternational: Bool
    /// Whether letters stand directly before it.
    let isInWord: Bool
}
