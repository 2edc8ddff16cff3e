/// Accounts at services of messages that cards before 4.0 have properties of their own for, and their URIs.
enum CardServices {
    private static let properties = [
        "X-QQ": "qq", "X-TENCENT": "qq", "X-WECHAT": "wechat", "X-WEIXIN": "wechat", "X-AIM": "aim", "X-ICQ": "icq",
        "X-JABBER": "xmpp", "X-GTALK": "xmpp", "X-GOOGLE-TALK": "xmpp", "X-MSN": "msn", "X-SKYPE": "skype",
        "X-SKYPE-USERNAME": "skype", "X-YAHOO": "ymsgr", "X-WEIBO": "weibo", "X-TWITTER": "twitter",
    ]

    /// The service of a property's name in capitals; nil for other properties.
    static func service(of property: String) -> String? { properties[property] }

    /// Scheme in small letters and the rest of a URI; no scheme where the text is none.
    static func parted(_ text: String) -> (scheme: String?, rest: String) {
        let bytes = Array(text.utf8)
        guard let colon = bytes.firstIndex(of: Ascii.colon), colon > 0 else { return (nil, text) }
        let scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
        guard CardMessenger.scheme(scheme) != CardMessenger.anyService || scheme == CardMessenger.anyService else {
            return (nil, text)
        }
        return (scheme, String(decoding: bytes[(colon + 1)...], as: UTF8.self))
    }
}

/// What address books call numbers and addresses (`X-ABLabel`).
enum CardLabels {
    /// The types that a label stands for; none where it is somebody's own.
    static func types(of label: String) -> [String] {
        let folded = label.lowercased()
        let bare =
            folded.hasPrefix("_$!<") && folded.hasSuffix(">!$_") ? String(folded.dropFirst(4).dropLast(4)) : folded
        switch bare {
        case "mobile", "cell", "iphone", "手机", "移动电话": return ["cell"]
        case "work", "工作", "单位", "公司": return ["work"]
        case "home", "住宅", "家", "家庭": return ["home"]
        case "workfax", "工作传真", "单位传真": return ["work", "fax"]
        case "homefax", "住宅传真": return ["home", "fax"]
        case "fax", "otherfax", "传真": return ["fax"]
        case "pager", "传呼机": return ["pager"]
        case "main", "other", "其他", "主要": return ["voice"]
        default: return []
        }
    }

    /// A type under its usual name.
    static func type(_ name: String) -> String {
        switch name {
        case "iphone", "mobile": "cell"
        case "business": "work"
        default: name
        }
    }
}
