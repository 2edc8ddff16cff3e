import WaybookModel

extension ChangeSetLine {
    /// Reads a set back. Nil where the line is not a well-formed set: an unknown shape, a path twice, a record twice,
    /// more than ``ChangeSet/maximumWrites``, nothing in it.
    /// - Parameter mayBeEmpty: whether there may be nothing in it, as where everything was taken out of what a client keeps.
    public static func decode(_ line: JSONDocument, mayBeEmpty: Bool = false) -> ChangeSet? {
        let root = line.root
        guard let number = line.entry("set", of: root).flatMap({ line.integer($0) }),
            (1...ChangeSet.maximumNumber).contains(number),
            let stamp = line.entry("stamp", of: root).flatMap({ line.stamp($0) }),
            let on = line.entry("on", of: root).flatMap({ line.integer($0) }), on >= 0,
            let wall = line.entry("wall", of: root).flatMap({ line.integer($0) }),
            let changes = line.entry("changes", of: root).flatMap({ changes(line, $0) })
        else { return nil }
        var resolves: [RecordID] = []
        if let list = line.entry("resolves", of: root) {
            guard line.isList(list) else { return nil }
            for element in line.elements(list) {
                guard let id = line.identity(element) else { return nil }
                resolves.append(id)
            }
        }
        var note: String?
        if let told = line.entry("note", of: root) {
            guard let text = line.text(told), text.count <= ChangeSet.maximumNoteCharacters, ValueForm.isOneLine(text)
            else { return nil }
            note = text
        }
        let set = ChangeSet(
            number: number, stamp: stamp, readThrough: on, wallMilliseconds: wall, changes: changes,
            resolves: resolves, note: note)
        return set.isEmpty && !mayBeEmpty || set.writeCount + resolves.count > ChangeSet.maximumWrites ? nil : set
    }

    /// Reads a set from a value.
    public static func decode(_ value: Value) -> ChangeSet? {
        (try? JSONDocument(CanonicalJSON.bytes(value))).flatMap { decode($0) }
    }

    /// Reads the changes of a set, which also stand for themselves in what was handed over; nil for anything else.
    public static func changes(_ value: Value) -> [Change]? {
        (try? JSONDocument(CanonicalJSON.bytes(value))).flatMap { changes($0, $0.root) }
    }

    private static func changes(_ line: JSONDocument, _ list: JSONDocument.Part) -> [Change]? {
        guard line.isList(list) else { return nil }
        var changes: [Change] = []
        var seen: Set<RecordID> = []
        for element in line.elements(list) {
            guard let change = change(line, element), seen.insert(change.id).inserted else { return nil }
            changes.append(change)
        }
        return changes
    }

    private static func change(_ line: JSONDocument, _ part: JSONDocument.Part) -> Change? {
        guard let id = line.entry("id", of: part).flatMap({ line.identity($0) }),
            let collection = line.entry("in", of: part).flatMap({ line.text($0) }), isWellFormedName(collection),
            let bases = Bases(line, line.entry("base", of: part)), var writes = writes(line, part, bases)
        else { return nil }
        var isCreating = false
        if let new = line.entry("new", of: part) {
            guard let flag = line.boolean(new) else { return nil }
            isCreating = flag
        }
        guard removals(line, part, bases, to: &writes), !writes.isEmpty else { return nil }
        return Change(id: id, collection: CollectionName(collection), isCreating: isCreating, writes: writes)
    }

    /// What is put. A path cannot be there twice: keys cannot.
    private static func writes(_ line: JSONDocument, _ part: JSONDocument.Part, _ bases: Bases) -> [Write]? {
        guard let put = line.entry("put", of: part) else { return [] }
        guard line.isMap(put) else { return nil }
        var writes: [Write] = []
        var isWellFormed = true
        line.forEachEntry(of: put) { key, value in
            guard let path = line.text(key).flatMap({ FieldPath(parsing: $0) }) else {
                isWellFormed = false
                return false
            }
            writes.append(Write(path: path, value: line.value(value), base: bases[path]))
            return true
        }
        return isWellFormed ? writes : nil
    }

    /// Adds what is removed; false where it is malformed.
    private static func removals(
        _ line: JSONDocument, _ part: JSONDocument.Part, _ bases: Bases, to writes: inout [Write]
    ) -> Bool {
        guard let list = line.entry("remove", of: part) else { return true }
        guard line.isList(list) else { return false }
        var seen = Set(writes.map(\.path))
        for element in line.elements(list) {
            guard let path = line.text(element).flatMap({ FieldPath(parsing: $0) }), seen.insert(path).inserted
            else { return false }
            writes.append(Write(path: path, value: nil, base: bases[path]))
        }
        return true
    }

    /// The base of each path.
    private struct Bases {
        private var all: Stamp?
        private var each: [String: Stamp] = [:]

        /// - Returns: nil where the field is malformed.
        init?(_ line: JSONDocument, _ part: JSONDocument.Part?) {
            guard let part else { return }
            guard line.isMap(part) else {
                guard let stamp = line.stamp(part) else { return nil }
                all = stamp
                return
            }
            var stamps: [String: Stamp] = [:]
            var isWellFormed = true
            line.forEachEntry(of: part) { path, text in
                guard let path = line.text(path), let stamp = line.stamp(text) else {
                    isWellFormed = false
                    return false
                }
                stamps[path] = stamp
                return true
            }
            guard isWellFormed else { return nil }
            each = stamps
        }

        subscript(path: FieldPath) -> Stamp? { all ?? each[path.text] }
    }
}

extension JSONDocument {
    fileprivate func stamp(_ part: Part) -> Stamp? { plainBytes(part).flatMap { Stamp(utf8: $0) } }

    fileprivate func identity(_ part: Part) -> RecordID? { plainBytes(part).flatMap { RecordID(canonicalUTF8: $0) } }
}
