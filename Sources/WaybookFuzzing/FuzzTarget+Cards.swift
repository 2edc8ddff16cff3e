import WaybookCRM
import WaybookModel

extension FuzzTarget {
    /// Cards and calendars.
    static let cards = [
        FuzzTarget("vcard", words: cardWords, examples: cardExamples) { bytes in
            guard let choice = bytes.first else { return false }
            let body = Array(bytes.dropFirst())
            let limits = choice & 8 == 0 ? .standard : VCardLimits(lineBytes: 64, lines: 6, cardBytes: 256, nesting: 2)
            let entries = try cards(body, limits, piece: max(1, body.count))
            let inPieces = try cards(body, limits, piece: Int(choice) % 5 + 1)
            try require(same(entries, inPieces), "cards depend on how bytes come")
            try require(entries.count <= body.count, "more cards than bytes")
            let read = entries.compactMap { try? $0.card.get() }
            for card in read {
                try readsBack(card, of: body.count)
                try changesNothing(card)
            }
            return !read.isEmpty
        },
        FuzzTarget("icalendar", words: calendarWords, examples: calendarExamples) { bytes in
            guard let choice = bytes.first else { return false }
            let body = Array(bytes.dropFirst())
            let limits = choice & 8 == 0 ? .standard : CalendarLimits(lineBytes: 64, lines: 8, nesting: 2)
            let whole = try entries(body, limits, piece: max(1, body.count))
            let inPieces = try entries(body, limits, piece: Int(choice) % 5 + 1)
            try require(same(whole, inPieces), "entries depend on how bytes come")
            try require(whole.count <= body.count, "more entries than bytes")
            let read = whole.compactMap { try? $0.entry.get() }
            let written = CalendarWriter().bytes(read)
            try require(
                written.count <= 8 * body.count + 1_024, "a calendar grew from \(body.count) to \(written.count)")
            try requireLines(written, of: 76)
            let again = try entries(written, .standard, piece: max(1, written.count))
            try require(again.allSatisfy { $0.keptOut.isEmpty }, "what was written is not all taken")
            try require(again.map { try? $0.entry.get() } == read, "entries are not read back")
            try require(CalendarWriter().bytes(read) == written, "a calendar does not come to rest")
            return !read.isEmpty
        },
    ]

    /// In each version a card is read back as it is, and is then written as the same bytes.
    private static func readsBack(_ card: VCard, of size: Int) throws {
        try require(!card.formattedName.isEmpty, "a card without a name")
        for version in VCardVersion.allCases {
            let written = VCardWriter(version: version).bytes(card)
            try require(written.count <= 16 * size + 1_024, "a card grew from \(size) to \(written.count)")
            try requireLines(written, of: 77)
            let again = try cards(written, .standard, piece: written.count)
            try require(again.count == 1 && again[0].keptOut.isEmpty, "a card of \(version) is not read as one")
            let read = try? again[0].card.get()
            try require(
                read == card, "a card of \(version) is not read back: \(String(decoding: written, as: UTF8.self))")
            guard let read else { continue }
            try require(
                VCardWriter(version: version).bytes(read) == written, "a card of \(version) does not come to rest")
        }
    }

    /// Lines are no longer than they may be, with the first byte of their end, are whole characters, and hold no control
    /// character but tabs.
    private static func requireLines(_ written: [UInt8], of octets: Int) throws {
        for line in written.split(separator: 0x0A) {
            try require(line.count <= octets && line.last == 0x0D, "a line is longer than it may be")
            try require(String(validating: line, as: UTF8.self) != nil, "a line is folded within a character")
            try require(line.dropLast().allSatisfy { $0 >= 0x20 || $0 == 0x09 }, "a line holds a control character")
        }
    }

    private static let id = RecordID(high: 1 << 44 | 7 << 12, low: 1 << 63)

