import WaybookModel
import WaybookProtocol

/// A record of the feed as it came: its texts are stored as they are, and its atoms are made only where something is to
/// be joined with them.
public struct IncomingRecord: Hashable, Sendable {
    public let id: RecordID
    public let collection: CollectionName
    /// The root of its unit.
    public let unit: RecordID
    /// Whether this is the whole record; otherwise what changed after the checkpoint.
    public let isWhole: Bool
    let isDeleted: Bool
    /// The highest stamp of its atoms; nil without any.
    let highest: Stamp?
    /// The canonical fields, then the stamp groups.
    private let texts: [UInt8]
    private let fieldBytes: Int
    /// Where reading it made the record already.
    private let made: VersionedRecord?

    /// Reads a line of the feed; nil where it is no record that this version can read.
    public init?(_ line: JSONDocument) {
        if line.isCanonical {
            self.init(canonical: line)
        } else {
            guard let canonical = try? JSONDocument(CanonicalJSON.bytes(line.value)) else { return nil }
            self.init(canonical: canonical)
        }
    }

    /// A record of the feed that is at hand with its atoms.
    public init(_ feed: FeedRecord) {
        let fields = CanonicalJSON.bytes(RecordEncoding.fields(feed.record))
        self.init(
            feed, texts: fields + CanonicalJSON.bytes(RecordEncoding.stamps(feed.record)), fieldBytes: fields.count)
    }

    private init(_ feed: FeedRecord, texts: [UInt8], fieldBytes: Int) {
        (id, collection, unit, isWhole) = (feed.record.id, feed.record.collection, feed.unit, feed.isWhole)
        (isDeleted, made) = (feed.record.isDeleted, feed.record)
        highest = feed.record.atoms.values.map(\.stamp).max()
        (self.texts, self.fieldBytes) = (texts, fieldBytes)
    }

    /// Whether it bears the mark of an erasure, which stands before all other fields.
    var isMarked: Bool { texts.starts(with: Self.markedBeginning) }

    private static let markedBeginning = Array("{\"\(FieldPath.erased.text)\":".utf8)

    /// Whether a line of an answer tells of a record.
    public static func isRecord(_ line: JSONDocument) -> Bool {
        line.entry("record", of: line.root) != nil || line.entry("update", of: line.root) != nil
    }

    private init?(canonical line: JSONDocument) {
        guard let fields = line.entry("fields", of: line.root), let stamps = line.entry("stamps", of: line.root) else {
            return nil
        }
        let texts = Array(line.bytes[line.range(fields)] + line.bytes[line.range(stamps)])
        let fieldBytes = line.range(fields).count
        guard let plain = PlainRecord(line, fields: fields, stamps: stamps) else {
            guard case .record(let feed)? = ResponseLine(line.value) else { return nil }
            self.init(feed, texts: texts, fieldBytes: fieldBytes)
            return
        }
        self.init(plain, texts: texts, fieldBytes: fieldBytes)
    }

    private init(_ plain: PlainRecord, texts: [UInt8], fieldBytes: Int) {
        (id, collection, unit, isWhole) = (plain.id, plain.collection, plain.unit, plain.isWhole)
        (isDeleted, highest, made) = (plain.isDeleted, plain.stamp, nil)
        (self.texts, self.fieldBytes) = (texts, fieldBytes)
    }

    /// Fields and stamp groups as they are stored.
    var storedTexts: (fields: ArraySlice<UInt8>, stamps: ArraySlice<UInt8>) {
        (texts[..<fieldBytes], texts[fieldBytes...])
    }

    /// The record with its atoms. Cost: reads the texts, unless that was done already.
    func record() throws -> VersionedRecord {
        if let made { return made }
        let (fields, stamps) = storedTexts
        guard let fields = try? JSONParser.parse(fields), let stamps = try? JSONParser.parse(stamps),
            let record = RecordEncoding.decode(id: id, collection: collection, fields: fields, stamps: stamps)
        else { throw ClientStoreError.damagedRow(id) }
        return record
    }
}

/// The record that most lines of a first pull are: whole or not, under one stamp. What reading it asks for can be seen
/// without making its values.
private struct PlainRecord {
    let id: RecordID
    let collection: CollectionName
    let unit: RecordID
    let isWhole: Bool
    let isDeleted: Bool
    let stamp: Stamp?

    /// - Returns: nil for any other record, and for what is malformed: ``ResponseLine`` tells one from the other.
    init?(_ line: JSONDocument, fields: JSONDocument.Part, stamps: JSONDocument.Part) {
        let groups = line.elements(stamps)
        guard groups.count == 1, case let group = line.elements(groups[0]), group.count == 2,
            let stamp = line.plainBytes(group[0]).flatMap({ Stamp(utf8: $0) }),
            let commit = line.integer(group[1]), commit >= 0, line.isMap(fields),
            let name = line.entry("in", of: line.root).flatMap({ line.text($0) }), isWellFormedName(name)
        else { return nil }
        let whole = line.entry("record", of: line.root)
        guard let text = whole ?? line.entry("update", of: line.root), let id = Self.identity(text, line) else {
            return nil
        }
        var unit = id
        if let root = line.entry("unit", of: line.root) {
            guard let given = Self.identity(root, line) else { return nil }
            unit = given
        }
        var (isWellFormed, isEmpty, isDeleted) = (true, true, false)
        line.forEachEntry(of: fields) { path, value in
            isEmpty = false
            isWellFormed = line.plainBytes(path).map { FieldPath.isWellFormed(utf8: $0) } ?? false
            if line.isText(path, "$life"), line.isText(value, "deleted") { isDeleted = true }
            return isWellFormed
        }
        guard isWellFormed else { return nil }
        (self.id, collection, self.unit, isWhole) = (id, CollectionName(name), unit, whole != nil)
        (self.isDeleted, self.stamp) = (isDeleted, isEmpty ? nil : stamp)
    }

    private static func identity(_ part: JSONDocument.Part, _ line: JSONDocument) -> RecordID? {
        line.plainBytes(part).flatMap { RecordID(utf8: $0) }
    }
}
