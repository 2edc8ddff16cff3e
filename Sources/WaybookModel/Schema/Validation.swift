/// Why a write does not fit the schema. Carries names and rules, never the value: it may be personal data.
public struct Violation: Error, Hashable, Sendable {
    public var rule: RefusalRule
    public var path: FieldPath?
    /// What the field takes, for the sentence that tells the person.
    public var expected: FieldType?

    public init(rule: RefusalRule, path: FieldPath?, expected: FieldType? = nil) {
        self.rule = rule
        self.path = path
        self.expected = expected
    }
}

/// How strictly a value is judged.
public enum Strictness: Sendable {
    /// Where a person enters or imports it: an enumeration takes only values that this version knows.
    case entry
    /// Where another replica sent it: unknown enumeration values are kept, for its version may be newer.
    case exchange
}

extension Schema {
    /// The one validation of the product: runs at entry, at import and at the server.
    /// - Returns: the first violation in canonical order of paths, or nil. What this version does not know fits.
    public func violation(in change: Change, strictness: Strictness) -> Violation? {
        guard let schema = self[change.collection] else {
            return strictness == .entry ? Violation(rule: .unknown, path: nil) : nil
        }
        if change.isErasure, change.writes.count > 1 { return Violation(rule: .path, path: .erased) }
        for write in change.writes {
            if let violation = schema.violation(in: write, isCreating: change.isCreating, strictness: strictness) {
                return violation
            }
        }
        guard change.isCreating else { return nil }
        for field in schema.fields where field.isRequired {
            let given = change.writes.contains { $0.path.field == field.name && $0.value ?? .null != .null }
            guard given else { return Violation(rule: .required, path: FieldPath(field.name), expected: field.type) }
        }
        return nil
    }
}

extension Schema {
    /// Whether a value, such as a merged text, is within the limits of its place.
    public func fits(_ value: Value, at path: FieldPath, in collection: CollectionName) -> Bool {
        guard let type = self[collection]?[path.field]?.type.atomType(at: path) else { return true }
        return type.check(value, strictness: .exchange) == .fits
    }
}

extension CollectionSchema {
    func violation(in write: Write, isCreating: Bool, strictness: Strictness) -> Violation? {
        if write.path == .life { return lifeViolation(in: write) }
        if write.path == .erased { return erasureViolation(in: write, isCreating: isCreating) }
        guard let field = self[write.path.field] else {
            return strictness == .entry ? Violation(rule: .path, path: write.path) : nil
        }
        guard field.access != .server else { return Violation(rule: .access, path: write.path) }
        guard field.rule.rule(for: write.path) != nil else {
            return Violation(rule: .path, path: write.path, expected: field.type)
        }
        if field.isRequired, !isCreating, !write.path.isElement, write.value ?? .null == .null {
            return Violation(rule: .required, path: write.path, expected: field.type)
        }
        if let key = write.path.key, !field.type.takes(key: key) {
            return Violation(rule: .path, path: write.path, expected: field.type)
        }
        guard let value = write.value else {
            return write.path.isElement ? nil : Violation(rule: .path, path: write.path, expected: field.type)
        }
        return violation(of: value, at: write.path, field: field, strictness: strictness)
    }

    private func lifeViolation(in write: Write) -> Violation? {
        if isAppendOnly { return Violation(rule: .access, path: write.path) }
        let fits = write.value == VersionedRecord.alive || write.value == VersionedRecord.deleted
        return fits ? nil : Violation(rule: .type, path: write.path)
    }

    private func erasureViolation(in write: Write, isCreating: Bool) -> Violation? {
        guard isErasable, !isCreating else { return Violation(rule: .access, path: write.path) }
        return ErasureReason(write.value) == nil ? Violation(rule: .type, path: write.path) : nil
    }

