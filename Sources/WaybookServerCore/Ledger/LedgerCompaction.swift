import WaybookModel

/// What a ledger comes to once all that a later line took the place of is left out: the last word on each thing.
///
/// Its first line, `compacted`, names the ledger that it stands for, so that a file that has all of that is not brought
/// up to date a second time; an older file is given all lines.
public enum LedgerCompaction {
    /// A ledger below this size is left as it is: reading it costs some hundredths of a second.
    public static let leastBytes = 1 << 20

    /// Who answers for a unit, and since when.
    private struct Assigned: Hashable {
        var access: UnitAccess
        var at: Int64
    }

    /// The lines that stand for others; nil where less than half would go.
    /// - Parameter mark: the checksum of the last line.
    static func compacted(_ lines: [LedgerLine], mark: String) -> [LedgerLine]? {
        let voided = SecurityLedger.voided(in: lines)
        var kept: [(at: Int64, fact: SecurityFact)?] = []
        var places: [LedgerSubject: Int] = [:]
        var assigned: [RecordID: Assigned] = [:]
        var former: [RecordID: Set<Scope>] = [:]
        var at: Int64 = 0
        for line in lines where !voided.contains(line.number) {
            at = max(at, line.at)
            switch line.fact {
            case .void, .compacted: continue
            case .access(.assigned(let units, let access)):
                for unit in units {
                    let old = assigned.updateValue(Assigned(access: access, at: line.at), forKey: unit)
                    if let old { former[unit, default: []].formUnion(old.access.scopes) }
                }
            case .access(.formerly(let units, let scopes)):
                for unit in units { former[unit, default: []].formUnion(scopes) }
            default:
                if let subject = line.fact.subject {
                    if let place = places[subject] { kept[place] = nil }
                    places[subject] = kept.count
                }
                kept.append((line.at, line.fact))
            }
        }
        for (unit, last) in assigned { former[unit]?.subtract(last.access.scopes) }
        let access =
            AccessFact.lines(of: former.filter { !$1.isEmpty }).map { (at, AccessFact.formerly($1, $0)) }
            + AccessFact.lines(of: assigned).sorted { $0.0.at < $1.0.at }
            .map { ($0.at, AccessFact.assigned($1, $0.access)) }
        let facts = kept.compactMap { $0 } + access.map { ($0.0, .access($0.1)) }
        guard facts.count * 2 <= lines.count else { return nil }
        let head = SecurityFact.compacted(mark: mark, lines: Int64(facts.count))
        return zip(1..., [(at, head)] + facts).map { LedgerLine(number: $0, at: $1.0, fact: $1.1) }
    }
}
