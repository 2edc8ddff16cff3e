/// A conflict as a record: a losing head, kept in the unit of the record it is about, and synced like any other, so that
/// what is resolved on one laptop is resolved on all. Only the server writes it (`protocol/3-merge.md#conflicts`).
public struct ConflictRecord: Hashable, Sendable {
    public static let collection: CollectionName = "conflict"

    /// The names of its fields.
    public enum Field {
        /// The identity of the record it is about.
        public static let about: FieldName = "about"
        /// That record's collection.
        public static let aboutCollection: FieldName = "aboutCollection"
        /// The unit it lies in.
        public static let unit: FieldName = "unit"
        /// The path of the atom.
        public static let path: FieldName = "path"
        /// The losing value as canonical JSON; absent for a lost removal.
        public static let value: FieldName = "value"
        /// The value on which the loser was made, as canonical JSON, as far as the server still knew it.
        public static let baseValue: FieldName = "baseValue"
        /// The loser's stamps.
        public static let stamp: FieldName = "stamp"
        public static let origin: FieldName = "origin"
        /// Who wrote the losing value, on which device.
        public static let author: FieldName = "author"
        public static let device: FieldName = "device"
        /// Who wrote the value that stood against it, on which device.
        public static let rival: FieldName = "rival"
        public static let rivalDevice: FieldName = "rivalDevice"
        /// When the server found it.
        public static let foundAt: FieldName = "foundAt"
        /// `open`, `resolved`, or `superseded` (a later write took the loser's place, or its value became the present).
        public static let status: FieldName = "status"
        public static let resolvedBy: FieldName = "resolvedBy"
        public static let resolvedAt: FieldName = "resolvedAt"
    }

    public var id: RecordID
    public var about: RecordID
    public var aboutCollection: CollectionName
    public var loser: OpenLoser
    public var isOpen: Bool

    /// Reads a conflict; nil where the record is none.
    public init?(_ record: VersionedRecord) {
        guard record.collection == Self.collection, let about = record[Field.about]?.text.flatMap({ RecordID($0) }),
            let collection = record[Field.aboutCollection]?.text,
            let path = record[Field.path]?.text.flatMap({ FieldPath(parsing: $0) }),
            let stamp = record[Field.stamp]?.text.flatMap({ Stamp($0) }),
            let origin = record[Field.origin]?.text.flatMap({ Stamp($0) })
        else { return nil }
        id = record.id
        self.about = about
        aboutCollection = CollectionName(collection)
        let value = record[Field.value]?.text.flatMap { try? JSONParser.parse($0) }
        loser = OpenLoser(path: path, value: value, stamp: stamp, origin: origin)
        isOpen = record[Field.status]?.text == "open"
    }
}
