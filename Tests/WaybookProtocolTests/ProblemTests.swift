import Testing
import WaybookProtocol

@Suite struct ProblemTests {
    @Test func theListOfCodesIsClosed() {
        #expect(
            ProblemCode.allCases.map(\.rawValue).joined(separator: " ")
                == "retry slow-down sign-in revoked wipe upgrade fix-record too-large gap fork timeline stale erased "
                + "quarantine server-full")
    }

    @Test func everyProblemHasASentenceAndANextStepInBothLanguages() {
        for language in ProblemLanguage.allCases {
            let end: Character = language == .english ? "." : "。"
            for code in ProblemCode.allCases {
                for text in [code.sentence(language), code.nextStep(language)] {
                    #expect(text.last == end && text.count >= 5, "\(code): \(text)")
                    #expect(text.allSatisfy(\.isASCII) == (language == .english))
                }
            }
            for refusal in HTTPRefusal.allCases { #expect(refusal.sentence(language).last == end) }
        }
        for code in ProblemCode.allCases { #expect((400...599).contains(code.status)) }
    }

    @Test func theWordingIsWhatWasAgreed() {
        #expect(ProblemCode.signIn.sentence(.english) == "You are not signed in.")
        #expect(ProblemCode.signIn.nextStep(.english) == "Sign in with your e-mail address and password.")
        #expect(ProblemCode.serverFull.sentence(.simplifiedChinese) == "服务器磁盘已满，无法保存。")
    }

    @Test func theBodyIsStable() {
        let body = Problem(.gap, expected: 41).json(.english, request: "7f")
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"code":"gap","detail":"Send the changes again from the expected number.","expected":41,"#
                + #""instance":"urn:waybook:request:7f","status":409,"#
                + #""title":"Earlier changes of this device are missing.","type":"urn:waybook:problem:gap"}"#)
    }

    @Test func aProblemComesBackFromItsBody() {
        let problems = [
            Problem(.slowDown, status: 503, retryAfterSeconds: 3), Problem(.bodyTooLarge, maximum: 8),
            Problem(.timeline, expected: 12), Problem(.notFound),
        ]
        for problem in problems { #expect(Problem(json: problem.json(.simplifiedChinese)) == problem) }
        #expect(Problem(json: Array(#"{"code":"of-the-future"}"#.utf8)) == nil)
        #expect(Problem(json: Array("<html>".utf8)) == nil)
        #expect(Problem(json: Array(#"{"code":"retry","status":99999999999}"#.utf8))?.status == 503)
    }

    @Test func theLanguageIsTheFirstKnownOne() {
        #expect(ProblemLanguage.preferred(acceptLanguage: "zh-CN,en;q=0.5") == .simplifiedChinese)
        #expect(ProblemLanguage.preferred(acceptLanguage: "fr, en-GB, zh") == .english)
        #expect(ProblemLanguage.preferred(acceptLanguage: nil) == .english)
    }
}
