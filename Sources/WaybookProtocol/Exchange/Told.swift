import WaybookModel

/// What a device tells of itself in a hello (`protocol/4-exchange.md#told`): for the list of devices, so that whoever looks
/// after them sees work that is stuck on one.
public struct Told: Hashable, Sendable {
    /// The most bytes of the client's version.
    public static let maximumClientBytes = 64

    /// The change sets without a verdict, before this exchange.
    public var unsentSets: Int64
    /// How long ago the oldest of them was made, milliseconds; nil without any.
    public var oldestMilliseconds: Int64?
    /// The open conflicts that the device holds.
    public var conflicts: Int64
    /// The client's version.
    public var client: String

    public init(unsentSets: Int64, oldestMilliseconds: Int64?, conflicts: Int64, client: String) {
        self.unsentSets = unsentSets
        self.oldestMilliseconds = oldestMilliseconds
        self.conflicts = conflicts
        self.client = client
    }

    var value: Value {
        var entries: [String: Value] = [
            "client": .string(client), "conflicts": .int(conflicts), "unsent": .int(unsentSets),
        ]
        if let oldestMilliseconds { entries["oldest"] = .int(oldestMilliseconds) }
        return .map(entries)
    }

    /// Reads the member; nil where it is malformed: a word about oneself is no reason to refuse an exchange.
    init?(_ value: Value) {
        guard let entries = value.entries, let unsent = entries.natural("unsent"),
            let conflicts = entries.natural("conflicts"), let client = entries["client"]?.text,
            client.utf8.count <= Self.maximumClientBytes,
            client.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { return nil }
        self.init(
            unsentSets: unsent, oldestMilliseconds: entries.natural("oldest"), conflicts: conflicts, client: client)
    }
}

/// The version of this product, as clients tell it.
public enum ProductVersion {
    public static let text = "0.2.0"
}
