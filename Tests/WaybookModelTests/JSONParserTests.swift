import Testing
import WaybookModel
import WaybookTesting

@Suite struct JSONParserTests {
    @Test func everyRefusalNamesItsReasonAndPlace() {
        let cases: [(String, JSONError.Reason, Int)] = [
            ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[1", .unexpectedEnd, 2),
            ("{\"a\"", .unexpectedEnd, 4),
            ("\"abc", .unexpectedEnd, 4), ("tru", .unexpectedEnd, 0), ("nulL", .unexpectedByte, 0),
            ("[1 2]", .unexpectedByte, 3), ("{a:1}", .unexpectedByte, 1), ("[1,]", .unexpectedByte, 3),
            ("{\"a\":1,}", .unexpectedByte, 7), ("+1", .unexpectedByte, 0), ("-", .unexpectedByte, 1),
            ("01", .unexpectedByte, 2), ("'a'", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0),
            ("{\"a\":1,\"a\":2}", .duplicateKey, 12), ("{\"a\":1,\"\\u0061\":2}", .duplicateKey, 17),
            ("1.0", .notAnInteger, 1), ("1e3", .notAnInteger, 1), ("0E0", .notAnInteger, 1),
            ("9223372036854775808", .outOfRange, 19), ("-9223372036854775809", .outOfRange, 19),
            ("\"\u{0}\"", .nulCharacter, 1), ("\"\\u0000\"", .nulCharacter, 7), ("\"a\nb\"", .controlCharacter, 2),
            ("\"\\ud800\"", .loneSurrogate, 7), ("\"\\udc00\"", .loneSurrogate, 7),
            ("\"\\ud800\\u0041\"", .loneSurrogate, 13), ("\"\\x\"", .invalidEscape, 3),
            ("\"\\u00g0\"", .invalidEscape, 5),
            ("1 1", .trailingBytes, 2), ("{}]", .trailingBytes, 2), ("\u{FEFF}1", .unexpectedByte, 0),
        ]
        for (text, reason, offset) in cases {
            do throws(JSONError) {
                _ = try JSONParser.parse(text)
                Issue.record("\(text) was taken")
            } catch {
                #expect(error.reason == reason && error.offset == offset, "\(text): \(error)")
            }
        }
    }

    @Test func invalidUTF8IsRefused() {
        for bytes in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE4, 0xBD]] as [[UInt8]] {
            let reason = failure(of: [0x22] + bytes + [0x22])
            #expect(reason == .invalidUTF8, "\(bytes)")
            #expect(failure(of: Array("{\"a\\n".utf8) + bytes + Array("\":1}".utf8)) == .invalidUTF8)
        }
    }

    private func failure(of bytes: [UInt8]) -> JSONError.Reason? {
        do throws(JSONError) {
            _ = try JSONParser.parse(bytes)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func depthAndCountHaveLimits() throws {
        let deepest = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(try JSONParser.parse(deepest) != .null)
        #expect(failure(of: Array("[\(deepest)]".utf8)) == .tooDeep)
        #expect(failure(of: Array(String(repeating: "{\"a\":", count: 100_000).utf8)) == .tooDeep)
        let many = "[" + String(repeating: "1,", count: JSONParser.maximumValues) + "1]"
        #expect(failure(of: Array(many.utf8)) == .tooManyValues)
    }

    @Test func theEndsOfSixtyFourBitsAreRead() throws {
        #expect(try JSONParser.parse("9223372036854775807") == .int(.max))
        #expect(try JSONParser.parse("-9223372036854775808") == .int(.min))
        #expect(try JSONParser.parse("-0") == .int(0))
    }

    @Test func escapesAndWhiteSpaceAreRead() throws {
        let text = " \t\r\n{ \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\" : [ true , false , null ] } "
        let expected = Value.map(["\"\\/\u{8}\u{C}\n\r\té😀": [true, false, .null]])
        #expect(try JSONParser.parse(text) == expected)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var random = SeededRandom(seed: Seeds.first)
        for _ in 0..<20_000 {
            let value = RandomValue.make(&random, depth: 3)
            let bytes = CanonicalJSON.bytes(value)
            let back = try JSONParser.parse(bytes)
            #expect(back == value && CanonicalJSON.bytes(back) == bytes)
        }
    }

    @Test func noInputMakesItTrap() {
        let seed = Seeds.first
        print("JSON inputs from seed \(seed)")
        var random = SeededRandom(seed: seed)
        var taken = 0
        for _ in 0..<Seeds.count("WAYBOOK_CASES", otherwise: 100_000) {
            let bytes = RandomValue.damagedJSON(&random)
            guard let value = try? JSONParser.parse(bytes) else { continue }
            taken += 1
            let again = try? JSONParser.parse(CanonicalJSON.bytes(value))
            if again != value { Issue.record("seed \(seed): \(bytes) is not stable") }
        }
        #expect(taken > 1_000)
    }
}
