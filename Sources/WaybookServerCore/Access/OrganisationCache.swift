import Synchronization
import WaybookModel
import WaybookStore

/// The organisation as the directory's records tell it in one snapshot, read again only when they changed.
final class OrganisationCache: Sendable {
    // A class, because what was read is shared by all snapshots.

    private let known = Mutex<(sequence: Int64, organisation: Organisation)?>(nil)

    /// The organisation of a committed snapshot. Cost: one read; after a change of the directory, all its records.
    func organisation(_ rows: ServerRows) throws -> Organisation {
        let sequence = try rows.number("directory") ?? 0
        if let known = known.withLock({ $0 }), known.sequence == sequence { return known.organisation }
        let organisation = Organisation(try rows.directory())
        known.withLock { known in
            if let present = known, present.sequence >= sequence { return }
            known = (sequence, organisation)
        }
        return organisation
    }
}

/// The day that memberships are counted by.
enum AccessDay {
    /// The UTC day of a time, `YYYY-MM-DD`.
    /// - Parameter milliseconds: since 1970.
    static func text(_ milliseconds: UInt64) -> String {
        String(Instant(milliseconds: Int64(clamping: milliseconds)).description.prefix(10))
    }
}

/// Who exchanges, as the judge and the feed need to know them.
enum Exchanger: Hashable, Sendable {
    /// Somebody of the directory, with what they may see.
    case viewer(Viewer)
    /// Somebody who may only deliver what they wrote, for others to decide.
    case uploader
    /// Nobody: a person who is not in the directory.
    case stranger

    var viewer: Viewer? {
        if case .viewer(let viewer) = self { return viewer }
        return nil
    }
}

extension ExchangeService {
    /// Who a principal is in a snapshot.
    func exchanger(_ principal: ExchangePrincipal, _ rows: ServerRows) throws -> Exchanger {
        exchanger(principal, principal.kind == .member ? try organisations.organisation(rows) : Organisation())
    }

    /// Who a principal is in an organisation today.
    func exchanger(_ principal: ExchangePrincipal, _ organisation: Organisation) -> Exchanger {
        principal.exchanger(in: organisation, now: now)
    }
}

extension ExchangePrincipal {
    /// Who this is in an organisation.
    /// - Parameter now: milliseconds since 1970.
    func exchanger(in organisation: Organisation, now: UInt64) -> Exchanger {
        switch kind {
        case .administrator:
            let user = RecordID(user) ?? RecordID(high: 0, low: 0)
            return .viewer(Viewer(user: user, role: .admin, scopes: [.everything]))
        case .uploader: return .uploader
        case .member:
            guard let user = RecordID(user), let person = organisation.people[user] else { return .stranger }
            // Disabled after the token was looked at: what they wrote is kept all the same.
            guard person.isActive else { return .uploader }
            return Viewer(user, in: organisation, on: AccessDay.text(now)).map { .viewer($0) } ?? .stranger
        }
    }
}
