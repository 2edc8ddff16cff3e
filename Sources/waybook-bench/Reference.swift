import Foundation
import GRDB
import WaybookModel
import WaybookStore

/// What the product is compared with: the same records by the `sqlite3` shell, by `zstd`, and the bare disk.
struct Reference {
    let folder: String
    let count: Int

    var recordsPath: String { folder + "/records.tsv" }
    var termsPath: String { folder + "/terms.txt" }
    var linesPath: String { folder + "/records.jsonl" }

    /// Writes the records as a table, as JSONL, and the words that the search index takes of them.
    func writeFiles() throws {
        try write(recordsPath) { Array(Workload.columns($0).joined(separator: "\t").utf8) }
        try write(termsPath) { Array(terms($0).utf8) }
        try write(linesPath) { Workload.json($0) }
    }

    private func write(_ path: String, _ line: (Int) -> [UInt8]) throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        guard let file = FileHandle(forWritingAtPath: path) else { throw Failure("cannot write \(path)") }
        var buffer: [UInt8] = []
        for index in 0..<count {
            buffer += line(index)
            buffer.append(0x0A)
            guard buffer.count > 1 << 20 || index == count - 1 else { continue }
            try file.write(contentsOf: Data(buffer))
            buffer.removeAll(keepingCapacity: true)
        }
        try file.close()
    }

    /// The searched fields in the order in which the store takes them in.
    private func terms(_ index: Int) -> String {
        let fields = Workload.fields(index)
        let phone = fields.keys.first { $0.hasPrefix("phones/") }.map { String($0.dropFirst(7)) } ?? ""
        let texts = ["city", "name", "notes"].compactMap { fields[$0]?.text } + [phone, phone, "mobile"]
        return SearchTerms.terms(of: texts)
    }

    /// How the reference indexes words.
    enum Search: String {
        case none = ""
        /// As the store's own index: no content, no positions.
        case slim = "content='', columnsize=0, detail=none, "
        /// As FTS5 does it when nothing is said.
        case standard = "content='', "
    }

    /// The shell's import into a table of twelve columns, with an index on the identity.
    func importing(_ search: Search) throws -> Shell.Outcome {
        let path = folder + "/reference.db"
        unlink(path)
        defer { unlink(path) }
        return try Shell.run("sqlite3", ["-batch", path], input: Self.script(search, recordsPath, termsPath))
    }

    /// A table without content wants row numbers, which `.import` cannot give: the words come by way of memory.
    static func script(_ search: Search, _ records: String, _ terms: String) -> String {
        let columns = Workload.columnNames.map { "\"\($0)\"" }.joined(separator: ", ")
        let table = """
            CREATE TABLE customer (\(columns));
            CREATE UNIQUE INDEX customer_id ON customer (id);
            .mode tabs
            .import '\(records)' customer

            """
        guard search != .none else { return table }
        return table + """
            CREATE VIRTUAL TABLE search USING fts5(terms, \(search.rawValue)tokenize='unicode61');
            PRAGMA temp_store = MEMORY;
            CREATE TEMP TABLE words (terms);
            .import '\(terms)' words
            INSERT INTO search (rowid, terms) SELECT rowid, terms FROM words;

            """
    }

    /// The bytes of a plain table of identities and fields.
    func plainTableBytes() throws -> Double {
        let path = folder + "/plain.db"
        unlink(path)
        defer { unlink(path) }
        let queue = try DatabaseQueue(path: path)
        try queue.write { db in
            try db.execute(sql: "CREATE TABLE plain (row INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, fields TEXT)")
            let insert = try db.makeStatement(sql: "INSERT INTO plain (id, fields) VALUES (?, ?)")
            for index in 0..<count {
                try insert.execute(arguments: [
                    Data(Workload.id(index).bytes), CanonicalJSON.text(.map(Workload.fields(index))),
                ])
            }
        }
        try queue.close()
        return Machine.fileBytes(path)
    }

    /// The bytes of the pages of some tables and indexes of a file.
    static func treeBytes(_ names: [String], of path: String) throws -> Double {
        let list = names.map { "'\($0)'" }.joined(separator: ", ")
        let sum = "SELECT sum(pgsize) FROM dbstat WHERE name IN (\(list))"
        let outcome = try Shell.run("sqlite3", ["-batch", "-readonly", path, sum])
        guard let bytes = Double(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw Failure("dbstat told nothing of \(path)")
        }
        return bytes
    }

    /// The bytes of a file once a program has packed it.
    static func packedBytes(_ path: String, _ program: String, _ level: String) throws -> Double {
        let packed = path + ".packed"
        defer { unlink(packed) }
        _ = try Shell.run("sh", ["-c", "\(program) \(level) -c '\(path)' > '\(packed)'"])
        return Machine.fileBytes(packed)
    }

    /// One write of 4 KiB that the disk confirms, many times.
    static func synchronising(_ folder: String, rounds: Int = 300) throws -> Samples {
        let path = folder + "/sync.bin"
        let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw Failure("cannot write \(path)") }
        defer {
            close(descriptor)
            unlink(path)
        }
        let page = [UInt8](repeating: 0x5A, count: 4_096)
        for index in 0..<rounds { _ = pwrite(descriptor, page, page.count, off_t(index * page.count)) }
        fsync(descriptor)
        var samples = Samples()
        for index in 0..<rounds {
            let start = Machine.seconds
            _ = pwrite(descriptor, page, page.count, off_t(index * page.count))
            guard fdatasync(descriptor) == 0 else { throw Failure("fdatasync: \(errno)") }
            samples.add(seconds: Machine.seconds - start)
        }
        return samples
    }

    /// One row a durable commit, many times.
    static func committing(_ folder: String, rounds: Int = 300) throws -> Samples {
        let path = folder + "/commits.db"
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        let queue = try DatabaseQueue(path: path)
        var samples = Samples()
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE one (line TEXT)")
            for index in 0..<rounds {
                let start = Machine.seconds
                try db.execute(sql: "INSERT INTO one VALUES (?)", arguments: ["row \(index)"])
                samples.add(seconds: Machine.seconds - start)
            }
        }
        try queue.close()
        return samples
    }
}
