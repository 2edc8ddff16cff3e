import WaybookModel

/// Says values to people in a language, on the clocks of a zone.
public struct FieldDisplay: Sendable {
    public var language: Language
    public var zone: Zone
    /// Names the record that a reference points at; nil gives the beginning of its identity.
    public var title: @Sendable (CollectionName, RecordID) -> String?

    public init(
        language: Language, zone: Zone,
        title: @escaping @Sendable (CollectionName, RecordID) -> String? = { _, _ in nil }
    ) {
        self.language = language
        self.zone = zone
        self.title = title
    }

    /// The text of a field in a record; empty where it has no value.
    public func text(_ field: FieldSchema, in record: VersionedRecord) -> String {
        switch field.type {
        case .set(let form, _):
            let elements = record.elements(of: field.name)
            return list(
                CanonicalJSON.sortedKeys(elements.keys).map { elements[$0]?.text ?? $0 }.map { shown($0, form, field) })
        case .map(let form, let type, let flags): return map(field, form, type, flags, record)
        default: return record[field.name].map { text($0, as: field.type) } ?? ""
        }
    }

    /// The text of one value. A value that does not fit its type is shown as canonical JSON, never hidden.
    public func text(_ value: Value, as type: FieldType) -> String {
        switch (type, value) {
        case (_, .null): return ""
        case (.bool, .bool(let flag)): return (flag ? Self.yes : Self.no).text(in: language)
        case (.enumeration(let cases), .string(let name)):
            return cases.first { $0.name == name }?.label.text(in: language) ?? name
        case (.instant, .string(let text)): return Instant(text).map(moment) ?? text
        case (.partialDate, .string(let text)): return partialDate(text)
        case (.reference(let collection), .string(let text)): return reference(text, collection)
        case (.money, _): return Money(value)?.display ?? CanonicalJSON.text(value)
        case (.structure(let parts), .map(let entries)): return structure(entries, parts)
        case (_, .string(let text)): return text
        default: return CanonicalJSON.text(value)
        }
    }

    private static let yes = Label("yes", "是"), no = Label("no", "否")
    private static let lunar = Label("lunar", "农历")

    /// An element's key as people read it: the name of the record that it stands for, where it does.
    public func key(_ key: String, of field: FieldName) -> String {
        NamedElements.collection(of: field).map { reference(key, $0) } ?? key
    }

    private func list(_ texts: [String]) -> String { texts.joined(separator: language == .chinese ? "、" : ", ") }

    private func moment(_ instant: Instant) -> String {
        let wall = zone.wallTime(at: instant)
        return "\(wall.date) \(wall.clock())"
    }

    private func partialDate(_ text: String) -> String {
        guard let date = PartialDate(text) else { return text }
        let body = date.isLunar ? String(text.dropLast()) : text
        let plain = body.hasPrefix("--") ? String(body.dropFirst(2)) : body
        return date.isLunar ? "\(Self.lunar.text(in: language)) \(plain)" : plain
    }

    private func reference(_ text: String, _ collection: CollectionName) -> String {
        guard let id = RecordID(text) else { return text }
        return title(collection, id) ?? String(text.prefix(8))
    }

    private func structure(_ entries: [String: Value], _ parts: [StructureField]) -> String {
        let texts = parts.compactMap { part in entries[part.name.text].map { text($0, as: part.type) } }
        return texts.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private func shown(_ text: String, _ form: KeyForm, _ field: FieldSchema) -> String {
        guard form == .identity, RecordID(text) != nil else { return text }
        return NamedElements.collection(of: field.name).map { reference(text, $0) } ?? String(text.prefix(8))
    }

    private func map(
        _ field: FieldSchema, _ form: KeyForm, _ type: FieldType, _ flags: [StructureField], _ record: VersionedRecord
    ) -> String {
        let elements = record.elements(of: field.name)
        return list(
            CanonicalJSON.sortedKeys(elements.keys).map { key in
                let value = elements[key] ?? .null
                let set = flags.filter { flag in
                    record.atoms[FieldPath(field.name, key: key, flag: flag.name)]?.value == true
                }
                let marks = set.map { $0.label.text(in: language) }
                let element =
                    NamedElements.collection(of: field.name).map { "\(reference(key, $0)): \(text(value, as: type))" }
                    ?? element(key, value, form, type)
                return marks.isEmpty ? element : "\(element) (\(list(marks)))"
            })
    }

    private func element(_ key: String, _ value: Value, _ form: KeyForm, _ type: FieldType) -> String {
        switch form {
        case .phone:
            let number = PhoneNumber(key)
            return number.isValid ? number.display : value.entries?["raw"]?.text ?? key
        case .email: return key
        case .handle, .identity: return text(value, as: type)
        case .text: return "\(key): \(text(value, as: type))"
        }
    }
}
