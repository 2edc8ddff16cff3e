import WaybookModel

/// Named bounds of reading cards.
public struct VCardLimits: Sendable, Hashable {
    /// The longest line with all that is folded onto it, in bytes. Longer ones of properties that are not taken (pictures) are
    /// passed over.
    public var lineBytes: Int
    /// The most lines of a card.
    public var lines: Int
    /// The largest card, in bytes of the lines that are kept.
    public var cardBytes: Int
    /// How deep cards may stand in cards (AGENT of version 2.1); they are passed over.
    public var nesting: Int

    /// The bounds that the product uses: lines of 1 MiB, 2,048 of them, 4 MiB a card, 8 cards deep.
    public static let standard = VCardLimits(lineBytes: 1 << 20, lines: 2_048, cardBytes: 4 << 20, nesting: 8)

    /// Sets bounds; each counts as at least 1.
    public init(lineBytes: Int, lines: Int, cardBytes: Int, nesting: Int) {
        self.lineBytes = max(1, lineBytes)
        self.lines = max(1, lines)
        self.cardBytes = max(1, cardBytes)
        self.nesting = max(1, nesting)
    }
}

/// One card of a file, or the reason why it could not be read.
public struct VCardEntry: Sendable {
    /// The line on which the card begins, counted from 1.
    public let line: Int
    public let card: Result<VCard, VCardProblem>
    /// How many properties of the card were not taken, by name in capitals.
    public let keptOut: [String: Int]
    /// The card as it stood in the file, with CR LF at the ends of lines; without lines that are longer than the limit.
    public let source: [UInt8]
}

/// Reads cards of versions 2.1, 3.0 and 4.0 (RFC 6350, RFC 2426, vCard 2.1) one at a time, in memory that the largest allowed card
/// bounds and in time linear in the bytes.
///
/// A faulty card is returned with its reason and its line, and reading goes on with the next. It is total: any bytes give
/// entries. The reader is a cursor for one task.
public struct VCardReader {
    private var lines: UnfoldedLines
    private var ahead: UnfoldedLine?
    private let limits: VCardLimits
    private let encoding: TextEncoding?
    private var isOutside = false

    /// Prepares to read.
    /// - Parameters:
    ///   - encoding: of values that do not name theirs; nil takes them for UTF-8 where they are, else for GB18030.
    ///   - source: gives the file's bytes, as ``CSVReader/Source`` says.
    public init(
        encoding: TextEncoding? = nil, limits: VCardLimits = .standard, source: @escaping CSVReader.Source
    ) {
        self.encoding = encoding
        self.limits = limits
        lines = UnfoldedLines(limitBytes: limits.lineBytes, isCard: true, source: source)
    }

    /// Returns the next card, or nil at the end.
    /// - Throws: only what the source throws.
    public mutating func next() throws(ImportFileProblem) -> VCardEntry? {
        while let line = try take() {
            guard ContentMark.begin(of: line.bytes) != Self.component else { return try card(line) }
            guard !isOutside else { continue }
            isOutside = true
            let problem = VCardProblem(line: line.number, .outsideCard)
            return VCardEntry(line: line.number, card: .failure(problem), keptOut: [:], source: [])
        }
        return nil
    }

    private static let component = "VCARD"

    private mutating func take() throws(ImportFileProblem) -> UnfoldedLine? {
        defer { ahead = nil }
        if let ahead { return ahead }
        return try lines.next()
    }

    /// Reads to the card's end.
    private mutating func card(_ begin: UnfoldedLine) throws(ImportFileProblem) -> VCardEntry {
        isOutside = false
        var raw = RawCard(begin, limits)
        while let line = try take() {
            switch (ContentMark.begin(of: line.bytes), ContentMark.end(of: line.bytes)) {
            case (Self.component, _):
                guard raw.awaitsCard else {
                    ahead = line
                    return raw.entry(closedBy: nil, encoding)
                }
                raw.keep(line)
                try skipNested(&raw)
            case (_, Self.component):
                return raw.entry(closedBy: line, encoding)
            default: raw.take(line)
            }
        }
        return raw.entry(closedBy: nil, encoding)
    }

    /// Passes over a card within a card.
    private mutating func skipNested(_ raw: inout RawCard) throws(ImportFileProblem) {
        var depth = 1
        while depth > 0, let line = try take() {
            raw.keep(line)
            if ContentMark.begin(of: line.bytes) == Self.component { depth += 1 }
            if ContentMark.end(of: line.bytes) == Self.component { depth -= 1 }
            if depth > limits.nesting { raw.refuse(line.number, .nestedTooDeep(limit: limits.nesting)) }
        }
    }
}

/// The lines of a card while it is read.
struct RawCard {
    private let begin: UnfoldedLine
    private let limits: VCardLimits
    private var lines: [ContentLine] = []
    private var problem: VCardProblem?
    private var size = 0
    private var source: [UInt8]

    init(_ begin: UnfoldedLine, _ limits: VCardLimits) {
        self.begin = begin
        self.limits = limits
        source = begin.source
    }

    /// Whether a card may follow within this one: its last line is an AGENT without a value (vCard 2.1 §2.4.2).
    private(set) var awaitsCard = false

    /// Notes the first thing that is wrong.
    mutating func refuse(_ line: Int, _ reason: VCardProblem.Reason) {
        if problem == nil { problem = VCardProblem(line: line, reason) }
    }

    /// Keeps a line as it stands, for the file of faults.
    mutating func keep(_ line: UnfoldedLine) {
        guard !line.isCut else { return }
        size += line.source.count
        guard size <= limits.cardBytes else {
            source = []
            lines = []
            return refuse(line.number, .cardTooLarge(limitBytes: limits.cardBytes))
        }
        source += line.source
    }

    mutating func take(_ line: UnfoldedLine) {
        keep(line)
        var content = ContentLine(line)
        awaitsCard = content.map { $0.name == "AGENT" && $0.value.allSatisfy(Ascii.isBlank) } ?? false
        guard problem == nil else { return }
        guard content != nil else { return refuse(line.number, .malformedLine) }
        guard lines.count < limits.lines else { return refuse(line.number, .tooManyLines(limit: limits.lines)) }
        if let name = content?.name, VCardInterpreter.isTaken(name) {
            guard content?.isCut == false else {
                return refuse(line.number, .lineTooLong(limitBytes: limits.lineBytes))
            }
        } else {
            // Nobody asks for a picture's bytes.
            content?.value = []
        }
        if let content { lines.append(content) }
    }

    /// What became of the card.
    /// - Parameter end: its last line; nil where there is none.
    func entry(closedBy end: UnfoldedLine?, _ encoding: TextEncoding?) -> VCardEntry {
        var problem = problem
        if end == nil, problem == nil { problem = VCardProblem(line: begin.number, .notClosed) }
        var interpreter = VCardInterpreter(lines, line: begin.number, encoding: encoding)
        let card: Result<VCard, VCardProblem> =
            problem.map { .failure($0) } ?? Result { () throws(VCardProblem) in try interpreter.read() }
        return VCardEntry(
            line: begin.number, card: card, keptOut: interpreter.keptOut,
            source: source.isEmpty ? [] : source + (end?.source ?? Array("END:VCARD\r\n".utf8)))
    }
}
