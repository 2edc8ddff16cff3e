import WaybookModel

extension Texts {
    /// Devices, in lists of both programs and in the commands of a person about their own.
    package enum Devices {
        package static var lastSync: LocalizedText { LocalizedText(en: "Last sync", zh: "最近同步") }
        package static var unsent: LocalizedText { LocalizedText(en: "Unsent", zh: "未发送") }
        package static var conflicts: LocalizedText { LocalizedText(en: "Conflicts", zh: "冲突") }
        package static var version: LocalizedText { LocalizedText(en: "Version", zh: "版本") }
        package static var clock: LocalizedText { LocalizedText(en: "Clock", zh: "时钟") }
        package static var stale: LocalizedText { LocalizedText(en: "stale", zh: "长期未同步") }
        package static var expired: LocalizedText { LocalizedText(en: "to sign in again", zh: "须重新登录") }
        package static var wipesAfterUpload: LocalizedText {
            LocalizedText(en: "wipes after a last upload", zh: "最后上传后擦除")
        }
        package static var thisOne: LocalizedText { LocalizedText(en: "this one", zh: "本机") }

        package static func unsentSince(count: Int, age: String) -> LocalizedText {
            LocalizedText(en: "\(count), since \(age)", zh: "\(count)，始于\(age)")
        }

        package static func revoked(device: String) -> LocalizedText {
            LocalizedText(
                en: "Revoked “\(device)”: it no longer reaches the server.",
                zh: "已撤销“\(device)”：它不能再连接服务器。"
            )
        }

        package static var reallyWipeThis: LocalizedText {
            LocalizedText(
                en: "This is the laptop in your hand: everything that Waybook holds on it goes. Wipe it? [y/N]",
                zh: "这是您正在使用的设备：Waybook 在本机的全部数据都将删除。要清除吗？[y/N]"
            )
        }

        package static var wipeThisNeedsYes: LocalizedText {
            LocalizedText(
                en: "This is the laptop in your hand; confirm with --yes.",
                zh: "这是您正在使用的设备；请用 --yes 确认。"
            )
        }

        package static var notWiped: LocalizedText {
            LocalizedText(en: "Nothing was wiped.", zh: "未清除任何数据。")
        }

        package static func wipesAtOnce(device: String) -> LocalizedText {
            LocalizedText(
                en: "Revoked “\(device)”; it deletes its copy when it next connects, what is unsent on it included.",
                zh: "已撤销“\(device)”；它下次连接时会删除本地数据，包括未发送的内容。"
            )
        }

        package static func wipesLater(device: String) -> LocalizedText {
            LocalizedText(
                en: "When it next connects, “\(device)” sends what is unsent on it, then deletes its copy.",
                zh: "“\(device)”下次连接时会先发送未发送的内容，再删除本地数据。"
            )
        }
    }
}

extension Texts.Help {
    package static var device: LocalizedText {
        LocalizedText(
            en: "List, revoke and wipe your own laptops.",
            zh: "列出、撤销、擦除自己的设备。"
        )
    }

    package static var deviceList: LocalizedText {
        LocalizedText(
            en: "List your laptops.",
            zh: "列出自己的设备。"
        )
    }

    package static var deviceRevoke: LocalizedText {
        LocalizedText(
            en: "Cut one of your laptops off; its copy stays on it.",
            zh: "撤销自己的一台设备；其本地数据保留。"
        )
    }

    package static var deviceWipe: LocalizedText {
        LocalizedText(
            en: "Have one of your laptops delete its copy when it next connects.",
            zh: "让自己的一台设备在下次连接时删除本地数据。"
        )
    }
}

extension Texts.Server {
    package static func deviceLastUploadOrdered(device: String, email: String) -> LocalizedText {
        LocalizedText(
            en:
                "When it next connects, the laptop “\(device)” of \(email) sends what is unsent, then deletes its copy.",
            zh: "\(email) 的设备“\(device)”下次连接时会先发送未发送的内容，再删除本地数据。"
        )
    }

    package static var afterUploadNeedsWipe: LocalizedText {
        LocalizedText(
            en: "--after-upload goes with --wipe.",
            zh: "--after-upload 须与 --wipe 同用。"
        )
    }
}

extension Texts.HelpOptions {
    package static var ownDevice: LocalizedText {
        LocalizedText(
            en: "The number of the laptop in “waybook device list”.",
            zh: "waybook device list 中的设备编号。"
        )
    }

    package static var afterUpload: LocalizedText {
        LocalizedText(
            en: "Let the laptop send what is unsent first.",
            zh: "先让设备发送未发送的内容。"
        )
    }

    package static var wipeAfterUpload: LocalizedText {
        LocalizedText(
            en: "With --wipe: let the laptop send what is unsent first.",
            zh: "与 --wipe 同用：先让设备发送未发送的内容。"
        )
    }
}
