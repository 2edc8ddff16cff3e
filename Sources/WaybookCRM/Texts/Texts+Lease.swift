import WaybookModel

extension Texts {
    /// The lease: for how long records are shown without the server having been heard.
    package enum Lease {
        package static func ended(days: Int) -> LocalizedText {
            LocalizedText(
                en: "Records are not shown: the server was not heard for \(days, one: "day", other: "days") or longer.",
                zh: "已有 \(days) 天或更久未与服务器联系，暂不显示记录。"
            )
        }

        package static var endedHint: LocalizedText {
            LocalizedText(
                en: """
                    Run “waybook sync”. Until then “add” goes on, and “edit”, “delete”, “restore” and “log” by a record's whole \
                    identity. Nothing is lost: what is unsent is sent then, and “logout --export” saves it.
                    """,
                zh: """
                    请运行 waybook sync。在此之前仍可使用 add，并可用完整的记录编号使用 edit、delete、restore 和 log。\
                    没有丢失任何内容：未发送的修改届时发送，也可用 logout --export 保存。
                    """
            )
        }

        package static func enteringGoesOn(days: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    Nothing is shown: the server was not heard for \(days, one: "day", other: "days") or longer. What you enter is \
                    taken, and sent with the next sync.
                    """,
                zh: "已有 \(days) 天或更久未与服务器联系，不显示任何内容。录入的内容照常保存，下次同步时发送。"
            )
        }

        package static func entered(kind: String, id: String) -> LocalizedText {
            LocalizedText(
                en: "Taken: \(kind) \(id).",
                zh: "已保存：\(kind) \(id)。"
            )
        }

        package static var isDeleted: LocalizedText {
            LocalizedText(
                en: "This, or what it belongs to, was deleted here; nothing was taken.",
                zh: "此记录或其所属记录已删除；未保存。"
            )
        }

        package static var notPermitted: LocalizedText {
            LocalizedText(
                en: "You may not do this; nothing was taken.",
                zh: "您无权进行此操作；未保存。"
            )
        }

        package static func mustBeRead(field: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) cannot be changed so: what is there would have to be read, and nothing is shown now.",
                zh: "\(field)不能这样修改：需要读取已有内容，而目前不显示任何内容。"
            )
        }

        package static var hidden: LocalizedText { LocalizedText(en: "(not shown)", zh: "（不显示）") }

        package static var doesNotFit: LocalizedText {
            LocalizedText(
                en: "This does not fit what is stored here, and was not taken.",
                zh: "与本机已有内容不符，未保存。"
            )
        }

        package static var doesNotFitHint: LocalizedText {
            LocalizedText(
                en: "Why is told once records are shown again: run “waybook sync”, then enter it once more.",
                zh: "恢复显示记录后才会说明原因：请运行 waybook sync，然后重新录入。"
            )
        }

        package static func ending(since: Int, left: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    The server was not heard for \(since, one: "day", other: "days"); in \(left, one: "day", other: "days") \
                    records are no longer shown. Run “waybook sync”.
                    """,
                zh: "已有 \(since) 天未与服务器联系；\(left) 天后将不再显示记录。请运行 waybook sync。"
            )
        }

        package static func set(days: Int) -> LocalizedText {
            LocalizedText(
                en: "Laptops show records for \(days, one: "day", other: "days") without having reached the server.",
                zh: "设备在 \(days) 天内未联系服务器时仍可显示记录。"
            )
        }
    }
}

extension Texts.Help {
    package static var serverSettings: LocalizedText {
        LocalizedText(
            en: "Show and change how the server treats laptops.",
            zh: "查看和更改服务器对设备的设置。"
        )
    }

    package static var serverSettingsLease: LocalizedText {
        LocalizedText(
            en: "Show or set the days that laptops show records without having reached the server.",
            zh: "查看或设置设备未联系服务器时可显示记录的天数。"
        )
    }
}

extension Texts.HelpOptions {
    package static var leaseDays: LocalizedText {
        LocalizedText(
            en: "The days, 1 to 365; 14 unless set otherwise.",
            zh: "天数，1 至 365；默认 14。"
        )
    }
}
