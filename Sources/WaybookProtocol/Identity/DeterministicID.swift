import Crypto
import WaybookModel

/// Identities that two parties arrive at independently (UUID version 5, RFC 9562 §5.5).
public enum DeterministicID {
    /// Makes the identity of `name` in `namespace`.
    public static func make(namespace: RecordID, name: String) -> RecordID {
        var hash = Insecure.SHA1()
        hash.update(data: namespace.bytes)
        hash.update(data: Array(name.utf8))
        let digest = Array(hash.finalize())
        return RecordID.version5(digest: digest) ?? namespace
    }

    /// The identity of the conflict about a losing head: the same for everyone, so it is listed once
    /// (`protocol/3-merge.md#conflicts`).
    public static func conflict(about record: RecordID, _ loser: OpenLoser) -> RecordID {
        make(namespace: record, name: "\(loser.path.text)\n\(loser.origin)")
    }
}

/// The hash by which the server knows a change set again: SHA-256 of its canonical line.
public struct SetHash: Hashable, Sendable {
    /// 32 bytes.
    public let bytes: [UInt8]

    public init(of set: ChangeSet) {
        bytes = Array(SHA256.hash(data: ChangeSetLine.bytes(set)))
    }

    /// - Parameter bytes: 32 of them, as stored.
    public init(stored bytes: [UInt8]) { self.bytes = bytes }
}
