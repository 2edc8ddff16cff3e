import WaybookModel

/// Names what a filter or a sort looks at: a field, or one sub-value of a structured field (`personName.family`).
public struct FieldSelector: Hashable, Sendable {
    public var field: FieldName
    public var part: FieldName?

    public init(_ field: FieldName, part: FieldName? = nil) {
        self.field = field
        self.part = part
    }
}

/// Which records are meant. Values are bound, never written into SQL.
public indirect enum RecordFilter: Hashable, Sendable {
    public enum Comparison: String, Hashable, Sendable {
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    }

    case all([RecordFilter])
    case any([RecordFilter])
    case not(RecordFilter)
    /// Compares by the field's type: decimals as numbers, all else as stored. An absent value is equal to null only. In
    /// a set or map `equal` asks for an element with that key or text.
    case compare(FieldSelector, Comparison, Value)
    /// Whether the text is somewhere in the value (in a set or map: in a key or value), ASCII letters in any case.
    case contains(FieldSelector, String)
    /// Whether the value begins with the text, byte by byte.
    case begins(FieldSelector, String)
    /// Whether there is any value, or any element.
    case exists(FieldSelector)
    case identity([RecordID])
    /// Whether unsent writes lie over the record.
    case unsent
    /// Whether an open conflict is about the record.
    case conflicted
}

/// Which records to list, in which order.
public struct RecordQuery: Hashable, Sendable {
    public struct SortKey: Hashable, Sendable {
        public var selector: FieldSelector
        public var isDescending: Bool

        public init(_ selector: FieldSelector, descending: Bool = false) {
            self.selector = selector
            isDescending = descending
        }
    }

    /// Which lives are meant.
    public enum Scope: Hashable, Sendable {
        /// Alive, and its root too.
        case visible
        /// Deleted itself: what can be restored.
        case deleted
    }

    public var collection: CollectionName
    public var filter: RecordFilter?
    /// Records without a value come last; equal ones in the order in which they came to this replica.
    public var sort: [SortKey]
    public var limit: Int?
    public var scope: Scope

    public init(
        _ collection: CollectionName, filter: RecordFilter? = nil, sort: [SortKey] = [], limit: Int? = nil,
        scope: Scope = .visible
    ) {
        self.collection = collection
        self.filter = filter
        self.sort = sort
        self.limit = limit
        self.scope = scope
    }
}
