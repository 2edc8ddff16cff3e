import Testing
import WaybookModel
import WaybookProtocol

@Suite struct InvitationCodeTests {
    /// A source that can be told from another run's, for the codes of a test.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    private func code(_ seed: UInt64) -> InvitationCode {
        var numbers = Numbers(state: seed)
        return InvitationCode(random: &numbers)
    }

    @Test func aCodeIsSevenGroupsThatReadBackHoweverTheyAreTyped() throws {
        for seed in 0..<200 as Range<UInt64> {
            let code = code(seed)
            let text = code.text
            #expect(text.wholeMatch(of: /[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){6}/) != nil, "\(text)")
            let wide = String(
                String.UnicodeScalarView(
                    text.unicodeScalars.map { scalar in
                        Unicode.Scalar(scalar.value + 0xFEE0) ?? scalar
                    }))
            for typed in [
                text, text.lowercased(), text.replacing("-", with: ""), " \(text.replacing("-", with: " "))\n",
                text.replacing("-", with: "—"), text.replacing("0", with: "o").replacing("1", with: "l"), wide,
            ] {
                #expect(InvitationCode(typed) == code, "\(typed)")
            }
        }
    }

    @Test func aMistypedCodeIsFoundBeforeAnybodyIsAsked() {
        let text = code(7).text
        var found = 0, tried = 0
        for (index, letter) in zip(text.indices, text) where letter != "-" {
            for other in "0123456789ABCDEFGHJKMNPQRSTVWXYZ" where other != letter {
                var typed = text
                typed.replaceSubrange(index...index, with: String(other))
                tried += 1
                if InvitationCode(typed) == nil { found += 1 }
            }
        }
        #expect(tried == 28 * 31 && found >= tried - 4, "one in 1,024 is not: \(found) of \(tried)")
        for typed in [
            "", "-", String(text.dropLast()), text + "0", "U" + text.dropFirst(), text.replacing("-", with: "/"),
            String(repeating: "0", count: 300),
        ] {
            #expect(InvitationCode(typed) == nil, "\(typed)")
        }
    }

    @Test func codesDifferAndNeverShowThemselves() {
        let codes = (0..<500 as Range<UInt64>).map { code($0 &* 0x9E37_79B9_7F4A_7C15) }
        #expect(Set(codes.map(\.text)).count == 500 && Set(codes.map(\.hash)).count == 500)
        let first = codes[0]
        #expect("\(first)" == "***" && String(reflecting: first) == "***" && first.hash.count == 32)
    }

    @Test func theMessagesReadBack() throws {
        let request = InvitationRequest(email: "bo@example.org", name: "Bo", role: "rep", language: "en", zone: "UTC")
        #expect(InvitationRequest(json: request.json) == request)
        #expect(InvitationRequest(json: InvitationRequest(email: "x").json) == InvitationRequest(email: "x"))
        for malformed in ["", "{}", #"{"email":1}"#, #"{"email":"a","name":1}"#, #"{"email":"a","zone":null}"#] {
            #expect(InvitationRequest(json: Array(malformed.utf8)) == nil, "\(malformed)")
        }
        let signIn = SignInRequest(email: "bo@example.org", password: "p", device: "d", former: "f")
        let acceptance = InvitationAcceptance(code: "c", signIn: signIn)
        #expect(InvitationAcceptance(json: acceptance.json) == acceptance)
        #expect(InvitationAcceptance(json: signIn.json) == nil)
        let answer = InvitationResponse(
            isAdded: true, code: "c", email: "e", expires: 7, name: "n", role: "rep", user: "u")
        #expect(InvitationResponse(json: answer.json) == answer)
        let problem = Problem(.fixRecord, rule: .unknown)
        #expect(Problem(json: problem.json(.english)) == problem)
    }
}
