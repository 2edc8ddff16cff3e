import WaybookCRM
import WaybookModel
import WaybookTerminal

/// What an import of cards counts beside the cards.
struct CardTally {
    /// Customers that were made of the organisations that cards name.
    var customers = 0
    /// Properties that were not taken, by name; of cards that were taken.
    private(set) var keptOut: [String: Int] = [:]

    mutating func add(_ counts: [String: Int]...) {
        for (name, count) in counts.joined() { keptOut[name, default: 0] += count }
    }

    /// `PHOTO 12`, the most frequent first.
    var properties: [String] {
        keptOut.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
    }

    var json: [String: JSONOutput] {
        ["customersMade": .int(Int64(customers)), "keptOut": .object(keptOut.mapValues { .int(Int64($0)) })]
    }
}
