/// Reads the grammar of JSON and notes where each value stands; makes no value and copies no text.
///
/// Strict and total, as ``JSONParser`` says. Beside it notes whether the text is canonical, so that it can be kept as it
/// came.
struct JSONScanner {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var valueCount = 0
    /// What was found, in the order of the text. Whoever gives an empty list with room has it used.
    var nodes: [JSONNode] = []
    /// Whether ``CanonicalJSON`` would write the same bytes.
    private(set) var isCanonical = true

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Reads one value that fills the text but for white space around it.
    mutating func scan() throws(JSONError) {
        try value(depth: 0)
        skipWhiteSpace()
        guard position == bytes.count else { throw failure(.trailingBytes) }
    }

    private func failure(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: position) }

    private mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
            isCanonical = false
        }
    }

    private func peek() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw failure(.unexpectedEnd) }
        return bytes[position]
    }

    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard try peek() == byte else { throw failure(.unexpectedByte) }
        position += 1
    }

    private mutating func note(_ kind: JSONNode.Kind, from start: Int) {
        nodes.append(JSONNode(kind: kind, start: start, end: position, next: nodes.count + 1))
    }

    /// Ends a list or a map whose node was noted at its beginning.
    private mutating func close(_ node: Int) {
        position += 1
        nodes[node].end = position
        nodes[node].next = nodes.count
    }

    private mutating func value(depth: Int) throws(JSONError) {
        valueCount += 1
        guard valueCount <= JSONParser.maximumValues else { throw failure(.tooManyValues) }
        skipWhiteSpace()
        switch try peek() {
        case UInt8(ascii: "{"): try map(depth: depth + 1)
        case UInt8(ascii: "["): try list(depth: depth + 1)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true", .yes)
        case UInt8(ascii: "f"): try word("false", .no)
        case UInt8(ascii: "n"): try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try integer()
        default: throw failure(.unexpectedByte)
        }
    }

    private mutating func word(_ word: StaticString, _ kind: JSONNode.Kind) throws(JSONError) {
        let (start, length) = (position, word.utf8CodeUnitCount)
        guard bytes.count - position >= length else { throw failure(.unexpectedEnd) }
        for offset in 0..<length where bytes[position + offset] != word.utf8Start[offset] {
            throw failure(.unexpectedByte)
        }
        position += length
        note(kind, from: start)
    }

    private mutating func integer() throws(JSONError) {
        let start = position
        let isNegative = bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let first = position
        var number: Int64 = 0
        while position < bytes.count, case let digit = bytes[position] &- 0x30, digit < 10 {
            let (scaled, tooBig) = number.multipliedReportingOverflow(by: 10)
            let (next, overflow) = scaled.subtractingReportingOverflow(Int64(digit))
            guard !tooBig, !overflow else { throw failure(.outOfRange) }
            number = next
            position += 1
        }
        guard position > first else { throw failure(.unexpectedByte) }
        if bytes[first] == 0x30, position - first > 1 { throw failure(.unexpectedByte) }
        if position < bytes.count, [0x2E, 0x65, 0x45].contains(bytes[position]) { throw failure(.notAnInteger) }
        guard isNegative || number != .min else { throw failure(.outOfRange) }
        if isNegative, number == 0 { isCanonical = false }
        note(.integer(isNegative ? number : -number), from: start)
    }

    private mutating func list(depth: Int) throws(JSONError) {
        guard depth <= JSONParser.maximumDepth else { throw failure(.tooDeep) }
        let node = nodes.count
        note(.list, from: position)
        position += 1
        skipWhiteSpace()
        if try peek() == UInt8(ascii: "]") { return close(node) }
        while true {
            try value(depth: depth)
            skipWhiteSpace()
            if try peek() == UInt8(ascii: "]") { return close(node) }
            try expect(UInt8(ascii: ","))
        }
    }

    // MARK: Maps

    private mutating func map(depth: Int) throws(JSONError) {
        guard depth <= JSONParser.maximumDepth else { throw failure(.tooDeep) }
        let node = nodes.count
        note(.map, from: position)
        position += 1
        skipWhiteSpace()
        if try peek() == UInt8(ascii: "}") { return close(node) }
        var last: Int?
        var seen: Set<String>?
        while true {
            skipWhiteSpace()
            guard try peek() == UInt8(ascii: "\"") else { throw failure(.unexpectedByte) }
            let key = nodes.count
            try string()
            guard length(ofKey: nodes[key]) <= JSONParser.maximumKeyBytes else { throw failure(.keyTooLong) }
            skipWhiteSpace()
            try expect(UInt8(ascii: ":"))
            try value(depth: depth)
            guard isNew(key, after: last, in: node, &seen) else { throw failure(.duplicateKey) }
            last = key
            skipWhiteSpace()
            if try peek() == UInt8(ascii: "}") { return close(node) }
            try expect(UInt8(ascii: ","))
        }
    }

    private func length(ofKey key: JSONNode) -> Int {
        key.kind == .escaped ? key.text(in: bytes).utf8.count : key.end - key.start
    }

    /// Whether a key is none of those before it in its map. Keys of plain ASCII that ascend, as canonical ones do, are
    /// compared with the last one alone; the first other key has all be remembered: two spellings of one character are
    /// one key.
    private mutating func isNew(_ key: Int, after last: Int?, in map: Int, _ seen: inout Set<String>?) -> Bool {
        let node = nodes[key]
        guard let last else { return true }
        if seen == nil, node.kind == .ascii, nodes[last].kind == .ascii,
            memory(nodes[last]).lexicographicallyPrecedes(memory(node))
        {
            return true
        }
        let text = node.text(in: bytes)
        if !nodes[last].text(in: bytes).utf8.lexicographicallyPrecedes(text.utf8) { isCanonical = false }
        var known = seen ?? keys(of: map, before: key)
        defer { seen = known }
        return known.insert(text).inserted
    }

    private func keys(of map: Int, before end: Int) -> Set<String> {
        var keys: Set<String> = []
        var index = map + 1
        while index < end {
            keys.insert(nodes[index].text(in: bytes))
            index = nodes[index + 1].next
        }
        return keys
    }

    private func memory(_ node: JSONNode) -> Slice<UnsafeBufferPointer<UInt8>> { bytes[node.start..<node.end] }

    // MARK: Strings

    private mutating func string() throws(JSONError) {
        let start = position + 1
        var (isASCII, isPlain) = (true, true)
        position = start
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                guard isASCII || UTF8Check.isValid(bytes[start..<position]) else { throw failure(.invalidUTF8) }
                note(!isPlain ? .escaped : isASCII ? .ascii : .plain, from: start)
                position += 1
                return
            case UInt8(ascii: "\\"):
                isPlain = false
                let escape = position
                position += 1
                let scalar = try JSONEscape.read(bytes, &position)
                if !JSONEscape.isCanonical(bytes, at: escape, of: scalar) { isCanonical = false }
            case 0x00: throw failure(.nulCharacter)
            case 0x01..<0x20: throw failure(.controlCharacter)
            default:
                if byte >= 0x80 { isASCII = false }
                position += 1
            }
        }
        throw failure(.unexpectedEnd)
    }
}
