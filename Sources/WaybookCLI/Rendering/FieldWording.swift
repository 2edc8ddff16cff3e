import WaybookCRM
import WaybookModel

/// Says fields, types and paths to people.
enum FieldWording {
    /// What a field takes.
    static func expected(_ type: FieldType) -> String {
        switch type {
        case .bool: Texts.Values.expectedBoolean.spoken
        case .integer(let range):
            range == Int64.min...Int64.max
                ? Texts.Values.expectedInteger.spoken
                : Texts.Values.expectedRange(lowest: Int(range.lowerBound), highest: Int(range.upperBound)).spoken
        case .decimal: Texts.Values.expectedDecimal.spoken
        case .text(let maximum): Texts.Values.expectedText(limit: maximum).spoken
        case .instant: Texts.Values.expectedInstant.spoken
        case .date: Texts.Values.expectedDate.spoken
        case .partialDate: Texts.Values.expectedPartialDate.spoken
        case .money: Texts.Values.expectedMoney.spoken
        case .enumeration(let cases): Texts.Values.expectedChoice(allowed: cases.map(\.name)).spoken
        case .reference(let collection): Texts.Values.expectedReference(kind: kind(collection)).spoken
        case .structure(let parts): Texts.Values.expectedParts(parts: parts.map(\.name.text)).spoken
        case .set(let key, _): elements(key)
        case .map(let key, _, _): elements(key)
        case .bytesReference: Texts.Values.expectedBytes.spoken
        }
    }

    private static func elements(_ key: KeyForm) -> String {
        switch key {
        case .phone: Texts.Values.expectedPhones.spoken
        case .email: Texts.Values.expectedEmails.spoken
        case .text, .handle, .identity: Texts.Values.expectedElements.spoken
        }
    }

    /// What people call a collection, within a sentence.
    static func kind(_ collection: CollectionName) -> String {
        collection == "user" ? Texts.Words.user.spoken : Catalogue.schema[collection]?.label.within ?? collection.text
    }

    /// What people call the place of a value.
    /// - Parameter display: names the people and records that are keys.
    static func path(
        _ path: FieldPath, in collection: CollectionName, _ display: FieldDisplay? = nil
    ) -> String {
        if path == .life { return Texts.Words.life.spoken }
        if path == .erased { return Texts.Privacy.erased.spoken }
        let label = Catalogue.schema[collection]?[path.field]?.label.spoken ?? path.field.text
        let key = path.key.map { display?.key($0, of: path.field) ?? $0 }
        return ([label] + [key, path.flag?.text].compactMap { $0 }).joined(separator: "/")
    }

    /// What a write does: `City = Paris`, `Tags + gold`, `Tags - new`.
    static func change(
        _ path: FieldPath, _ value: Value?, in collection: CollectionName, _ display: FieldDisplay
    ) -> String {
        let type = Catalogue.schema[collection]?[path.field]?.type
        let label = Self.path(FieldPath(path.field), in: collection)
        guard let key = path.key, path.flag == nil else {
            return
                "\(Self.path(path, in: collection, display)) = \(Self.value(value, at: path, in: collection, display))"
        }
        let name = display.key(key, of: path.field)
        guard let value else { return "\(label) - \(name)" }
        if case .set = type {
            return "\(label) + \(name == key ? display.text(value, as: .text(maximum: 0)) : name)"
        }
        return "\(label) + \(name): \(Self.value(value, at: path, in: collection, display))"
    }

    /// No value, as people read it: a customer without an owner is in the pool.
    static func empty(_ path: FieldPath, in collection: CollectionName) -> String {
        collection == Customer.shape.name && path == FieldPath("owner")
            ? Texts.Owners.pool.spoken : Texts.Words.emptyValue.spoken
    }

    /// The value of a path as people read it.
    static func value(
        _ value: Value?, at path: FieldPath, in collection: CollectionName, _ display: FieldDisplay
    ) -> String {
        guard let value, value != .null else { return empty(path, in: collection) }
        if path == .life {
            return (value == VersionedRecord.deleted ? Texts.Words.deleted : Texts.Words.alive).spoken
        }
        if path == .erased { return Texts.Privacy.reason(ErasureReason(value) ?? .other).spoken }
        guard let type = Catalogue.schema[collection]?[path.field]?.type.atomType(at: path) else {
            return CanonicalJSON.text(value)
        }
        return display.text(value, as: type)
    }
}
