import Foundation
import WaybookModel
import WaybookStore
import WaybookSync

/// What a workspace takes from the machine it runs on: readings of clocks, randomness, waiting. Passed in, so that a test
/// can say what time it is.
public struct Device: Sendable {
    public var now: @Sendable () -> ClientTime
    /// Evenly distributed numbers that nobody can guess.
    public var random: @Sendable () -> UInt64
    /// Waits; throws when the task is cancelled.
    public var pause: @Sendable (_ milliseconds: Int64) async throws -> Void

    public init(
        now: @escaping @Sendable () -> ClientTime, random: @escaping @Sendable () -> UInt64,
        pause: @escaping @Sendable (_ milliseconds: Int64) async throws -> Void
    ) {
        self.now = now
        self.random = random
        self.pause = pause
    }

    /// The machine itself.
    public static func system() -> Device {
        let bootID = SystemClock.bootID()
        return Device(
            now: { SystemClock.reading(bootID: bootID) },
            random: {
                var generator = SystemRandomNumberGenerator()
                return generator.next()
            },
            pause: { milliseconds in try await Task.sleep(for: .milliseconds(milliseconds)) })
    }

    /// Makes a new identity of a record (UUIDv7).
    public func makeID() -> RecordID {
        let milliseconds = UInt64(max(0, now().wallMilliseconds))
        return RecordID.version7(milliseconds: milliseconds, random: (random(), random()))
    }

    var surroundings: SyncEngine.Surroundings { .init(now: now, random: random, pause: pause) }
}

/// The system's clocks.
enum SystemClock {
    static func reading(bootID: String) -> ClientTime {
        ClientTime(
            wallMilliseconds: milliseconds(CLOCK_REALTIME), bootMilliseconds: milliseconds(bootClock), bootID: bootID)
    }

    /// Names the start of the machine; of the process where the system does not tell, which is safe, only less exact.
    static func bootID() -> String {
        let told = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return told?.trimmingCharacters(in: .whitespacesAndNewlines)
            ?? "process-\(getpid())-\(milliseconds(CLOCK_REALTIME))"
    }

    #if os(Linux)
    private static let bootClock = CLOCK_BOOTTIME
    #else
    // Counts sleep on Darwin.
    private static let bootClock = CLOCK_MONOTONIC
    #endif

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }
}
