import WaybookModel

/// Writes cards that other programs read: version 4.0 (RFC 6350), 3.0 (RFC 2426) or 2.1, in UTF-8 with CR LF.
///
/// What a version has no property for goes under the name that address books have agreed on (`X-ABShowAs`,
/// `X-ADDRESSBOOKSERVER-KIND`, `X-GENDER`). Whatever a text holds, it stays within its value: control characters are left out,
/// the rest is escaped. ``VCardReader`` reads the same card again, in every version. Linear in the card's size.
public struct VCardWriter: Sendable {
    public let version: VCardVersion

    public init(version: VCardVersion = .v4) { self.version = version }

    /// The card's bytes, from `BEGIN:VCARD` to the end of the last line.
    public func bytes(_ card: VCard) -> [UInt8] {
        var lines = CardLines(version)
        lines.plain("BEGIN:VCARD")
        lines.plain("VERSION:\(version.rawValue)")
        kind(card, &lines)
        names(card, &lines)
        ways(card, &lines)
        about(card, &lines)
        lines.plain("END:VCARD")
        return lines.bytes
    }

    private func kind(_ card: VCard, _ lines: inout CardLines) {
        switch (card.kind, version) {
        case (.individual, _): break
        case (.organization, .v4): lines.plain("KIND:org")
        case (.organization, _): lines.plain("X-ABShowAs:COMPANY")
        case (.group, .v4): lines.plain("KIND:group")
        case (.group, _): lines.plain("X-ADDRESSBOOKSERVER-KIND:group")
        }
    }

    private func names(_ card: VCard, _ lines: inout CardLines) {
        lines.text("FN", card.formattedName)
        if let name = card.name {
            lines.structured("N", name.components)
        } else if version != .v4 {
            // These versions demand it. Which part is which nobody knows.
            lines.structured("N", ["", card.formattedName, "", "", ""])
        }
        lines.list(version == .v2 ? "X-NICKNAME" : "NICKNAME", card.nicknames)
        if !card.organization.isEmpty { lines.structured("ORG", card.organization) }
        lines.text("TITLE", card.title)
        lines.text("ROLE", card.role)
        if let sex = card.sex { lines.plain(named("GENDER", since: .v4) + ":" + sex.rawValue) }
    }

    private func ways(_ card: VCard, _ lines: inout CardLines) {
        for phone in card.phones {
            let types = phone.kinds.map(\.rawValue).sorted()
            // The version that has URIs of numbers; a text where the number is of no whole world.
            let uri = version == .v4 ? phone.uri : nil
            let header = (uri == nil ? "TEL" : "TEL;VALUE=uri") + lines.types(types, isPreferred: phone.isPreferred)
            lines.labelled(phone.label) { group, lines in
                if let uri { lines.plain(group + header + ":" + uri) } else { lines.text(group + header, phone.text) }
            }
        }
        for email in card.emails {
            let types = (version == .v2 ? ["internet"] : []) + email.places.map(\.rawValue).sorted()
            let header = "EMAIL" + lines.types(types, isPreferred: email.isPreferred)
            lines.labelled(email.label) { group, lines in lines.text(group + header, email.address) }
        }
        for address in card.addresses {
            let types = lines.types(address.places.map(\.rawValue).sorted(), isPreferred: address.isPreferred)
            lines.structured("ADR" + types, address.components)
        }
        for messenger in card.messengers {
            let uri = messenger.service + ":" + PercentText.encoded(messenger.handle)
            lines.plain((version == .v2 ? "X-IMPP" : "IMPP") + ":" + uri)
        }
        for url in card.urls { lines.text("URL", url, isURI: true) }
    }

