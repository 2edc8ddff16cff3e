import WaybookModel

/// Reads a person's text as one value of a type.
struct ValueInput {
    let field: FieldSchema
    let context: InputContext

    /// - Parameter text: not empty.
    func value(_ text: String, as type: FieldType) throws(InputProblem) -> Value {
        switch type {
        case .bool: try require(Self.boolean(text), text, type)
        case .integer(let range): try integer(text, range, type)
        case .decimal: try require(AmountText.canonical(text).map { .string($0) }, text, type)
        case .text(let maximum): try self.text(text, maximum: maximum)
        case .instant:
            try require(InstantText.read(text, now: context.now, zone: context.zone)?.value, text, type)
        case .date: try require(DateText.date(text, today: context.today)?.value, text, type)
        case .partialDate: try require(DateText.partial(text)?.value, text, type)
        case .money: try money(text)
        case .enumeration(let cases): try choice(text, cases)
        case .reference(let collection): try reference(text, collection, type)
        case .structure(let parts): try structure(text, parts, type)
        case .set, .map, .bytesReference: try json(text, type)
        }
    }

    private func require(_ value: Value?, _ text: String, _ type: FieldType) throws(InputProblem) -> Value {
        guard let value else { throw .invalid(field, text: text, expected: type) }
        return value
    }

    static func boolean(_ text: String) -> Value? {
        switch ElementKey.fold(text) {
        case "yes", "y", "true", "on", "1", "是", "有", "对", "真": true
        case "no", "n", "false", "off", "0", "否", "不", "无", "假": false
        default: nil
        }
    }

    private func integer(_ text: String, _ range: ClosedRange<Int64>, _ type: FieldType) throws(InputProblem) -> Value {
        guard let digits = AmountText.canonical(text), !digits.contains(".") else {
            throw .invalid(field, text: text, expected: type)
        }
        guard let number = Int64(digits), range.contains(number) else { throw .outOfRange(field, range) }
        return .int(number)
    }

    /// Short texts are one line; texts of more than 1,000 characters keep their lines.
    func text(_ text: String, maximum: Int) throws(InputProblem) -> Value {
        let typed = maximum > 1_000 ? TypedText.lines(text) : TypedText.line(text)
        guard ValueForm.isPlainText(typed) else { throw .controlCharacter(field) }
        guard typed.unicodeScalars.count <= maximum else { throw .tooLong(field, maximum: maximum) }
        return .string(typed)
    }

    private func money(_ text: String) throws(InputProblem) -> Value {
        do {
            return try Money(typed: text, currency: context.currency).value
        } catch {
            switch error {
            case .unknownCurrency(let code): throw .unknownCurrency(field, code)
            case .tooPrecise(let currency): throw .tooPrecise(field, currency)
            case .notAnAmount, .tooLarge: throw .invalid(field, text: text, expected: .money)
            }
        }
    }

    private func choice(_ text: String, _ cases: [EnumCase]) throws(InputProblem) -> Value {
        let wanted = ElementKey.fold(text)
        func names(_ option: EnumCase) -> [String] { [option.name, option.label.en, option.label.zhHans] }
        if let option = cases.first(where: { names($0).contains { ElementKey.fold($0) == wanted } }) {
            return .string(option.name)
        }
        throw .unknownChoice(
            field, text: text, choices: cases, suggestions: FieldNames.nearest(to: text, of: cases, names: names))
    }

    private func reference(
        _ text: String, _ collection: CollectionName, _ type: FieldType
    ) throws(InputProblem) -> Value {
        let trimmed = TypedText.line(text)
        return try require((RecordID(trimmed) ?? context.resolve(collection, trimmed))?.value, text, type)
    }

    /// `city:上海;street:南京路 1` (either separator may be of full width), or canonical JSON.
    private func structure(
        _ text: String, _ parts: [StructureField], _ type: FieldType
    ) throws(InputProblem) -> Value {
        if text.hasPrefix("{") { return try json(text, type) }
        var entries: [String: Value] = [:]
        for piece in text.split(whereSeparator: { $0 == ";" || $0 == "；" }) {
            guard let mark = piece.firstIndex(where: { $0 == ":" || $0 == "：" }) else {
                throw .invalid(field, text: text, expected: type)
            }
            let part = try self.part(named: String(piece[..<mark]), of: parts)
            let typed = TypedText.trim(String(piece[piece.index(after: mark)...]))
            if !typed.isEmpty { entries[part.name.text] = try value(typed, as: part.type) }
        }
        return .map(entries)
    }

    func part(named text: String, of parts: [StructureField]) throws(InputProblem) -> StructureField {
        let wanted = ElementKey.fold(text)
        func names(_ part: StructureField) -> [String] { [part.name.text, part.label.en, part.label.zhHans] }
        if let part = parts.first(where: { names($0).contains { ElementKey.fold($0) == wanted } }) { return part }
        let near = FieldNames.nearest(to: text, of: parts, names: names)
        throw .unknownPart(field, part: text, suggestions: near.map(\.name.text))
    }

    private func json(_ text: String, _ type: FieldType) throws(InputProblem) -> Value {
        guard let value = try? JSONParser.parse(text) else { throw .invalid(field, text: text, expected: type) }
        return value
    }
}
