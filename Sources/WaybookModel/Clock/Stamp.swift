/// The number of a store that makes stamps. Never issued twice: the high 8 bits are the server's timeline, which rises
/// with every restore, the low 24 a serial number. The server itself is serial number 0.
public struct ReplicaID: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let number: UInt32
    public init(_ number: UInt32) { self.number = number }

    /// Composes a replica number.
    /// - Parameters:
    ///   - timeline: 0…255.
    ///   - serial: 0…16 777 215; 0 is the server.
    public init?(timeline: Int, serial: Int) {
        guard (0...255).contains(timeline), (0..<(1 << 24)).contains(serial) else { return nil }
        number = UInt32(timeline) << 24 | UInt32(serial)
    }

    /// Whether this is the server, on any timeline.
    public var isServer: Bool { number & 0xFF_FFFF == 0 }
    public var timeline: Int { Int(number >> 24) }
    public static func < (left: ReplicaID, right: ReplicaID) -> Bool { left.number < right.number }
    public var description: String { String(number) }
}

/// When and where a write was made: a hybrid logical clock (Kulkarni et al. 2014) of 48 bits of milliseconds since
/// 1970, a 16-bit counter and the replica's number; 12 bytes, totally ordered as those bytes are.
///
/// Bit 15 of the counter belongs to the server: set in stamps that the server gave, never in those a laptop made.
public struct Stamp: Hashable, Sendable {
    /// 48 bits of milliseconds, then 16 bits of counter.
    public let time: UInt64
    public let replica: ReplicaID

    /// The bit of the counter that only the server sets.
    public static let serverBit: UInt16 = 0x8000
    /// The latest time that fits 48 bits, milliseconds since 1970 (the year 10889).
    public static let latestMilliseconds: UInt64 = (1 << 48) - 1

    /// - Parameters:
    ///   - milliseconds: since 1970; clamped to 48 bits.
    public init(milliseconds: UInt64, counter: UInt16, replica: ReplicaID) {
        time = min(milliseconds, Self.latestMilliseconds) << 16 | UInt64(counter)
        self.replica = replica
    }

    init(time: UInt64, replica: ReplicaID) {
        self.time = time
        self.replica = replica
    }

    public var milliseconds: UInt64 { time >> 16 }
    public var counter: UInt16 { UInt16(truncatingIfNeeded: time) }
    /// Whether the server gave this stamp (to a merged value, or to a set whose clock ran too far ahead).
    public var isServerGiven: Bool { counter & Self.serverBit != 0 }

    /// The same, as one that the server gave.
    public var serverGiven: Stamp {
        Stamp(milliseconds: milliseconds, counter: counter | Self.serverBit, replica: replica)
    }
}

extension Stamp: Comparable {
    public static func < (left: Stamp, right: Stamp) -> Bool {
        (left.time, left.replica) < (right.time, right.replica)
    }
}

extension Stamp: CustomStringConvertible {
    private static let alphabet = Array("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz".utf8)
    private static let digits: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (digit, character) in alphabet.enumerated() { table[Int(character)] = UInt8(digit) }
        return table
    }()

    /// 16 characters of base 64 whose order as text is the order of stamps (`protocol/1-model.md#stamps`).
    public var description: String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            for index in 0..<16 { buffer[index] = Self.alphabet[Int(sextet(index))] }
            return 16
        }
    }

    private func sextet(_ index: Int) -> UInt8 {
        // 96 bits: ten sextets and four bits of `time`, then the last two of the eleventh and five of `replica`.
        let shift = 90 - index * 6
        let bits: UInt64
        if shift >= 32 {
            bits = time >> UInt64(shift - 32)
        } else if shift > 26 {
            bits = time << UInt64(32 - shift) | UInt64(replica.number) >> UInt64(shift)
        } else {
            bits = UInt64(replica.number) >> UInt64(shift)
        }
        return UInt8(truncatingIfNeeded: bits & 63)
    }

    /// Reads the 16 characters of ``description``; nil for anything else.
    public init?(_ text: String) { self.init(reading: text.utf8) }

    /// Reads the same characters as bytes.
    public init?(utf8: ArraySlice<UInt8>) { self.init(reading: utf8) }

    private init?(reading utf8: some Collection<UInt8>) {
        guard utf8.count == 16 else { return nil }
        var time: UInt64 = 0
        var replica: UInt32 = 0
        for (index, character) in utf8.enumerated() {
            let digit = Self.digits[Int(character)]
            guard digit < 64 else { return nil }
            if index < 10 {
                time = time << 6 | UInt64(digit)
            } else if index == 10 {
                time = time << 4 | UInt64(digit >> 2)
                replica = UInt32(digit & 3)
            } else {
                replica = replica << 6 | UInt32(digit)
            }
        }
        self.init(time: time, replica: ReplicaID(replica))
    }
}
