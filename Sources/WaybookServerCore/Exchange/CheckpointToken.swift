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
/// server's tokens and damaged ones from this one's. Of a reader who sees a part of the
/// workspace it is of one replica: what another one's store holds, it does not prove.
package struct CheckpointToken: Hashable {
    var timeline: UInt8
    /// Rows that were last committed up to here have been told.
    var sequence: Int64
    /// What the reader had wholly read when the pull began, 0 at a first one: a row behind ``sequence`` may hold atoms
    /// that were committed anywhere after this, so a pull that goes on after a cut counts its increments from here.
    var readThrough: Int64
    /// The replica whose store it is about; part of the signature, not of the text.
    var replica: ReplicaID
    /// The number of the pull that it is of, for a reader who sees a part of the workspace; 0 for one who sees all.
    var pull: Int64 = 0
    /// How far such a pull has come; nil once all of it was told.
    var progress: Progress?
    /// The floor when a first pull began, until it is whole: what was removed up to there it never told.
    var began: Int64 = 0

    /// A place in a pull of a part.
    struct Progress: Hashable {
        enum Phase: UInt64, Hashable {
            case leaving = 1
            case coming
            case tail
        }

        var phase: Phase
        /// The commit that the units told so far were last changed by, in the tail.
        var touched: Int64 = 0
        /// The last unit that was told, or of which a part was.
        var unit: RecordID?
        /// The last position of it that was told; 0 where all of it was.
        var position: Int64 = 0
    }

    /// A text that rises along the pulls of a replica.
    var order: [UInt8] {
        let phase = progress?.phase.rawValue ?? 9
        let numbers = [UInt64(bitPattern: pull), phase, UInt64(bitPattern: progress?.touched ?? 0)]
        let unit = progress?.unit?.bytes ?? []
        return numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - $0 * 8)) } }
            + unit + (0..<8).map { UInt8(truncatingIfNeeded: (progress?.position ?? 0) >> Int64(56 - $0 * 8)) }
    }

    /// Names the key that signs tokens; 32 bytes of chance, made with the server's file.
    package struct Secret {
        let key: SymmetricKey
        let epoch: String

        package init(bytes: [UInt8], epoch: String) {
            key = SymmetricKey(data: bytes)
            self.epoch = epoch
        }
    }

    private static let signatureBytes = 8
    /// The longest text: ten numbers of at most ten bytes, and the signature.
    private static let mostCharacters = 144
    private static let mostNumbers = 10

    /// The token's text in base64url: 15 characters where up to two million commits were wholly read on timeline 0.
    package func text(_ secret: Secret) -> String {
        let body = bytes
        let token = Data(body + signature(body, secret))
        return token.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private var bytes: [UInt8] {
        let numbers = [
            UInt64(bitPattern: sequence), UInt64(bitPattern: sequence &- readThrough), UInt64(timeline),
            UInt64(bitPattern: pull), progress?.phase.rawValue ?? 0, UInt64(bitPattern: progress?.touched ?? 0),
            UInt64(bitPattern: progress?.position ?? 0), progress?.unit?.high ?? 0, progress?.unit?.low ?? 0,
            UInt64(bitPattern: began),
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

    /// The numbers, 0 where they are left out; nil where the bytes are none.
    private static func numbers(_ bytes: [UInt8]) -> [UInt64]? {
        var numbers: [UInt64] = []
        var (number, shift) = (0 as UInt64, 0)
        for byte in bytes {
            guard shift < 64, numbers.count < mostNumbers else { return nil }
            number |= UInt64(byte & 0x7F) << UInt64(shift)
            shift += 7
            guard byte < 0x80 else { continue }
            numbers.append(number)
            (number, shift) = (0, 0)
        }
        return shift == 0 ? numbers + Array(repeating: 0, count: mostNumbers - numbers.count) : nil
    }

    private func signature(_ body: [UInt8], _ secret: Secret) -> [UInt8] {
        var authentication = HMAC<SHA256>(key: secret.key)
        authentication.update(data: Array(secret.epoch.utf8))
        // What one who sees everything has read, any copy of the store has too; of a part, each replica has its own.
        if pull != 0 { authentication.update(data: withUnsafeBytes(of: replica.number.bigEndian) { Array($0) }) }
        authentication.update(data: body)
        return Array(authentication.finalize().prefix(Self.signatureBytes))
    }

    init(timeline: UInt8, sequence: Int64, readThrough: Int64, replica: ReplicaID) {
        self.timeline = timeline
        self.sequence = sequence
        self.readThrough = readThrough
        self.replica = replica
    }

    /// Reads a replica's token; nil for anything that this server did not make for it.
    package init?(_ text: String, of replica: ReplicaID, _ secret: Secret) {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        let padded = plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        guard text.utf8.count <= Self.mostCharacters, let data = Data(base64Encoded: padded),
            data.count >= Self.signatureBytes
        else { return nil }
        let body = Array(data.dropLast(Self.signatureBytes))
        self.init(numbers: body, of: replica)
        let difference = zip(signature(body, secret), data.suffix(Self.signatureBytes)).reduce(0 as UInt8) {
            $0 | ($1.0 ^ $1.1)
        }
        guard difference == 0 else { return nil }
        // One token has one text: base64 leaves bits of the last character open.
        guard self.text(secret) == text else { return nil }
    }

    /// Reads the numbers of a token, without its signature; nil where they are none.
    package init?(numbers bytes: [UInt8], of replica: ReplicaID) {
        guard let numbers = Self.numbers(bytes), let timeline = UInt8(exactly: numbers[2]) else { return nil }
        let sequence = Int64(bitPattern: numbers[0])
        self.init(
            timeline: timeline, sequence: sequence, readThrough: sequence &- Int64(bitPattern: numbers[1]),
            replica: replica)
        pull = Int64(bitPattern: numbers[3])
        began = Int64(bitPattern: numbers[9])
        guard numbers[4] != 0 else { return }
        guard let phase = Progress.Phase(rawValue: numbers[4]) else { return nil }
        let unit = RecordID(high: numbers[7], low: numbers[8])
        progress = Progress(
            phase: phase, touched: Int64(bitPattern: numbers[5]),
            unit: unit.high == 0 && unit.low == 0 ? nil : unit, position: Int64(bitPattern: numbers[6]))
    }
}
