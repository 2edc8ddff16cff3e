import Foundation
import Testing
import WaybookModel

@testable import WaybookCRM

@Suite struct VCardReaderTests {
    @Test func aCardOfTheStandardIsRead() throws {
        let card = try card(
            "KIND:individual", "FN:Simon Perreault", "N:Perreault;Simon;;;ing. jr,M.Sc.", "BDAY:--0203",
            "ANNIVERSARY:20090808T1430-0500", "GENDER:M", "LANG;PREF=1:fr", "LANG;PREF=2:en",
            "ORG;TYPE=work:Viagenie;Montréal", "ADR;TYPE=work:;Suite D2-630;2875 Laurier;Quebec;QC;G1V 2M2;Canada",
            "TEL;VALUE=uri;TYPE=\"work,voice\";PREF=1:tel:+1-418-656-9254;ext=102",
            "TEL;VALUE=uri;TYPE=\"work,cell,voice,video,text\":tel:+1-418-262-6501",
            "EMAIL;TYPE=work:simon@viagenie.ca",
            "GEO;TYPE=work:geo:46.772673,-71.282945", "IMPP:xmpp:simon%40viagenie.ca",
            "URL;TYPE=home:http://nomis80.org",
            "NOTE:one\\ntwo\\, three \\\\ four", "CATEGORIES:INTERNET,IETF,INTERNET", "UID:urn:uuid:f81d4fae",
            "REV:19951031T222710Z")
        #expect(card.formattedName == "Simon Perreault")
        #expect(card.name == CardName(family: "Perreault", given: "Simon", suffix: "ing. jr M.Sc."))
        #expect(card.birthday == .date(year: nil, month: 2, day: 3))
        #expect(card.anniversary == .date(year: 2009, month: 8, day: 8))
        #expect(card.sex == .male && card.language == "fr")
        #expect(card.organization == ["Viagenie", "Montréal"])
        #expect(
            card.addresses == [
                CardAddress(
                    extended: "Suite D2-630", street: "2875 Laurier", locality: "Quebec", region: "QC",
                    postalCode: "G1V 2M2",
                    country: "Canada", places: [.work])
            ])
        #expect(card.phones.map(\.text) == ["+1-418-656-9254 ext. 102", "+1-418-262-6501"])
        #expect(
            card.phones.map(\.kinds) == [[.work], [.work, .cell]] && card.phones.map(\.isPreferred) == [true, false])
        #expect(card.messengers == [CardMessenger(service: "xmpp", handle: "simon@viagenie.ca")])
        #expect(card.urls == ["http://nomis80.org"] && card.note == "one\ntwo, three \\ four")
        #expect(card.categories == ["INTERNET", "IETF"] && card.uid == "urn:uuid:f81d4fae")
        #expect(card.revision == Instant("1995-10-31T22:27:10.000Z"))
    }

    @Test func version2IsReadInQuotedPrintableAndGB18030() throws {
        let text = """
            BEGIN:VCARD\r
            VERSION:2.1\r
            N;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=CD=F5;=CE=B0;;;\r
            ORG;CHARSET=UTF-8;QUOTED-PRINTABLE:=E8=93=9D=E6=B8=AF=\r
            =E8=B4=B8=E6=98=93\r
            TEL;CELL;PREF:13800138000\r
            TEL;WORK;FAX:021-62345678\r
            PHOTO;ENCODING=BASE64;TYPE=JPEG:/9j/4AAQSkZJRgABAQ\r
            AAAA/9sAQwAIBgYH==\r
            \r
            NOTE;ENCODING=QUOTED-PRINTABLE:C:\\temp=0D=0Anext =\r
             line=3D\r
            END:VCARD\r

            """
        let entry = try #require(try entries(Array(text.utf8)).first)
        let card = try entry.card.get()
        #expect(card.formattedName == "王伟" && card.name == CardName(family: "王", given: "伟"))
        #expect(card.organization == ["蓝港贸易"] && card.note == "C:\\temp\nnext  line=")
        #expect(card.phones.map(\.kinds) == [[.cell], [.work, .fax]] && card.phones[0].isPreferred)
        #expect(entry.keptOut == ["PHOTO": 1])
    }

    @Test func aCharacterSetThatIsNotKnownIsNotGuessed() throws {
        func name(_ charset: String, _ value: String) throws -> String? {
            let text =
                "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=\(charset);ENCODING=QUOTED-PRINTABLE:\(value)\r\nEND:VCARD\r\n"
            return try? try #require(try entries(Array(text.utf8)).first).card.get().formattedName
        }
        #expect(try name("windows-1252", "O=92Brien =80") == "O’Brien €")
        #expect(try name("ISO-8859-1", "M=FCller") == "Müller")
        #expect(try name("ISO-8859-15", "M=FCller") == nil && name("Shift_JIS", "=8ER=93c") == nil)
        #expect(try name("X-UNKNOWN", "M=C3=BCller") == "Müller")
    }

    @Test func foldsOfNothingFillNoMemory() throws {
        let folds = Array(repeating: Array("\r\n ".utf8), count: 40_000).flatMap { $0 }
        var lines = UnfoldedLines(limitBytes: 1_000, isCard: true, source: source(Array("NOTE:x".utf8) + folds))
        let line = try #require(try lines.next())
        #expect(line.isCut && line.source.count < 8_000)
    }

    @Test func aSoftBreakDoesNotSwallowTheCardsEnd() throws {
        let text = "BEGIN:VCARD\nFN:x\nNOTE;QUOTED-PRINTABLE:a=\nEND:VCARD\nBEGIN:VCARD\nFN:y\nEND:VCARD\n"
        let cards = try entries(Array(text.utf8)).map { try $0.card.get() }
        #expect(cards.map(\.formattedName) == ["x", "y"] && cards[0].note == "a")
    }

    @Test func aLabelBelongsToOneLine() throws {
        let card = try card("FN:x", "a.TEL:1", "a.TEL:2", "a.X-ABLabel:Reception", version: "3.0")
        #expect(card.phones.map(\.label) == ["Reception", nil])
    }

    @Test func bytesWithoutALabelAreUTF8OrElseGB18030() throws {
        let begin = Array("BEGIN:VCARD\nVERSION:3.0\nFN:".utf8)
        let end = Array("\nEND:VCARD\n".utf8)
        let gb: [UInt8] = [0xCD, 0xF5, 0xCE, 0xB0]
        #expect(try entries(begin + gb + end)[0].card.get().formattedName == "王伟")
        let problem = VCardProblem(line: 3, .textInvalid(property: "FN", encoding: .utf8))
        #expect(try entries(begin + gb + end, encoding: .utf8)[0].card == .failure(problem))
        #expect(try entries(begin + [0xFF, 0xFF] + end)[0].card == .failure(problem))
    }

    @Test func foldsAreUndoneByOctets() throws {
        let whole = Array("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:蓝港贸易有限公司\r\nEND:VCARD\r\n".utf8)
        let name = try #require(whole.firstIndex(of: 0xE8))
        for place in name..<(name + 24) {
            let folded = whole[..<place] + [0x0D, 0x0A, 0x20] + whole[place...]
            #expect(try entries(Array(folded))[0].card.get().formattedName == "蓝港贸易有限公司")
        }
        #expect(try card("FN:a\r\n\tb\r\n  c").formattedName == "ab c")
    }

    @Test func whatAddressBooksWriteOnTheirOwnIsRead() throws {
        let card = try card(
            "FN:Bo", "item1.TEL;type=pref:021-62345678 转 801", "item1.X-ABLabel:_$!<Work>!$_", "item2.TEL:110",
            "item2.X-ABLabel:前台", "IMPP;X-SERVICE-TYPE=QQ;type=HOME:x-apple:12345", "X-WECHAT:bo_01",
            "X-SOCIALPROFILE;type=weibo:http://weibo.com/bo", "BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-15",
            "X-ABShowAs:COMPANY", version: "3.0")
        #expect(card.kind == .organization && card.birthday == .date(year: nil, month: 4, day: 15))
        #expect(card.phones.map(\.number) == ["021-62345678", "110"] && card.phones[0].suffix == "801")
        #expect(card.phones.map(\.kinds) == [[.work], []] && card.phones.map(\.label) == [nil, "前台"])
        #expect(
            card.messengers == [
                CardMessenger(service: "qq", handle: "12345"), CardMessenger(service: "wechat", handle: "bo_01"),
                CardMessenger(service: "weibo", handle: "http://weibo.com/bo"),
            ])
    }

    @Test(
        "days are read in all their forms",
        arguments: [
            ("19850412", "1985-04-12"), ("1985-04-12", "1985-04-12"), ("1985-04", "1985-04"), ("1985", "1985"),
            ("--0415", "--04-15"), ("--04-15", "--04-15"), ("19850412T000000Z", "1985-04-12"), ("00000229", "--02-29"),
            ("农历八月十五", "--08-15L"), ("农历 1985-08-15", "1985-08-15L"), ("1985/4/12", "1985-04-12"),
            ("--04", nil), ("---12", nil), ("20260229", nil), ("circa 1800", nil), ("T1200", nil),
        ] as [(String, String?)])
    func days(text: String, canonical: String?) throws {
        let birthday = try #require(try card("FN:x", "BDAY:\(text)").birthday)
        #expect(birthday.partialDate?.text == canonical)
        if let canonical { #expect(try CardDate(try #require(PartialDate(canonical))).partialDate?.text == canonical) }
    }

    @Test func aFaultyCardIsToldByItsLineAndTheOthersGoOn() throws {
        let text = """
            hello
            there
            BEGIN:VCARD
            FN:no end
            BEGIN:VCARD
            VERSION:5.0
            FN:x
            END:VCARD
            BEGIN:VCARD
            VERSION:3.0
            FN without a colon
            END:VCARD
            BEGIN:VCARD
            NOTE:nobody
            END:VCARD
            begin:vcard
            fn:last
            end:vcard
            """
        let read = try entries(Array(text.utf8))
        #expect(read.map(\.line) == [1, 3, 5, 9, 13, 16])
        let problems = read.map { entry in
            if case .failure(let problem) = entry.card { problem } else { nil as VCardProblem? }
        }
        #expect(
            problems == [
                VCardProblem(line: 1, .outsideCard), VCardProblem(line: 3, .notClosed),
                VCardProblem(line: 6, .versionUnknown("5.0")), VCardProblem(line: 11, .malformedLine),
                VCardProblem(line: 13, .nameMissing), nil,
            ])
        #expect(try read[5].card.get().formattedName == "last")
        #expect(String(decoding: read[3].source, as: UTF8.self).contains("\r\nFN without a colon\r\n"))
        let faults = VCardFaults.bytes(read[3].source, reason: "no;\ngood")
        #expect(
            String(decoding: faults, as: UTF8.self).hasPrefix(
                "BEGIN:VCARD\r\nX-WAYBOOK-ERROR:no\\; good\r\nVERSION:3.0\r\n"))
    }

    @Test func boundsHaveNames() throws {
        let limits = VCardLimits(lineBytes: 40, lines: 4, cardBytes: 160, nesting: 2)
        func problem(_ lines: String...) throws -> VCardProblem? {
            let text = (["BEGIN:VCARD"] + lines + ["END:VCARD"]).joined(separator: "\n")
            if case .failure(let problem) = try entries(Array(text.utf8), chunk: 7, limits: limits)[0].card {
                return problem
            }
            return nil
        }
        let long = String(repeating: "x", count: 50)
        #expect(try problem("FN:\(long)") == VCardProblem(line: 2, .lineTooLong(limitBytes: 40)))
        #expect(try problem("FN:x", "NOTE:\(long.prefix(30))", " \(long.prefix(20))")?.line == 3)
        #expect(try problem("FN:x", "PHOTO;ENCODING=b:\(long)") == nil)
        #expect(try problem("FN:x", "A:1", "B:2", "C:3") == nil)
        #expect(try problem("FN:x", "A:1", "B:2", "C:3", "D:4") == VCardProblem(line: 6, .tooManyLines(limit: 4)))
        let part = "A:" + long.prefix(36)
        #expect(try problem("FN:x", part, part, part, part)?.reason == .cardTooLarge(limitBytes: 160))
        let nested = ["AGENT:", "BEGIN:VCARD", "BEGIN:VCARD", "BEGIN:VCARD", "END:VCARD", "END:VCARD", "END:VCARD"]
        #expect(try problem("FN:x", nested.joined(separator: "\n"))?.reason == .nestedTooDeep(limit: 2))
        #expect(try problem("FN:x", "AGENT:\nBEGIN:VCARD\nFN:y\nEND:VCARD") == nil)
        let many = "X" + String(repeating: ";A=1", count: 65) + ":"
        #expect(
            try entries(Array("BEGIN:VCARD\n\(many)\nEND:VCARD".utf8))[0].card
                == .failure(VCardProblem(line: 2, .malformedLine)))
    }

    @Test func readingTakesTimeInProportionToTheBytes() throws {
        func seconds(_ unit: String, _ count: Int) throws -> Double {
            let bytes = Array(
                ("BEGIN:VCARD\nFN:x\nNOTE;QUOTED-PRINTABLE:" + String(repeating: unit, count: count)).utf8)
            let clock = ContinuousClock()
            let time = try clock.measure { _ = try entries(bytes, chunk: 4_096) }
            return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        }
        // Folds, soft breaks, escapes and cards that never end: ten times as much is not a hundred times as long.
        for unit in ["a\n b", "=\n", "\\;", "=4", ",;", "\nBEGIN:VCARD"] {
            let (small, large) = (try seconds(unit, 3_000), try seconds(unit, 30_000))
            #expect(large < max(small, 0.01) * 40, "\(unit.debugDescription): \(small) and \(large)")
        }
    }
}