    private func violation(
        of value: Value, at path: FieldPath, field: FieldSchema, strictness: Strictness
    ) -> Violation? {
        let type = field.type.atomType(at: path)
        // A flag that this version does not know is kept.
        if type == nil, path.flag != nil, strictness == .exchange { return nil }
        guard let type else { return Violation(rule: .path, path: path, expected: field.type) }
        if value == .null, !path.isElement { return nil }
        switch type.check(value, strictness: strictness) {
        case .fits: return nil
        case .wrongType: return Violation(rule: .type, path: path, expected: type)
        case .outOfLimits: return Violation(rule: .limit, path: path, expected: type)
        }
    }
}

extension FieldType {
    enum Check { case fits, wrongType, outOfLimits }

    /// The type of the value at a path inside a field of this type.
    public func atomType(at path: FieldPath) -> FieldType? {
        switch (self, path.key, path.flag) {
        case (.set(_, let maximum), .some, nil): .text(maximum: maximum)
        case (.map(_, let value, _), .some, nil): value
        case (.map(_, _, let flags), .some, let flag?): flags.first { $0.name == flag }?.type
        case (.set, _, _), (.map, _, _): nil
        case (_, nil, nil): self
        default: nil
        }
    }

    /// Whether a text may be the key of an element. The text of an identity has one form: in another, the same person would
    /// be two elements, of which taking one out would leave the other.
    func takes(key: String) -> Bool {
        switch self {
        case .set(.identity, _), .map(.identity, _, _): RecordID(canonical: key) != nil
        default: true
        }
    }

    func check(_ value: Value, strictness: Strictness) -> Check {
        switch self {
        case .bool: value.boolean == nil ? .wrongType : .fits
        case .integer(let range): Self.check(value.integer) { range.contains($0) }
        case .decimal: Self.isForm(value, ValueForm.isDecimal)
        case .text(let maximum):
            Self.check(value.text) { $0.unicodeScalars.count <= maximum && ValueForm.isPlainText($0) }
        case .instant: Self.isForm(value, ValueForm.isInstant)
        case .date: Self.isForm(value, ValueForm.isDate)
        case .partialDate: Self.isForm(value, ValueForm.isPartialDate)
        case .money: Self.isMoney(value)
        case .enumeration(let cases): Self.checkEnumeration(value, cases, strictness)
        case .reference: Self.isForm(value) { RecordID(canonical: $0) != nil }
        case .structure(let fields): Self.checkStructure(value, fields, strictness)
        case .bytesReference: ValueForm.isBytesReference(value) ? .fits : .wrongType
        case .set, .map: .wrongType
        }
    }

    private static func check<T>(_ value: T?, _ isInLimits: (T) -> Bool) -> Check {
        guard let value else { return .wrongType }
        return isInLimits(value) ? .fits : .outOfLimits
    }

    private static func isForm(_ value: Value, _ form: (String) -> Bool) -> Check {
        value.text.map(form) == true ? .fits : .wrongType
    }

    private static func isMoney(_ value: Value) -> Check {
        guard let entries = value.entries, entries["amount"]?.integer != nil,
            let currency = entries["currency"]?.text
        else { return .wrongType }
        return currency.utf8.count == 3 && currency.utf8.allSatisfy { (0x41...0x5A).contains($0) } ? .fits : .wrongType
    }

    private static func checkEnumeration(_ value: Value, _ cases: [EnumCase], _ strictness: Strictness) -> Check {
        guard let name = value.text, name.unicodeScalars.count <= 64, ValueForm.isPlainText(name) else {
            return .wrongType
        }
        return strictness == .exchange || cases.contains { $0.name == name } ? .fits : .wrongType
    }

    private static func checkStructure(_ value: Value, _ fields: [StructureField], _ strictness: Strictness) -> Check {
        guard let entries = value.entries else { return .wrongType }
        for key in CanonicalJSON.sortedKeys(entries.keys) {
            guard let field = fields.first(where: { $0.name.text == key }) else {
                if strictness == .entry { return .wrongType }
                continue
            }
            guard let entry = entries[key], entry != .null else { continue }
            let check = field.type.check(entry, strictness: strictness)
            if check != .fits { return check }
        }
        return .fits
    }
}
