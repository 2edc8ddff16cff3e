import WaybookModel

/// What a ledger comes to once all that a later line took the place of is left out: the last word on each thing.
///
/// Its first line, `compacted`, names the ledger that it stands for, so that a file that has all of that is not brought
/// up to date a second time; an older file is given all lines.
public enum LedgerCompaction {
    /// A ledger below this size is left as it is: reading it costs some hundredths of a second.
    public static let leastBytes = 1 << 20

    /// One thing that lines tell of, each later one in the place of those before.
    private enum Subject: Hashable {
        case device(ReplicaID, UserID, Int64, DeviceOrder)
        case token(ReplicaID, UserID, Int64)
        case standing(UserID)
        case password(UserID)
        case invitation(UserID)
        case role(UserID)
        case directory(RecordID)
    }

    /// The lines that stand for others; nil where less than half would go.
    /// - Parameter mark: the checksum of the last line.
    static func compacted(_ lines: [LedgerLine], mark: String) -> [LedgerLine]? {
        let voided = SecurityLedger.voided(in: lines)
        var kept: [(at: Int64, fact: SecurityFact)?] = []
        var places: [Subject: Int] = [:]
        var access: [RecordID: UnitAccess] = [:]
        var at: Int64 = 0
        for line in lines where !voided.contains(line.number) {
            at = max(at, line.at)
            switch line.fact {
            case .void, .compacted: continue
            case .access(.assigned(let units, let there)): for unit in units { access[unit] = there }
            default:
                if let subject = subject(of: line.fact) {
                    if let place = places[subject] { kept[place] = nil }
                    places[subject] = kept.count
                }
                kept.append((line.at, line.fact))
            }
        }
        let facts = kept.compactMap { $0 } + AccessFact.facts(of: access).map { (at, $0) }
        guard facts.count * 2 <= lines.count else { return nil }
        let head = SecurityFact.compacted(mark: mark, lines: Int64(facts.count))
        return zip(1..., [(at, head)] + facts).map { LedgerLine(number: $0, at: $1.0, fact: $1.1) }
    }

    /// Nil for what each line tells for itself.
    private static func subject(of fact: SecurityFact) -> Subject? {
        switch fact {
        case .device(let replica, let user, let issued, let order): .device(replica, user, issued, order)
        case .token(let fact): .token(fact.replica, fact.user, fact.former)
        case .disabled(let user, _), .enabled(let user): .standing(user)
        case .password(let user, _): .password(user)
        case .invited(let user, _, _, _): .invitation(user)
        case .access(.role(let user, _)): .role(user)
        case .access(.directory(let id, _, _, _)): .directory(id)
        default: nil
        }
    }
}
