import WaybookModel

/// Reads elements of sets and maps, and parts of groups.
struct ElementInput {
    let input: ValueInput
    let current: VersionedRecord?

    private var field: FieldSchema { input.field }

    /// The record as it is shown, where it may be read.
    private func readable() throws(InputProblem) -> VersionedRecord? {
        guard current == nil || !input.context.hidesRecord else { throw .recordHidden(field) }
        return current
    }

    /// The elements that a text names, put or removed; all present ones removed where it is empty.
    func elements(_ text: String) throws(InputProblem) -> [Write] {
        guard !text.isEmpty else {
            let keys = try readable().map { CanonicalJSON.sortedKeys($0.elements(of: field.name).keys) } ?? []
            return keys.map { Write(path: FieldPath(field.name, key: $0), value: nil) }
        }
        var writes: [FieldPath: Write] = [:]
        for piece in pieces(text) {
            let write = try element(piece)
            writes[write.path] = write
        }
        return writes.values.sorted { $0.path < $1.path }
    }

    /// Structures under made-up keys hold commas themselves: one a text.
    private func pieces(_ text: String) -> [String] {
        if case .map(.identity, .structure, _) = field.type { return [text] }
        return text.split { ",，、\n".contains($0) }.map { TypedText.trim(String($0)) }.filter { !$0.isEmpty }
    }

    private func element(_ piece: String) throws(InputProblem) -> Write {
        if piece.hasPrefix("-") {
            let text = TypedText.trim(String(piece.dropFirst()))
            return Write(path: try path(text), value: nil)
        }
        let isSign = piece.hasPrefix("+") && keyForm != .phone
        let text = isSign ? TypedText.trim(String(piece.dropFirst())) : piece
        switch field.type {
        case .set(_, let maximum): return Write(path: try path(text), value: try setValue(text, maximum))
        case .map(let form, let type, _): return try mapElement(text, form, type)
        default: throw .invalid(field, text: piece, expected: field.type)
        }
    }

    private var keyForm: KeyForm {
        switch field.type {
        case .set(let form, _), .map(let form, _, _): form
        default: .text
        }
    }

    private func setValue(_ text: String, _ maximum: Int) throws(InputProblem) -> Value {
        guard keyForm == .identity else { return try input.text(text, maximum: maximum) }
        guard let id = identity(text) else { throw .invalid(field, text: text, expected: field.type) }
        return .string(id.description)
    }

    /// The record that an element means, by its identity or as people name it.
    private func identity(_ text: String) -> RecordID? {
        RecordID(text) ?? NamedElements.collection(of: field.name).flatMap { input.context.resolve($0, text) }
    }

    /// The path of the element that a text means.
    private func path(_ text: String) throws(InputProblem) -> FieldPath {
        let key =
            switch keyForm {
            case .phone: PhoneNumber(text, callingCode: input.context.callingCode).key
            case .identity: identity(text)?.description ?? ElementKey.make(text, form: keyForm)
            default: ElementKey.make(text, form: keyForm)
            }
        guard let key, !key.isEmpty else { throw .invalid(field, text: text, expected: field.type) }
        let path = FieldPath(field.name, key: key)
        guard FieldPath(parsing: path.text) != nil else { throw .tooLong(field, maximum: FieldPath.maximumBytes) }
        return path
    }

    private func mapElement(_ text: String, _ form: KeyForm, _ type: FieldType) throws(InputProblem) -> Write {
        switch form {
        case .phone: return try contact(text, Phone(PhoneNumber(bare(text), callingCode: input.context.callingCode)))
        case .email: return try contact(text, Email(EmailAddress(bare(text))))
        case .handle: return Write(path: try path(text), value: try input.value(text, as: type))
        case .identity where NamedElements.collection(of: field.name) == nil:
            let path = FieldPath(field.name, key: input.context.makeID().description)
            return Write(path: path, value: try input.value(text, as: type))
        case .text, .identity:
            guard let mark = text.firstIndex(where: { $0 == ":" || $0 == "：" }) else {
                throw .invalid(field, text: text, expected: field.type)
            }
            let value = TypedText.trim(String(text[text.index(after: mark)...]))
            return Write(path: try path(String(text[..<mark])), value: try input.value(value, as: type))
        }
    }

    /// `13800138000 (work)`: the type in brackets. What is there already besides stays.
    private func contact<Element: Structure>(_ text: String, _ made: Element) throws(InputProblem) -> Write {
        let path = try path(bare(text))
        var entries = try readable()?.atoms[path]?.value?.entries ?? [:]
        entries.merge(made.entries) { _, new in new }
        if let raw = made.entries["raw"]?.text, let part = Element.parts.first(where: { $0.name == "raw" }) {
            entries["raw"] = try input.value(raw, as: part.type)
        }
        if let kind = bracketed(text), let part = Element.parts.first(where: { $0.name == "type" }) {
            entries["type"] = try input.value(kind, as: part.type)
        }
        return Write(path: path, value: .map(entries))
    }

    private func bracketed(_ text: String) -> String? {
        let plain = TypedText.plain(text)
        guard plain.hasSuffix(")"), let open = plain.lastIndex(of: "(") else { return nil }
        let inside = TypedText.trim(String(plain[plain.index(after: open)...].dropLast()))
        return inside.contains(where: \.isLetter) ? inside : nil
    }

    private func bare(_ text: String) -> String {
        guard bracketed(text) != nil, let open = text.lastIndex(where: { $0 == "(" || $0 == "（" }) else { return text }
        return TypedText.trim(String(text[..<open]))
    }

    /// A write to one element, one flag, or one part of an element or a group.
    func write(at steps: [String], text: String) throws(InputProblem) -> Write {
        switch field.type {
        case .set(_, let maximum) where steps.count == 1:
            return Write(path: try path(steps[0]), value: text.isEmpty ? nil : try setValue(text, maximum))
        case .map(_, let type, _) where steps.count == 1:
            return Write(path: try path(steps[0]), value: text.isEmpty ? nil : try input.value(text, as: type))
        case .map(_, let type, let flags): return try part(steps[1], of: try path(steps[0]), type, flags, text)
        case .structure(let parts) where steps.count == 1:
            return try merge(
                try input.part(named: steps[0], of: parts), text, into: FieldPath(field.name), present: [:])
        default: throw .unknownPart(field, part: steps.last ?? "", suggestions: [])
        }
    }

    private func part(
        _ name: String, of path: FieldPath, _ type: FieldType, _ flags: [StructureField], _ text: String
    ) throws(InputProblem) -> Write {
        let parts: [StructureField] = if case .structure(let parts) = type { parts } else { [] }
        let part = try input.part(named: name, of: parts + flags)
        guard !flags.contains(part) else {
            let value = text.isEmpty ? false : try input.value(text, as: part.type)
            return Write(path: FieldPath(field.name, key: path.key ?? "", flag: part.name), value: value)
        }
        return try merge(part, text, into: path, present: nil)
    }

    private func merge(
        _ part: StructureField, _ text: String, into path: FieldPath, present standard: [String: Value]?
    ) throws(InputProblem) -> Write {
        guard var entries = try readable()?.atoms[path]?.value?.entries ?? standard else {
            throw .noSuchElement(field, key: path.key ?? "")
        }
        entries[part.name.text] = text.isEmpty ? nil : try input.value(text, as: part.type)
        return Write(path: path, value: .map(entries))
    }
}
