import WaybookCRM
import WaybookClient
import WaybookModel
import WaybookStore
import WaybookTerminal

/// One import: reads rows, makes a change set of each, stores them in batches. Memory: a batch, and the identities that
/// were met (to tell two different rows of one key apart).
struct ImportRun {
    /// How many sets one transaction takes.
    static let batchRows = 500
    /// How many rows of one file are compared with each other.
    static let mostCompared = 2_000_000

    private let kind: CollectionSchema
    private let book: RecordBook
    private let mapping: ColumnMapping
    private let key: ImportKey
    private let isDryRun: Bool
    private let reader: FieldReader
    private var batch: [Row] = []
    private var met: [RecordID: (line: Int32, hash: Int32)] = [:]
    private(set) var report = ImportReport()
    /// Takes each faulty row as it is met, for `--errors`.
    var faulty: ((ImportReport.Fault) throws -> Void)?
    /// Whether every fault is kept for the report.
    var keepsFaults = false

    private struct Row {
        var line: Int
        var cells: [String]
        var change: Change
        var isNew: Bool
    }

    init(_ kind: CollectionSchema, _ book: RecordBook, mapping: ColumnMapping, key: ImportKey, isDryRun: Bool) {
        self.kind = kind
        self.book = book
        self.mapping = mapping
        self.key = key
        self.isDryRun = isDryRun
        reader = FieldReader(kind, book)
    }

    /// How many rows were looked at.
    var rows: Int { report.taken + report.refused + batch.count }

    /// Takes one row of the file.
    mutating func take(_ row: CSVRow) throws {
        switch row.cells {
        case .failure(let problem): try refuse(row.line, problem.text, [])
        case .success(let cells): try take(row.line, cells)
        }
        if batch.count >= Self.batchRows { try flush() }
    }

    private mutating func take(_ line: Int, _ cells: [String]) throws {
        let (writes, external): ([Write], String?)
        do {
            (writes, external) = try read(cells)
        } catch let problem as CSVRowProblem {
            return try refuse(line, problem.text, cells)
        } catch let failure as CommandFailure {
            return try refuse(line, failure.text, cells)
        }
        guard let key = key.text(external: external, writes) else {
            return try refuse(line, Texts.Import.keyMissing(fields: self.key.fields.map(\.label.spoken)), cells)
        }
        let id = book.workspace.importedID(kind.name, key: key)
        if let other = sameKey(id, line, writes) {
            return try refuse(line, Texts.Import.sameKey(line: other), cells)
        }
        try prepare(id, line, cells, writes)
    }

    /// The writes of a row and its external number.
    private func read(_ cells: [String]) throws -> ([Write], String?) {
        var writes: [Write] = []
        var external: String?
        for (target, cell) in try mapping.cells(of: cells) {
            let text: String
            switch cell {
            case .leave: continue
            case .clear: text = ""
            case .value(let value): text = value
            }
            if target == ImportKey.externalTarget {
                external = text.isEmpty ? nil : text
                continue
            }
            writes += try reader.writes(field: target, text: text)
        }
        if let external { writes.append(Self.externalWrite(external)) }
        return (writes, external)
    }

    private static func externalWrite(_ text: String) -> Write {
        Write(path: FieldPath("externalIds", key: "import"), value: .string(text))
    }

    /// The earlier line of the same key with other contents; nil when there is none, or it says the same.
    private mutating func sameKey(_ id: RecordID, _ line: Int, _ writes: [Write]) -> Int? {
        var hasher = Hasher()
        for write in writes { hasher.combine(write) }
        let hash = Int32(truncatingIfNeeded: hasher.finalize())
        if let other = met[id] { return other.hash == hash ? nil : Int(other.line) }
        if met.count < Self.mostCompared { met[id] = (Int32(clamping: line), hash) }
        return nil
    }

    private mutating func prepare(_ id: RecordID, _ line: Int, _ cells: [String], _ writes: [Write]) throws {
        let present = try book.workspace.store.record(id)?.record
        let isNew = present == nil && !batch.contains { $0.change.id == id }
        let given = isNew ? writes.filter { $0.value != nil && $0.value != .null } : writes
        let change = Change(id: id, collection: kind.name, isCreating: isNew, writes: given)
        if let violation = Catalogue.schema.violation(in: change, strictness: .entry) {
            return try refuse(line, EditReport.sentence(violation, kind), cells)
        }
        guard isDryRun else { return batch.append(Row(line: line, cells: cells, change: change, isNew: isNew)) }
        if isNew {
            report.created += 1
        } else if present?.isDeleted == true {
            try refuse(line, Texts.Import.deletedHere, cells)
        } else if given.contains(where: { present?.atoms[$0.path]?.value ?? .null != $0.value ?? .null }) {
            report.updated += 1
        } else {
            report.unchanged += 1
        }
    }

    /// Stores what waits.
    mutating func flush() throws {
        guard !batch.isEmpty else { return }
        let rows = batch
        batch = []
        let outcomes = try book.workspace.perform(all: rows.map { UserAction([$0.change]) })
        for (row, outcome) in zip(rows, outcomes) {
            switch outcome {
            case .saved where row.isNew: report.created += 1
            case .saved: report.updated += 1
            case .unchanged: report.unchanged += 1
            case .deleted: try refuse(row.line, Texts.Import.deletedHere, row.cells)
            case .denied(let denial): try refuse(row.line, EditReport.sentence(denial), row.cells)
            case .leaving: try refuse(row.line, Texts.Access.leaving, row.cells)
            case .erased: try refuse(row.line, Texts.Privacy.isErased, row.cells)
            case .refused(let violation, _): try refuse(row.line, EditReport.sentence(violation, kind), row.cells)
            }
        }
    }

    private mutating func refuse(_ line: Int, _ reason: LocalizedText, _ cells: [String]) throws {
        let fault = ImportReport.Fault(line: line, reason: reason, cells: cells)
        report.add(fault, keepsAll: keepsFaults)
        try faulty?(fault)
    }
}
