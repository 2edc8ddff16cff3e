/// What the server makes by itself, or writes down elsewhere as well.
public enum ServerRecords {
    public static let collections: Set<CollectionName> = DirectoryRecord.collections.union([
        ConflictRecord.collection, CardRecord.collection, HandoverRecord.collection, AssignmentRecord.collection,
    ])
}

/// The card of a customer in the pool, as the engine needs to know it.
public enum CardRecord {
    public static let collection: CollectionName = "customerCard"
    /// The collection whose records have a card while nobody answers for them.
    public static let owned: CollectionName = "customer"
    public enum Field {
        /// The customer's identity.
        public static let customer: FieldName = "customer"
        public static let since: FieldName = "since"
        public static let isOpen: FieldName = "isOpen"
        public static let claimedBy: FieldName = "claimedBy"
    }
    /// The fields that are taken over from the customer, under the same names.
    public static let copied: [FieldName] = ["name", "city", "region", "industry", "sizeBand"]
}

/// What was handed over instead of applied, as the engine needs to know it.
public enum HandoverRecord {
    public static let collection: CollectionName = "handover"
    public enum Field {
        public static let about: FieldName = "about"
        public static let author: FieldName = "author"
        public static let device: FieldName = "device"
        public static let madeAt: FieldName = "madeAt"
        public static let arrivedAt: FieldName = "arrivedAt"
        public static let why: FieldName = "why"
        public static let changes: FieldName = "changes"
        public static let status: FieldName = "status"
    }
}

/// An entry of the history of owners, as the engine needs to know it.
public enum AssignmentRecord {
    public static let collection: CollectionName = "assignment"
    public enum Field {
        public static let customer: FieldName = "customer"
        public static let from: FieldName = "from"
        public static let to: FieldName = "to"
        public static let by: FieldName = "by"
        public static let cause: FieldName = "cause"
        public static let reason: FieldName = "reason"
        public static let at: FieldName = "at"
    }
}