    /// A card that was taken into a record changes nothing in it when it is taken again, nor does a card that was written of
    /// the record.
    private static func changesNothing(_ card: VCard) throws {
        guard let subject = CardSubject(card), let first = change(card, as: subject, onto: nil),
            Catalogue.schema.violation(in: first, strictness: .entry) == nil
        else { return }
        var record = VersionedRecord(id: id, collection: first.collection)
        let stamp = Stamp(milliseconds: 1_780_000_000_000, counter: 0, replica: ReplicaID(1))
        Overlay.apply(first, stamp: stamp, to: &record)
        try require(change(card, as: subject, onto: record)?.writes == [], "a card taken again changes something")
        let made =
            subject.isContact ? VCard(contact: View(record), at: "x") : VCard(customer: View(record))
        for version in VCardVersion.allCases {
            let written = VCardWriter(version: version).bytes(made)
            guard let again = try? cards(written, .standard, piece: written.count).first?.card.get() else {
                throw BrokenReading(law: "a record's card of \(version) is not read")
            }
            let writes = change(again, as: subject, onto: record)?.writes
            try require(
                writes == [], "a record's card of \(version) changes \(String(describing: writes?.first?.path))")
        }
    }

    /// What a card asks for; nil where a key is too long.
    private static func change(_ card: VCard, as subject: CardSubject, onto present: VersionedRecord?) -> Change? {
        var writes = CardWrites(onto: present) { text in
            let sum = text.utf8.reduce(14_695_981_039_346_656_037 as UInt64) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
            return RecordID(high: sum, low: sum)
        }
        switch subject {
        case .organization: writes.put(customer: card, kind: .organization)
        case .person: writes.put(customer: card, kind: .person)
        case .contact: writes.put(contact: card, at: id)
        }
        let collection = subject.isContact ? Contact.shape.name : Customer.shape.name
        guard let kind = Catalogue.schema[collection], let all = try? writes.writes(kind) else { return nil }
        return Change(id: id, collection: collection, isCreating: present == nil, writes: all)
    }

    private static func source(_ bytes: [UInt8], piece: Int) -> CSVReader.Source {
        var rest = bytes[...]
        return { () throws(ImportFileProblem) in
            defer { rest = rest.dropFirst(piece) }
            return Array(rest.prefix(piece))
        }
    }

    private static func cards(_ bytes: [UInt8], _ limits: VCardLimits, piece: Int) throws -> [VCardEntry] {
        var reader = VCardReader(limits: limits, source: source(bytes, piece: piece))
        var entries: [VCardEntry] = []
        while let entry = try reader.next() { entries.append(entry) }
        return entries
    }

