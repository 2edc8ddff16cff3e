import Foundation
import Testing
import WaybookModel

@testable import WaybookCRM

@Suite struct VCardWriterTests {
    /// A card that says all that a card can.
    static var full: VCard {
        var card = VCard(formattedName: "王伟, 经理; \\ \"x\"")
        card.name = CardName(family: "王", given: "伟", additional: "a,b", prefix: "Dr.", suffix: "M;Sc")
        card.nicknames = ["小王", "w,w"]
        card.organization = ["蓝港, 贸易", "", "销售;部"]
        card.title = "经理"
        card.role = "采购"
        card.sex = .female
        card.phones = [
            CardPhone("+86-21-62345678 ext. 801", kinds: [.work, .fax], isPreferred: true, label: "前台"),
            CardPhone("110", kinds: [.cell]),
        ].compactMap { $0 }
        card.emails = [
            CardEmail(address: "a@b.cn", places: [.work], isPreferred: true), CardEmail(address: "c@d.cn", label: "x"),
        ]
        card.addresses = [
            CardAddress(
                box: "1", extended: "2", street: "南京路 1 号\n后楼", locality: "上海", region: "沪", postalCode: "200000",
                country: "中国", places: [.home], isPreferred: true)
        ]
        card.messengers = [
            CardMessenger(service: "wechat", handle: "王:1 %"), CardMessenger(service: "im", handle: "x"),
        ]
        card.urls = ["https://a.b/c;d,e?f=\\g"]
        card.birthday = .date(year: nil, month: 4, day: 15)
        card.anniversary = .text("circa 1800; \\n")
        card.note = "one\ntwo, three; \\n four\t" + String(repeating: "很长的备注", count: 60) + " END"
        card.categories = ["vip", "老,客户"]
        card.members = ["urn:uuid:a,b"]
        card.uid = "c:\\x;y,z"
        card.revision = Instant(milliseconds: 1_780_000_000_000)
        card.language = "zh-Hans"
        return card
    }

    @Test(arguments: VCardVersion.allCases) func aCardIsReadBackInEveryVersion(_ version: VCardVersion) throws {
        let kinds: [VCard.Kind] = [.individual, .organization, .group]
        for kind in kinds {
            var card = Self.full
            card.kind = kind
            let bytes = VCardWriter(version: version).bytes(card)
            let read = try entries(bytes, chunk: 11)
            #expect(read.count == 1 && read[0].keptOut.isEmpty)
            #expect(try read[0].card.get() == card, "\(String(decoding: bytes, as: UTF8.self))")
            #expect(try VCardWriter(version: version).bytes(try read[0].card.get()) == bytes)
        }
    }

    @Test(arguments: VCardVersion.allCases) func textsThatAreHostileStayWithinTheirValue(_ version: VCardVersion) throws
    {
        let texts = [
            "a\rEND:VCARD\rb", "a\r\nEND:VCARD", "a\nBEGIN:VCARD\nFN:x", "=", "==", "a=\n=b=", "=0D=0A", "=\u{85}=",
            "\u{2028}x",
            "\u{0}\u{1B}a\u{7F}b", "a\u{FEFF}b", ";\u{301},\u{301}\\\u{301}:\u{301}", "\\", "\\n\\,", " a  b ", "a\t",
            "\u{FFFE}x",
            String(repeating: "=", count: 200), String(repeating: " ", count: 70) + "END:VCARD",
            String(repeating: "\u{10FFFF}", count: 40),
            String(repeating: "x", count: 66) + "END:VCARD", String(repeating: "字", count: 8) + "END:VCARD",
        ]
        for text in texts {
            var card = VCard(formattedName: "x")
            card.note = text
            card.title = text
            card.organization = ["o", text, "p"]
            card.addresses = [CardAddress(street: text, locality: text)]
            card.uid = text
            card.categories = [text]
            card.messengers = [CardMessenger(service: "qq", handle: text)]
            card.urls = [text]
            card.phones = [CardPhone(text)].compactMap { $0 }
            card.birthday = .text(text)
            let bytes = VCardWriter(version: version).bytes(card)
            #expect(bytes.allSatisfy { $0 >= 0x20 || [0x09, 0x0A, 0x0D].contains($0) }, "\(text.debugDescription)")
            let read = try entries(bytes)
            #expect(read.count == 1 && read[0].keptOut.isEmpty, "\(text.debugDescription)")
            let card1 = try read[0].card.get()
            #expect(
                try entries(VCardWriter(version: version).bytes(card1))[0].card.get() == card1,
                "\(text.debugDescription)")
            #expect(
                card1.note == (ContentText.lines(Array(text.utf8)).isEmpty ? nil : ContentText.lines(Array(text.utf8))))
            #expect(
                card1.title == (ContentText.line(Array(text.utf8)).isEmpty ? nil : ContentText.line(Array(text.utf8))))
        }
    }

    @Test func linesAreFoldedWithinCharactersNever() throws {
        for version in VCardVersion.allCases {
            let bytes = VCardWriter(version: version).bytes(Self.full)
            for line in bytes.split(separator: 0x0A) {
                #expect(line.last == 0x0D && line.count <= (version == .v2 ? 77 : 76))
                #expect(String(validating: line, as: UTF8.self) != nil)
            }
        }
    }

    @Test func version4WritesWhatItsStandardSays() throws {
        let text = String(decoding: VCardWriter(version: .v4).bytes(Self.full), as: UTF8.self)
        for line in [
            "item1.TEL;VALUE=uri;TYPE=\"fax,work\";PREF=1:tel:+86-21-62345678;ext=801", "TEL;TYPE=cell:110", "GENDER:F",
            "EMAIL;TYPE=work;PREF=1:a@b.cn", "BDAY:--0415", "ANNIVERSARY;VALUE=text:circa 1800\\; \\\\n",
            "LANG:zh-Hans",
            "REV:20260528T202640Z", "IMPP:wechat:%E7%8E%8B%3A1%20%25", "ORG:蓝港\\, 贸易;;销售\\;部",
        ] { #expect(text.contains("\r\n\(line)\r\n"), "\(line) in \(text)") }
    }

    @Test func olderVersionsHaveTheNamesThatAddressBooksAgreedOn() throws {
        var card = VCard(kind: .organization, formattedName: "Acme")
        card.sex = .other
        card.phones = [CardPhone("110", kinds: [.cell], isPreferred: true)].compactMap { $0 }
        let text = String(decoding: VCardWriter(version: .v3).bytes(card), as: UTF8.self)
        #expect(
            text.contains("X-ABShowAs:COMPANY\r\nFN:Acme\r\nN:;Acme;;;\r\nX-GENDER:O\r\nTEL;TYPE=cell,pref:110\r\n"))
        #expect(
            String(decoding: VCardWriter(version: .v2).bytes(card), as: UTF8.self).contains("\r\nTEL;CELL;PREF:110\r\n")
        )
        card.kind = .group
        #expect(
            String(decoding: VCardWriter(version: .v3).bytes(card), as: UTF8.self).contains(
                "X-ADDRESSBOOKSERVER-KIND:group"))
    }
}
