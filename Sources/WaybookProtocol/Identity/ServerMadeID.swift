import Crypto
import WaybookModel

/// Identities of records that the server alone makes: UUIDs of version 8 (RFC 9562 §5.8), which devices may not make, so
/// that nobody can take one beforehand.
package enum ServerMadeID {
    /// The card of a customer.
    package static func card(of customer: RecordID) -> RecordID { make("card", customer.bytes) }

    /// What a replica's set leaves for somebody to decide about a unit.
    package static func handover(replica: ReplicaID, number: Int64, unit: RecordID) -> RecordID {
        make("handover", bytes(UInt64(replica.number)) + bytes(UInt64(bitPattern: number)) + unit.bytes)
    }

    /// An entry of a customer's history of owners.
    package static func assignment(of customer: RecordID, stamp: Stamp) -> RecordID {
        make("assignment", customer.bytes + Array(stamp.description.utf8))
    }

    /// Whether an identity is of this kind.
    package static func isServerMade(_ id: RecordID) -> Bool { id.high >> 12 & 15 == 8 }

    private static func make(_ kind: String, _ bytes: [UInt8]) -> RecordID {
        let digest = SHA256.hash(data: Array("waybook \(kind) ".utf8) + bytes)
        let words = Array(digest)
        let high = words[0..<8].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let low = words[8..<16].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return RecordID(
            high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x8000, low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    private static func bytes(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - $0 * 8)) }
    }
}
