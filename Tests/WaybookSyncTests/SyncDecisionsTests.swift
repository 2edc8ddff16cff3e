import Testing
import WaybookProtocol
import WaybookSync

@Suite struct SyncDecisionsTests {
    @Test func pausesDoubleUpToTheLongestAndAreSpreadByChance() {
        for chance in [UInt64(0), 999_983, .max] {
            var decisions = SyncDecisions(random: { chance })
            var ceiling = SyncDecisions.firstPauseMilliseconds
            for _ in 1..<SyncDecisions.mostFailures {
                decisions.take(.unreachable)
                guard case .pause(let milliseconds) = decisions.next() else {
                    Issue.record("no pause")
                    return
                }
                #expect((1...ceiling).contains(milliseconds))
                #expect(decisions.next() == .exchange(limits: .standard))
                ceiling = min(ceiling * 2, SyncDecisions.longestPauseMilliseconds)
            }
            decisions.take(.unreachable)
            #expect(decisions.next() == .end(.stopped(.unreachable)))
        }
    }

    @Test(arguments: [ProblemCode.serverFull, .retry, .slowDown]) func whoIsToComeLaterIsToldWhy(code: ProblemCode) {
        var decisions = SyncDecisions(random: { 0 })
        for _ in 0..<SyncDecisions.mostFailures {
            decisions.take(.problem(Problem(code), resendable: true))
            if case .pause = decisions.next() { _ = decisions.next() }
        }
        #expect(decisions.next() == .end(.stopped(.later(Problem(code)))))
    }

    @Test func progressBeginsTheCountOfFailuresAnew() {
        var decisions = SyncDecisions(random: { 0 })
        for _ in 0..<50 {
            decisions.take(.cut(progressed: true))
            guard case .pause = decisions.next() else {
                Issue.record("no pause")
                return
            }
            #expect(decisions.next() == .exchange(limits: .standard))
        }
    }

    @Test func aFailedRequestForANumberIsRepeatedNotSkipped() {
        var decisions = SyncDecisions(random: { 0 })
        decisions.take(.problem(Problem(.fork), resendable: false))
        #expect(decisions.next() == .newReplica)
        decisions.take(.unreachable)
        guard case .pause = decisions.next() else {
            Issue.record("no pause")
            return
        }
        #expect(decisions.next() == .newReplica)
        decisions.take(.renumbered)
        #expect(decisions.next() == .exchange(limits: .standard))
    }

    @Test func cancellingEndsAtOnce() {
        var decisions = SyncDecisions(random: { 0 })
        decisions.take(.unreachable)
        _ = decisions.next()
        decisions.take(.cancelled)
        #expect(decisions.next() == .end(.stopped(.cancelled)))
    }
}
