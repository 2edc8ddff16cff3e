import Testing
import WaybookTesting

@testable import WaybookServerCore

@Suite struct PasswordAndTokenTests {
    /// The vectors of the reference implementation (P-H-C/phc-winner-argon2, `src/test.c`).
    @Test func theReferenceVectorsOfArgon2idAgree() throws {
        let vectors: [(PasswordCost, String, String, String)] = [
            (
                PasswordCost(memoryKiB: 65_536, passes: 2, lanes: 1), "password", "somesalt",
                "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
            ),
            (
                PasswordCost(memoryKiB: 256, passes: 2, lanes: 1), "password", "somesalt",
                "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
            ),
            (
                PasswordCost(memoryKiB: 256, passes: 2, lanes: 2), "password", "somesalt",
                "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"
            ),
        ]
        for (cost, password, salt, phc) in vectors {
            let hash = try PasswordHash(of: Array(password.utf8), salt: Array(salt.utf8), cost: cost)
            #expect(hash.phc == phc)
            let read = try PasswordHash(phc: phc)
            #expect(read == hash)
            #expect(try read.matches(Array(password.utf8)))
            #expect(try !read.matches(Array("Password".utf8)))
            #expect(read.needsRehash)
        }
    }

    @Test func theStandardCostNeedsNoRehash() throws {
        let hash = try PasswordHash(of: Array("correct horse".utf8), salt: Array(repeating: 7, count: 16))
        #expect(hash.phc.hasPrefix("$argon2id$v=19$m=47104,t=1,p=1$"))
        #expect(!hash.needsRehash)
    }

    @Test func hashesThatAskForTooMuchOrAreDamagedAreRefused() {
        let tail = "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        let unreadable = [
            "", "$", "plain", "$argon2i$v=19$m=256,t=2,p=1" + tail, "$argon2id$v=16$m=256,t=2,p=1" + tail,
            "$argon2id$v=19$m=4294967295,t=2,p=1" + tail, "$argon2id$v=19$m=256,t=4000000,p=1" + tail,
            "$argon2id$v=19$m=256,t=2,p=900" + tail, "$argon2id$v=19$m=256,t=2" + tail,
            "$argon2id$v=19$m=-1,t=2,p=1" + tail, "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$!!!!",
            "$argon2id$v=19$m=256,t=2,p=1$c29t$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        ]
        for phc in unreadable { #expect(throws: PasswordHashError.unreadable, "\(phc)") { try PasswordHash(phc: phc) } }
    }

    @Test func aTokenIsReadBackAndNothingLikeItIs() {
        var random = SeededRandom(seed: 4)
        let token = DeviceToken(random: &random)
        #expect(token.text.utf8.count == DeviceToken.length)
        #expect(token.text.hasPrefix("wb1_"))
        #expect(DeviceToken(token.text) == token)
        for index in token.text.indices {
            var characters = token.text
            let other: Character = characters[index] == "A" ? "B" : "A"
            characters.replaceSubrange(index...index, with: String(other))
            #expect(DeviceToken(characters) == nil)
        }
        for wrong in ["", "wb1_", String(token.text.dropLast()), token.text + "A", "é" + token.text.dropFirst(2)] {
            #expect(DeviceToken(wrong) == nil)
        }
    }

    @Test func aTokenNeverPrints() {
        var random = SeededRandom(seed: 5)
        let token = DeviceToken(random: &random)
        #expect("\(token) \(String(reflecting: token))" == "*** ***")
        let password = Password("correct horse")
        #expect("\(password.map(String.init(describing:)) ?? "")" == "***")
    }

    @Test func theTokenVectorHolds() {
        // 32 bytes of zero; the check digits are CRC-32 of the 47 characters before them (python3's zlib.crc32).
        let body = "wb1_" + String(repeating: "A", count: 43)
        #expect(crc32(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(DeviceToken(body + "7brZww") != nil)
    }

    @Test func base64FollowsTheVectorsOfRFC4648() {
        let vectors = [
            "": "", "f": "Zg", "fo": "Zm8", "foo": "Zm9v", "foob": "Zm9vYg", "fooba": "Zm9vYmE", "foobar": "Zm9vYmFy",
        ]
        for (plain, coded) in vectors {
            #expect(Base64.encode(Array(plain.utf8)) == coded)
            #expect(Base64.decode(coded) == Array(plain.utf8))
        }
        for wrong in ["Z", "Zh", "Zm9", "Zg==", "Z g", "Zm9vY"] { #expect(Base64.decode(wrong) == nil) }
    }

    @Test func passwordsAreComparedInOneNormalForm() {
        #expect(Password("cafe\u{301}-noir")?.bytes == Password("caf\u{e9}-noir")?.bytes)
        #expect(Password("") == nil)
        #expect(Password(String(repeating: "x", count: 1_025)) == nil)
        #expect(Password("1234567")?.isLongEnough == false)
        #expect(Password("密码密码密码密码")?.isLongEnough == true)
    }

    @Test func identifiersAreUUIDsOfVersion7() {
        var random = SeededRandom(seed: 6)
        let id = UserID(now: 1_763_757_107_123, random: &random)
        #expect(id.text.hasPrefix("019aa81d-"))
        let characters = Array(id.text)
        #expect(id.text.count == 36 && characters[14] == "7" && "89ab".contains(characters[19]))
        #expect(UserID(id.text.uppercased()) == id)
        #expect(UserID("no uuid") == nil)
    }
}