    private static func same(_ left: [VCardEntry], _ right: [VCardEntry]) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy {
                $0.line == $1.line && $0.card == $1.card && $0.keptOut == $1.keptOut && $0.source == $1.source
            }
    }

    private static func entries(_ bytes: [UInt8], _ limits: CalendarLimits, piece: Int) throws -> [CalendarReading] {
        var reader = CalendarReader(limits: limits, source: source(bytes, piece: piece))
        var entries: [CalendarReading] = []
        while let entry = try reader.next() { entries.append(entry) }
        return entries
    }

    private static func same(_ left: [CalendarReading], _ right: [CalendarReading]) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { $0.line == $1.line && $0.entry == $1.entry && $0.keptOut == $1.keptOut }
    }

    private static let cardWords = [
        "BEGIN:VCARD\r\n", "END:VCARD\r\n", "VERSION:2.1\r\n", "VERSION:3.0\r\n", "VERSION:4.0\r\n", "FN:", "N:",
        "ORG:", "TEL",
        "EMAIL", "ADR", "IMPP:", "NOTE", "BDAY", "CATEGORIES:", "URL:", "UID:", "REV:", "item1.", "X-ABLabel:", "X-QQ:",
        ";ENCODING=QUOTED-PRINTABLE", ";QUOTED-PRINTABLE", ";ENCODING=BASE64", ";CHARSET=GBK", ";CHARSET=UTF-8",
        ";TYPE=cell", ";CELL", ";PREF=1", ";VALUE=uri", ";VALUE=text", "tel:", ";ext=1", "转", "=\r\n", "=0D=0A", "=\n ",
        "=3D",
        "=ED=A0=80", "\r", "\n ", "\r\n\t", "\\n", "\\,", "\\;", "\\\\", "\\", "--0415", "19850412", "农历", "\u{301}",
        "\u{85}",
        "\u{0}", "\u{feff}", "AGENT:\r\n", "KIND:org\r\n", "GENDER:M\r\n", "\"", "^n", "%00",
    ]

    private static let cardExamples = [
        """
        0BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=E4=BC=9F;;;\r
        TEL;CELL;PREF:138 0013 8000\r\nNOTE;QUOTED-PRINTABLE:a=0D=0Ab=\r\nc\r
        PHOTO;ENCODING=BASE64;TYPE=JPEG:\r\n /9j/4AAQ\r\n\r\nEND:VCARD\r\n
        """,
        """
        1BEGIN:VCARD\r\nVERSION:3.0\r\nN:Li;Bo;;;\r\nFN:Bo Li\r\nORG:Acme\\, SA;Sales\r\nitem1.TEL;type=CELL:+1 780 428 9482\r
        item1.X-ABLabel:Reception\r\nADR;TYPE=WORK:;;1 Rue\\nB;Lyon;;69001;FR\r\nIMPP;X-SERVICE-TYPE=QQ:x-apple:12\r
        BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-15\r\nCATEGORIES:a,b\r\nREV:2026-11-29T12:00:00Z\r\nUID:x\r\nEND:VCARD\r\n
        """,
        """
        2BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:org\r\nFN:蓝港贸易\r\nTEL;VALUE=uri;PREF=1;TYPE="work,voice":tel:+86-21-62345678;ext=801\r
        EMAIL;PREF=2:a@b.cn\r\nEMAIL;PREF=1:c@d.cn\r\nANNIVERSARY:--0415\r\nBDAY;VALUE=text:circa 1800\r\nURL:https://a.b/c;d,e\r
        NOTE:one\\ntwo \r\n three\r\nLANG:zh\r\nMEMBER:urn:uuid:x\r\nGENDER:F\r\nROLE:r\r\nTITLE:t\r\nNICKNAME:n,m\r\nEND:VCARD\r\n
        """,
        "8BEGIN:VCARD\r\nFN:x\r\nAGENT:\r\nBEGIN:VCARD\r\nFN:y\r\nEND:VCARD\r\nEND:VCARD\r\n",
    ]

    private static let calendarWords = [
        "BEGIN:VCALENDAR\r\n", "END:VCALENDAR\r\n", "BEGIN:VEVENT\r\n", "END:VEVENT\r\n", "BEGIN:VTODO\r\n",
        "END:VTODO\r\n",
        "BEGIN:VALARM\r\n", "END:VALARM\r\n", "UID:a\r\n", "DTSTART", ";VALUE=DATE:20261129\r\n",
        ";TZID=Asia/Shanghai:",
        ":20261129T120000Z\r\n", ";TZID=\"^n^'\"", "DUE", "DTEND", "DURATION:", "P1D", "-PT15M", "P9999999999W",
        "TRIGGER:",
        "RRULE:FREQ=YEARLY\r\n", "STATUS:", "COMPLETED", "NEEDS-ACTION", "PRIORITY:", "SUMMARY:", "DESCRIPTION:", "\\n",
        "\\,",
        "\\", "\r\n ", "\r", "\u{301}", "\u{85}", "\u{0}", "SEQUENCE:2147483647\r\n", "DTSTAMP",
        "TRANSP:TRANSPARENT\r\n",
        "00010101T000000+2359", "99991231T235959-0100", "CATEGORIES:",
    ]

    private static let calendarExamples = [
        """
        0BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:a\r\nDTSTAMP:20261129T120000Z\r\nDUE;VALUE=DATE:20261201\r
        SUMMARY:回电\\, 王伟\r\nSTATUS:IN-PROCESS\r\nPRIORITY:1\r\nSEQUENCE:3\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r
        TRIGGER:-PT15M\r\nDESCRIPTION:x\r\nEND:VALARM\r\nEND:VTODO\r\nEND:VCALENDAR\r\n
        """,
        """
        1BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:b\r
        DTSTART;TZID=Asia/Shanghai:20261129T090000\r\nDURATION:PT1H\r\nSUMMARY:Visit\r\nDESCRIPTION:one\\n\r\n two\r
        LOCATION:上海\r\nCATEGORIES:a,b\r\nRRULE:FREQ=YEARLY\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n
        """,
        "8BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:b\r\nEND:VEVENT\r\n",
    ]
}
