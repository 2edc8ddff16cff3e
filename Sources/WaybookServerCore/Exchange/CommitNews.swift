import WaybookModel
import WaybookStore

/// What a commit is news about, so that those are woken whom it concerns.
public struct CommitNews: Sendable, Hashable {
    /// The units that it changed anything of.
    public var units: Set<RecordID> = []
    /// The scopes that units left.
    public var left: Set<Scope> = []
    /// Whether the directory changed: who sees what may be another matter for everybody.
    public var changesDirectory = false

    /// The most units whose audience is looked up; beyond, it is everybody.
    static let mostUnits = 1_000

    public init() {}

    mutating func add(_ other: CommitNews) {
        units.formUnion(other.units)
        left.formUnion(other.left)
        changesDirectory = changesDirectory || other.changesDirectory
    }
}

extension SetWork {
    /// What storing this is news about.
    var news: CommitNews {
        var news = CommitNews()
        for id in touched { if let unit = known(id)?.unit { news.units.insert(unit) } }
        for move in moves { news.units.insert(move.unit) }
        for move in scopeMoves {
            news.units.insert(move.unit)
            news.left.formUnion(move.old.keys.filter { move.new[$0] == nil })
        }
        news.changesDirectory = changesDirectory
        return news
    }
}

extension ExchangeService {
    /// Tells who holds any of the scopes that the units are in now or left with the commit. Who gains a unit holds a scope
    /// that it is in, who loses it one that it left; when the directory changed that is everybody. Cost: an indexed read a
    /// unit.
    public func audience(of news: CommitNews) throws -> @Sendable (UserID) -> Bool {
        guard !news.changesDirectory, news.units.count <= CommitNews.mostUnits else { return { _ in true } }
        let day = AccessDay.text(now)
        let (scopes, organisation) = try file.read { db in
            let rows = ServerRows(db)
            let scopes = try news.units.reduce(into: news.left) { try $0.formUnion(rows.members(of: $1).keys) }
            return (scopes, try organisations.organisation(rows))
        }
        return { user in
            // Somebody whom the directory does not know cannot be told to wait.
            guard organisation.people[user.record] != nil else { return true }
            let held = organisation.scopes(of: user.record, on: day)
            return held.contains(.everything) || !held.isDisjoint(with: scopes)
        }
    }
}
