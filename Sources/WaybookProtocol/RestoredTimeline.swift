import WaybookModel

/// What a server that was put back to an earlier state tells of that with `timeline`: what a client needs to go on with it
/// (`protocol/4-exchange.md#timelines`).
public struct RestoredTimeline: Hashable, Sendable {
    /// The server's timeline now.
    public var number: Int
    /// The last sequence that the server still has of the timeline that the client knows.
    public var fork: Int64
    /// What comes before the first sequence of the server's timeline.
    public var start: Int64
    /// Names the server's data as a whole.
    public var epoch: String
    /// The last stamp that the server has taken from the asking replica.
    public var vetted: Stamp?
    /// Whether the server takes what the client still holds of others' writes that were lost.
    public var takesWitness: Bool
    /// When it was ended that laptops are waited for, by the server's clock, milliseconds since 1970; nil while they are.
    public var closed: Int64?

    public init(
        number: Int, fork: Int64, start: Int64, epoch: String, vetted: Stamp?, takesWitness: Bool = false,
        closed: Int64? = nil
    ) {
        (self.number, self.fork, self.start) = (number, fork, start)
        (self.epoch, self.vetted, self.takesWitness, self.closed) = (epoch, vetted, takesWitness, closed)
    }

    /// The members of the problem.
    var entries: [String: Value] {
        var entries: [String: Value] = [
            "epoch": .string(epoch), "fork": .int(fork), "start": .int(start), "timeline": .int(Int64(number)),
        ]
        entries["vetted"] = vetted.map { .string($0.description) }
        if takesWitness { entries["witness"] = true }
        entries["closed"] = closed.map { .int($0) }
        return entries
    }

    /// Reads the members; nil where they are not all there.
    init?(_ entries: [String: Value]) {
        guard let number = entries.natural("timeline", maximum: 255), let fork = entries.natural("fork"),
            let start = entries.natural("start"), let epoch = entries["epoch"]?.text
        else { return nil }
        self.init(
            number: Int(number), fork: fork, start: start, epoch: epoch,
            vetted: entries["vetted"]?.text.flatMap { Stamp($0) },
            takesWitness: entries["witness"]?.boolean == true, closed: entries["closed"]?.integer)
    }
}
