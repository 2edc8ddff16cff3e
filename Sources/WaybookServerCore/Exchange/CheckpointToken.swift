import Crypto
import Foundation
import WaybookModel
import WaybookProtocol

/// How far a replica has read, as a token that only this server can make (`protocol/4-exchange.md#checkpoints`).
struct CheckpointToken: Hashable {
    var timeline: UInt8
    /// Rows that were last committed up to here have been told.
    var sequence: Int64
    /// What the reader had wholly read when the pull began, 0 at a first one: a row behind ``sequence`` may hold atoms
    /// that were committed anywhere after this, so a pull that goes on after a cut counts its increments from here.
    var readThrough: Int64
    /// Rises when the memberships that the reader may see change.
    var membership: UInt32

    /// Names the key that signs tokens; 32 bytes of chance, made with the server's file.
    struct Secret {
        let key: SymmetricKey
        let epoch: String

        init(bytes: [UInt8], epoch: String) {
            key = SymmetricKey(data: bytes)
            self.epoch = epoch
        }
    }

    private static let signatureBytes = 16
    private static let bodyBytes = 21

    /// The token's text: 50 characters of base64url.
    func text(_ secret: Secret) -> String {
        let body = bytes
        let token = Data(body + Self.signature(body, secret))
        return token.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private var bytes: [UInt8] {
        [timeline] + (0..<8).map { UInt8(truncatingIfNeeded: sequence >> Int64(56 - $0 * 8)) }
            + (0..<8).map { UInt8(truncatingIfNeeded: readThrough >> Int64(56 - $0 * 8)) }
            + (0..<4).map { UInt8(truncatingIfNeeded: membership >> UInt32(24 - $0 * 8)) }
    }

    private static func signature(_ body: [UInt8], _ secret: Secret) -> [UInt8] {
        var authentication = HMAC<SHA256>(key: secret.key)
        authentication.update(data: body)
        authentication.update(data: Array(secret.epoch.utf8))
        return Array(authentication.finalize().prefix(signatureBytes))
    }

    init(timeline: UInt8, sequence: Int64, readThrough: Int64, membership: UInt32) {
        self.timeline = timeline
        self.sequence = sequence
        self.readThrough = readThrough
        self.membership = membership
    }

    /// Reads a token; nil for anything that this server did not make.
    init?(_ text: String, _ secret: Secret) {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        let padded = plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        guard text.utf8.count <= 64, let data = Data(base64Encoded: padded),
            data.count == Self.bodyBytes + Self.signatureBytes
        else { return nil }
        let body = Array(data.prefix(Self.bodyBytes))
        let expected = Self.signature(body, secret)
        let difference = zip(expected, data.suffix(Self.signatureBytes)).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) }
        guard difference == 0 else { return nil }
        timeline = body[0]
        sequence = body[1..<9].reduce(0) { $0 << 8 | Int64($1) }
        readThrough = body[9..<17].reduce(0) { $0 << 8 | Int64($1) }
        membership = body[17..<21].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
