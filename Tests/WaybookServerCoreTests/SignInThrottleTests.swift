import Testing

@testable import WaybookServerCore

@Suite struct SignInThrottleTests {
    @Test func theDelayOfAnAccountGrowsToFiveMinutes() {
        var throttle = SignInThrottle()
        var now: Int64 = 0
        var waits: [Int] = []
        for attempt in 0..<16 {
            let address = "10.0.0.\(attempt)"
            if let wait = throttle.attempt(account: "mei@example.com", address: address, now: now) {
                waits.append(wait)
                now += Int64(wait) * 1_000
                #expect(throttle.attempt(account: "mei@example.com", address: address, now: now) == nil)
            }
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
    }

    @Test func anAddressIsSlowedOverAllAccounts() {
        var throttle = SignInThrottle()
        for attempt in 0..<20 {
            #expect(throttle.attempt(account: "user\(attempt)", address: "10.0.0.1", now: 0) == nil)
        }
        #expect(throttle.attempt(account: "user20", address: "10.0.0.1", now: 0) == 1)
        #expect(throttle.attempt(account: "user20", address: "10.0.0.2", now: 0) == nil)
    }

    @Test func attemptsAtOnceDoNotSlipThrough() {
        var throttle = SignInThrottle()
        let passed = (0..<50).filter { _ in throttle.attempt(account: "mei", address: "a", now: 0) == nil }
        #expect(passed.count == 5)
    }

    @Test func successForgivesTheAccountButNotTheAddress() {
        var throttle = SignInThrottle()
        for _ in 0..<5 { _ = throttle.attempt(account: "mei", address: "a", now: 0) }
        throttle.succeeded(account: "mei", address: "a")
        #expect(throttle.attempt(account: "mei", address: "a", now: 0) == nil)
        for other in 0..<15 { #expect(throttle.attempt(account: "u\(other)", address: "a", now: 0) == nil) }
        #expect(throttle.attempt(account: "last", address: "a", now: 0) == 1)
    }

    @Test func failuresAreForgottenAfterAnHour() {
        var throttle = SignInThrottle()
        for _ in 0..<5 { _ = throttle.attempt(account: "mei", address: "a", now: 0) }
        #expect(throttle.attempt(account: "mei", address: "b", now: 10) == 1)
        #expect(throttle.attempt(account: "mei", address: "b", now: 3_600_000) == nil)
    }

    @Test func theMemoryIsBounded() {
        var throttle = SignInThrottle(maximumRemembered: 100)
        for attempt in 0..<10_000 {
            _ = throttle.attempt(account: "u\(attempt)", address: "a\(attempt)", now: Int64(attempt))
        }
        #expect(String(describing: throttle).utf8.count < 40_000)
    }
}
