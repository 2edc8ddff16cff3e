import WaybookModel

/// One thing that lines of the ledger tell of, each later one in the place of those before.
enum LedgerSubject: Hashable {
    case device(ReplicaID, UserID, Int64, DeviceOrder)
    case token(ReplicaID, UserID, Int64)
    case person(UserID)
    case standing(UserID)
    case password(UserID)
    case invitation(UserID)
    case role(UserID)
    case directory(RecordID)
}

extension SecurityFact {
    /// Nil for what each line tells for itself.
    var subject: LedgerSubject? {
        switch self {
        case .device(let replica, let user, let issued, let order): .device(replica, user, issued, order)
        case .token(let fact): .token(fact.replica, fact.user, fact.former)
        case .person(let fact): .person(fact.user)
        case .disabled(let user, _), .enabled(let user): .standing(user)
        case .password(let user, _): .password(user)
        case .invited(let user, _, _, _): .invitation(user)
        case .access(.role(let user, _)): .role(user)
        case .access(.directory(let id, _, _, _)): .directory(id)
        case .access(.assigned), .access(.formerly), .deviceAdded, .erased, .erasureExtent,
            .timeline, .void, .compacted, .other:
            nil
        }
    }
}
