import WaybookCRM
import WaybookModel
import WaybookTerminal

/// What an import did, and what it did not take.
struct ImportReport {
    /// How many faulty lines are told on the terminal; all are in `--errors` and `--json`.
    static let mostTold = 20

    /// One row that was not taken.
    struct Fault {
        var line: Int
        var reason: LocalizedText
        /// The row's cells, where it could be read.
        var cells: [String]
    }

    var created = 0
    var updated = 0
    var unchanged = 0
    var refused = 0
    /// The first faults; the rest is counted only.
    private(set) var faults: [Fault] = []

    var taken: Int { created + updated + unchanged }

    mutating func add(_ fault: Fault, keepsAll: Bool) {
        refused += 1
        if keepsAll || faults.count < Self.mostTold { faults.append(fault) }
    }

    /// - Parameter more: what else the import counted.
    func json(_ language: Language, isDryRun: Bool, more: [String: JSONOutput] = [:]) -> JSONOutput {
        let counts: [String: JSONOutput] = [
            "created": .int(Int64(created)), "dryRun": .bool(isDryRun),
            "refused": .list(
                faults.map { fault in
                    .object(["line": .int(Int64(fault.line)), "reason": .string(fault.reason(language))])
                }),
            "refusedCount": .int(Int64(refused)), "unchanged": .int(Int64(unchanged)), "updated": .int(Int64(updated)),
        ]
        return .object(counts.merging(more) { $1 })
    }
}
