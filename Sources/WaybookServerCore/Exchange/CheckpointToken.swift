import Crypto
import Foundation
import WaybookModel
import WaybookProtocol

/// How far a replica has read, as a token that only this server can make (`protocol/4-exchange.md#checkpoints`).
///
/// It stands in both bodies of every exchange, so it is short: numbers of one to ten bytes, those at the end that are 0
/// left out, and a signature of 64 bits. Those do, for nothing is won by a forged token: what a device may read is
/// decided for every row by who asks and never by the token, so that a forger, who must be signed in and must guess
/// online, at 2⁻⁶⁴ a request, deceives only itself about what it has read. The signature is there to tell another
/// server's tokens and damaged ones from this one's.
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

    private static let signatureBytes = 8
    /// The longest text: four numbers of at most ten bytes, and the signature.
    private static let mostCharacters = 64

    /// The token's text in base64url: 15 characters where up to two million commits were wholly read on timeline 0.
    func text(_ secret: Secret) -> String {
        let body = bytes
        let token = Data(body + Self.signature(body, secret))
        return token.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private var bytes: [UInt8] {
        let numbers = [
            UInt64(bitPattern: sequence), UInt64(bitPattern: sequence &- readThrough), UInt64(timeline),
            UInt64(membership),
        ]
        let told = numbers.lastIndex { $0 != 0 }.map { numbers[...$0] } ?? []
        return told.flatMap(Self.bytes)
    }

    /// Seven bits a byte from the lowest, bit 7 set in all but the last (LEB128).
    private static func bytes(_ number: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = number
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// The four numbers, 0 where they are left out; nil where the bytes are none.
    private static func numbers(_ bytes: [UInt8]) -> [UInt64]? {
        var numbers: [UInt64] = []
        var (number, shift) = (0 as UInt64, 0)
        for byte in bytes {
            guard shift < 64, numbers.count < 4 else { return nil }
            number |= UInt64(byte & 0x7F) << UInt64(shift)
            shift += 7
            guard byte < 0x80 else { continue }
            numbers.append(number)
            (number, shift) = (0, 0)
        }
        return shift == 0 ? numbers + Array(repeating: 0, count: 4 - numbers.count) : nil
    }

    private static func signature(_ body: [UInt8], _ secret: Secret) -> [UInt8] {
        var authentication = HMAC<SHA256>(key: secret.key)
        authentication.update(data: Array(secret.epoch.utf8))
        authentication.update(data: body)
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
        guard text.utf8.count <= Self.mostCharacters, let data = Data(base64Encoded: padded),
            data.count >= Self.signatureBytes
        else { return nil }
        let body = Array(data.dropLast(Self.signatureBytes))
        let expected = Self.signature(body, secret)
        let difference = zip(expected, data.suffix(Self.signatureBytes)).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) }
        guard difference == 0, let numbers = Self.numbers(body), let timeline = UInt8(exactly: numbers[2]),
            let membership = UInt32(exactly: numbers[3])
        else { return nil }
        sequence = Int64(bitPattern: numbers[0])
        readThrough = sequence &- Int64(bitPattern: numbers[1])
        self.timeline = timeline
        self.membership = membership
        // One token has one text: base64 leaves bits of the last character open.
        guard self.text(secret) == text else { return nil }
    }
}
