import WaybookModel

// Words that name what commands show.
extension Texts.Words {
    package static var user: LocalizedText {
        LocalizedText(
            en: "user",
            zh: "用户"
        )
    }

    package static var life: LocalizedText {
        LocalizedText(
            en: "Life",
            zh: "存废"
        )
    }

    package static var deleted: LocalizedText {
        LocalizedText(
            en: "deleted",
            zh: "已删除"
        )
    }

    package static var alive: LocalizedText {
        LocalizedText(
            en: "kept",
            zh: "保留"
        )
    }

    package static var theServer: LocalizedText {
        LocalizedText(
            en: "the server",
            zh: "服务器"
        )
    }

    package static func otherDevice(number: Int) -> LocalizedText {
        LocalizedText(
            en: "device \(number)",
            zh: "设备 \(number)"
        )
    }
}