    private func about(_ card: VCard, _ lines: inout CardLines) {
        date("BDAY", card.birthday, &lines)
        date(named("ANNIVERSARY", since: .v4), card.anniversary, &lines)
        lines.text("NOTE", card.note)
        lines.list(version == .v2 ? "X-CATEGORIES" : "CATEGORIES", card.categories)
        lines.text(named("LANG", since: .v4), card.language)
        for member in card.members {
            lines.text(version == .v4 ? "MEMBER" : "X-ADDRESSBOOKSERVER-MEMBER", member, isURI: true)
        }
        if let uid = card.uid {
            // A URI unless it says otherwise. One with signs that others take for separators is written as a text.
            let isURI =
                CardServices.parted(uid).scheme != nil && !uid.utf8.contains { [0x2C, 0x3B, 0x5C].contains($0) }
            lines.text(version == .v4 && !isURI ? "UID;VALUE=text" : "UID", uid)
        }
        if let revision = card.revision {
            let wall = WallTime(revision, offsetSeconds: 0)
            let text = version == .v4 ? BasicTime.text(wall) : "\(wall.date)T\(wall.clock(seconds: true))"
            lines.plain("REV:\(text)Z")
        }
    }

    private func date(_ name: String, _ date: CardDate?, _ lines: inout CardLines) {
        guard let date else { return }
        switch date {
        case .text(let text): lines.text("\(name);VALUE=text", text)
        case .date: if let digits = date.digits(isExtended: version != .v4) { lines.plain("\(name):\(digits)") }
        }
    }

    /// The name of a property that this version may not have.
    private func named(_ name: String, since first: VCardVersion) -> String {
        version.rawValue < first.rawValue ? "X-" + name : name
    }
}

/// The lines of a card that is written.
struct CardLines {
    private let version: VCardVersion
    private var writer = ContentWriter()
    private var labels = 0

    init(_ version: VCardVersion) { self.version = version }

    var bytes: [UInt8] { writer.bytes }

    /// A line that needs no escapes, in ASCII.
    mutating func plain(_ line: String) { writer.line(line, []) }

    /// A text; nothing where there is none.
    mutating func text(_ header: String, _ text: String?, isURI: Bool = false) {
        guard let text, !text.isEmpty else { return }
        value(header, ContentText.escaped(text, version.escapes, isURI: isURI))
    }

    mutating func list(_ header: String, _ texts: [String]) {
        guard !texts.isEmpty else { return }
        joined(header, texts, Ascii.comma)
    }

    mutating func structured(_ header: String, _ texts: [String]) { joined(header, texts, Ascii.semicolon) }

    private mutating func joined(_ header: String, _ texts: [String], _ separator: UInt8) {
        let parts = texts.map { ContentText.escaped($0, version.escapes) }
        value(header, Array(parts.joined(separator: [separator])))
    }

    private mutating func value(_ header: String, _ bytes: [UInt8]) {
        guard version == .v2 else { return writer.line(header + ":", bytes) }
        let isPlain = bytes.allSatisfy { (0x20...0x7E).contains($0) }
        let isASCII = bytes.allSatisfy { $0 < 0x80 }
        guard !isPlain || header.utf8.count + 1 + bytes.count > ContentWriter.lineOctets else {
            return writer.line(header + ":", bytes)
        }
        // Lines are broken by CR LF in quoted-printable.
        let broken = bytes.flatMap { $0 == Ascii.lineFeed ? [Ascii.carriageReturn, $0] : [$0] }
        let charset = isASCII ? "" : ";CHARSET=UTF-8"
        writer.append(QuotedPrintable.lines("\(header)\(charset);ENCODING=QUOTED-PRINTABLE:", broken))
    }

    /// The parameters for types and preference.
    func types(_ types: [String], isPreferred: Bool) -> String {
        switch version {
        case .v2: return (types + (isPreferred ? ["pref"] : [])).map { ";" + $0.uppercased() }.joined()
        case .v3:
            let all = types + (isPreferred ? ["pref"] : [])
            return all.isEmpty ? "" : ";TYPE=" + all.joined(separator: ",")
        case .v4:
            let list =
                types.isEmpty
                ? "" : types.count == 1 ? ";TYPE=\(types[0])" : ";TYPE=\"\(types.joined(separator: ","))\""
            return list + (isPreferred ? ";PREF=1" : "")
        }
    }

    /// Writes a line, in a group with its label where it has one.
    mutating func labelled(_ label: String?, _ line: (String, inout CardLines) -> Void) {
        guard let label, !label.isEmpty else { return line("", &self) }
        labels += 1
        line("item\(labels).", &self)
        text("item\(labels).X-ABLabel", label)
    }
}
