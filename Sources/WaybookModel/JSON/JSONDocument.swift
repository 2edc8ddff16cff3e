/// Where one value stands in a text.
struct JSONNode: Sendable {
    enum Kind: Hashable, Sendable {
        case null, yes, no
        case integer(Int64)
        /// A string of ASCII without escapes, of UTF-8 without escapes, with escapes.
        case ascii, plain, escaped
        case list, map
    }

    var kind: Kind
    /// Its bytes; of a string what is between the quotes.
    var start: Int
    var end: Int
    /// The node behind it and all that is in it.
    var next: Int

    var isString: Bool { kind == .ascii || kind == .plain || kind == .escaped }

    /// The string, its escapes resolved.
    func text(in bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard kind == .escaped else {
            return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
        }
        // An escape is never shorter than the UTF-8 of what it stands for. Appending to a view of scalars instead would
        // copy all of it at each escape.
        return String(unsafeUninitializedCapacity: end - start) { text in
            var (position, count) = (start, 0)
            while position < end {
                if bytes[position] != UInt8(ascii: "\\") {
                    text[count] = bytes[position]
                    (position, count) = (position + 1, count + 1)
                    continue
                }
                position += 1
                // The escape was read once already: it is whole.
                guard let scalar = try? JSONEscape.read(bytes, &position), let bytes = UTF8.encode(scalar) else {
                    break
                }
                for byte in bytes {
                    text[count] = byte
                    count += 1
                }
            }
            return count
        }
    }
}

/// A JSON text that was read, with a list of where its values stand: whoever wants a few of them, or their bytes as they
/// came, pays for no others. What is refused is what ``JSONParser`` refuses.
///
/// Reading another text uses the room of the one before.
public struct JSONDocument: Sendable {
    /// A value in the document; good until another text is read.
    public struct Part: Hashable, Sendable {
        fileprivate let index: Int
    }

    /// The text.
    public private(set) var bytes: [UInt8] = []
    /// Whether ``CanonicalJSON`` would write the same bytes.
    public private(set) var isCanonical = false
    private var nodes: [JSONNode] = []

    /// A document without a text; to ``read(_:)`` one.
    public init() {}

    public init(_ bytes: some Collection<UInt8>) throws(JSONError) { try read(bytes) }

    /// Reads a text: one value, with white space around it. Cost: linear in its length.
    public mutating func read(_ text: some Collection<UInt8>) throws(JSONError) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: text)
        nodes.removeAll(keepingCapacity: true)
        let result: Result<Bool, JSONError> = bytes.withUnsafeBufferPointer { memory in
            var scanner = JSONScanner(memory)
            swap(&scanner.nodes, &nodes)
            defer { swap(&scanner.nodes, &nodes) }
            do throws(JSONError) {
                try scanner.scan()
                return .success(scanner.isCanonical)
            } catch {
                return .failure(error)
            }
        }
        isCanonical = try result.get()
    }

    /// The whole value. Only of a document that has read a text.
    public var root: Part { Part(index: 0) }

    /// The whole value, made.
    public var value: Value { value(root) }

    // MARK: Parts

    /// The bytes of a value, quotes included.
    public func range(_ part: Part) -> Range<Int> {
        let node = nodes[part.index]
        return node.isString ? node.start - 1..<node.end + 1 : node.start..<node.end
    }

    /// A value, made with all that is in it.
    public func value(_ part: Part) -> Value {
        bytes.withUnsafeBufferPointer { make(part.index, $0) }
    }

    private func make(_ index: Int, _ memory: UnsafeBufferPointer<UInt8>) -> Value {
        let node = nodes[index]
        switch node.kind {
        case .null: return .null
        case .yes: return .bool(true)
        case .no: return .bool(false)
        case .integer(let number): return .int(number)
        case .ascii, .plain, .escaped: return .string(node.text(in: memory))
        case .list:
            var elements: [Value] = []
            var next = index + 1
            while next < node.next {
                elements.append(make(next, memory))
                next = nodes[next].next
            }
            return .list(elements)
        case .map:
            var entries: [String: Value] = [:]
            var next = index + 1
            while next < node.next {
                entries[nodes[next].text(in: memory)] = make(next + 1, memory)
                next = nodes[next + 1].next
            }
            return .map(entries)
        }
    }

    public func isMap(_ part: Part) -> Bool { nodes[part.index].kind == .map }

    public func isList(_ part: Part) -> Bool { nodes[part.index].kind == .list }

    /// The number of an integer, else nil.
    public func integer(_ part: Part) -> Int64? {
        if case .integer(let number) = nodes[part.index].kind { return number }
        return nil
    }

    /// The truth value of a boolean, else nil.
    public func boolean(_ part: Part) -> Bool? {
        switch nodes[part.index].kind {
        case .yes: true
        case .no: false
        default: nil
        }
    }

    /// The text of a string, else nil.
    public func text(_ part: Part) -> String? {
        let node = nodes[part.index]
        return node.isString ? bytes.withUnsafeBufferPointer { node.text(in: $0) } : nil
    }

    /// The bytes of a string without escapes, else nil: its text without the cost of making it.
    public func plainBytes(_ part: Part) -> ArraySlice<UInt8>? {
        let node = nodes[part.index]
        return node.kind == .ascii || node.kind == .plain ? bytes[node.start..<node.end] : nil
    }

    /// Whether a value is this string.
    public func isText(_ part: Part, _ text: StaticString) -> Bool {
        guard let plain = plainBytes(part), plain.count == text.utf8CodeUnitCount else { return false }
        return plain.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// The value at a key of a map; nil where there is none, or no map. Cost: linear in the keys.
    public func entry(_ key: StaticString, of map: Part) -> Part? {
        var found: Part?
        forEachEntry(of: map) { name, value in
            if isText(name, key) { found = value }
            return found == nil
        }
        return found
    }

    /// Hands over the entries of a map, in the order of the text, until one is answered with false.
    public func forEachEntry(of map: Part, _ body: (_ key: Part, _ value: Part) throws -> Bool) rethrows {
        let node = nodes[map.index]
        guard node.kind == .map else { return }
        var next = map.index + 1
        while next < node.next {
            guard try body(Part(index: next), Part(index: next + 1)) else { return }
            next = nodes[next + 1].next
        }
    }

    /// The elements of a list; none for anything else.
    public func elements(_ list: Part) -> [Part] {
        let node = nodes[list.index]
        guard node.kind == .list else { return [] }
        var elements: [Part] = []
        var next = list.index + 1
        while next < node.next {
            elements.append(Part(index: next))
            next = nodes[next].next
        }
        return elements
    }
}
