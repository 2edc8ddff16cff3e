import WaybookModel

extension Texts {
    /// Erasing people, and handing out what is held about one.
    package enum Privacy {
        // MARK: Asking

        package static func eraseWhat(kind: String, name: String, kinds: [String]) -> LocalizedText {
            LocalizedText(
                en: """
                    This erases \(kind) \(name) on the server and on every laptop\
                    \(kinds.isEmpty ? "" : ", with " + kinds.joined(separator: ", ")). It cannot be undone.
                    """,
                zh: """
                    此操作将在服务器和所有设备上彻底删除\(kind) \(name)\
                    \(kinds.isEmpty ? "" : "及其 " + kinds.joined(separator: "、"))，且无法撤销。
                    """
            )
        }

        package static var typeTheName: LocalizedText {
            LocalizedText(en: "Type the name to go on:", zh: "请输入名称以继续：")
        }

        package static var typeTheID: LocalizedText {
            LocalizedText(en: "Type the ID to go on:", zh: "请输入编号以继续：")
        }

        package static var notConfirmed: LocalizedText {
            LocalizedText(en: "Nothing was erased: it was not confirmed.", zh: "未彻底删除任何内容：未经确认。")
        }

        package static var notConfirmedHint: LocalizedText {
            LocalizedText(
                en: "Without a terminal, confirm with --yes.",
                zh: "没有终端时，请用 --yes 确认。"
            )
        }

        package static var organisationNeedsFlag: LocalizedText {
            LocalizedText(
                en: """
                    This customer is an organisation: to erase all of it, say --organization; to erase one person there, \
                    erase the contact.
                    """,
                zh: "此客户是单位：要彻底删除整个单位，请加 --organization；只彻底删除其中一人时，请彻底删除该联系人。"
            )
        }

        package static func requested(kind: String, name: String) -> LocalizedText {
            LocalizedText(
                en: "Asked to erase \(kind) \(name); the server does it with the next sync.",
                zh: "已申请彻底删除\(kind) \(name)；服务器将在下次同步时执行。"
            )
        }

        package static func alreadyErased(name: String) -> LocalizedText {
            LocalizedText(en: "\(name) has been erased already.", zh: "\(name) 此前已被彻底删除。")
        }

        // MARK: What was erased

        package static var erased: LocalizedText { LocalizedText(en: "Erased", zh: "已彻底删除") }
        package static var requestedHere: LocalizedText {
            LocalizedText(en: "Erasure requested, waiting for the next sync", zh: "已申请彻底删除，等待下次同步")
        }

        package static var isErased: LocalizedText {
            LocalizedText(
                en: "This person has been erased: nothing is written about them any more.",
                zh: "此人的信息已被彻底删除：不能再写入任何相关内容。"
            )
        }

        package static func shredded(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    \(count, one: "change that you made was", other: "changes that you made were") about somebody who has \
                    been erased: this laptop no longer has what you wrote; anything else in it is in “waybook rejected list”.
                    """,
                zh: "您的 \(count) 组修改涉及已被彻底删除的人：本机不再保留所写内容；其中涉及其他对象的部分见 waybook rejected list。"
            )
        }

        package static func logErased(count: Int) -> LocalizedText {
            LocalizedText(
                en: "\(count, one: "record of somebody was", other: "records of people were") erased for good",
                zh: "\(count) 条个人信息记录被永久彻底删除"
            )
        }

        package static func logShredded(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    \(count, one: "change set", other: "change sets") of this laptop about somebody who has been erased: gone
                    """,
                zh: "本机 \(count) 组涉及已被彻底删除者的修改：已清除"
            )
        }

        package static var reasonErased: LocalizedText {
            LocalizedText(en: "a part of it was about somebody who has been erased", zh: "其中一部分涉及已被彻底删除的人")
        }

        package static func mayErase(who: String) -> LocalizedText {
            LocalizedText(en: "\(who) may erase people.", zh: "\(who)可以彻底删除个人信息。")
        }

        package static func reason(_ reason: ErasureReason) -> LocalizedText {
            switch reason {
            case .request: LocalizedText(en: "the person asked for it", zh: "本人要求")
            case .consent: LocalizedText(en: "consent withdrawn", zh: "撤回同意")
            case .purpose: LocalizedText(en: "no longer needed", zh: "不再需要")
            case .unlawful: LocalizedText(en: "should not have been held", zh: "本不应持有")
            case .other: LocalizedText(en: "another reason", zh: "其他原因")
            }
        }

        package static func reasonUnknown(words: [String]) -> LocalizedText {
            LocalizedText(
                en: "Say why with one of these words: \(words, separator: ", ").",
                zh: "请用以下词之一说明原因：\(words, separator: "、")。"
            )
        }

        // MARK: The server's commands

        package static func done(id: String, records: Int, laptops: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    Erased \(id): \(records, one: "record", other: "records"), held on \
                    \(laptops, one: "laptop", other: "laptops"). “waybook-server erasures show \(id)” tells which have \
                    confirmed. Backups that were made before still hold it.
                    """,
                zh: """
                    已彻底删除 \(id)：\(records) 条记录，\(laptops) 台设备持有。各设备是否已确认，见 waybook-server erasures show \(id)。\
                    此前的备份中仍有这些内容。
                    """
            )
        }

        package static func wasDone(id: String) -> LocalizedText {
            LocalizedText(en: "\(id) has been erased already.", zh: "\(id) 此前已被彻底删除。")
        }

        package static func recordUnknown(id: String) -> LocalizedText {
            LocalizedText(en: "There is no record with the ID \(id).", zh: "没有编号为 \(id) 的记录。")
        }

        package static func notErasable(kind: String) -> LocalizedText {
            LocalizedText(en: "Records of the kind “\(kind)” are not erased.", zh: "“\(kind)”类记录不能彻底删除。")
        }

        package static var none: LocalizedText { LocalizedText(en: "Nobody was erased.", zh: "没有彻底删除记录。") }
        package static var reasonHeading: LocalizedText { LocalizedText(en: "Reason", zh: "原因") }
        package static var records: LocalizedText { LocalizedText(en: "Records", zh: "记录数") }
        package static var outstanding: LocalizedText { LocalizedText(en: "Outstanding", zh: "待确认") }
        package static var serverFree: LocalizedText { LocalizedText(en: "Server free of it", zh: "服务器已清除") }
        package static var confirmedAt: LocalizedText { LocalizedText(en: "Confirmed", zh: "确认时间") }

        package static func exported(records: Int, path: String) -> LocalizedText {
            LocalizedText(
                en: """
                    Wrote everything that is held here about this person, \(records, one: "record", other: "records"), to \
                    \(path). The file is readable by you alone: hand it over by a safe way, then delete it.
                    """,
                zh: "已将此处持有的该人全部信息（\(records) 条记录）写入 \(path)。该文件仅您可读：请以安全方式交付，随后删除。"
            )
        }

        package static var exportIsPart: LocalizedText {
            LocalizedText(
                en: "A laptop knows its own part only; “waybook-server export” knows all, and who holds it.",
                zh: "设备只掌握其自身部分；waybook-server export 掌握全部内容及持有者。"
            )
        }
    }
}

extension Texts.Help {
    package static func erase(kind: String) -> LocalizedText {
        LocalizedText(
            en: "Ask the server to erase a \(kind) for good, everywhere.",
            zh: "申请由服务器在所有地方永久彻底删除\(kind)。"
        )
    }

    package static var eraseMore: LocalizedText {
        LocalizedText(
            en: """
                For administrators. With the next sync the server shreds names, numbers, addresses, notes, history and \
                conflicts; each laptop does so when it next syncs. Numbers, amounts and dates of purchases stay. Deleting \
                is not erasing: what is deleted can be restored.
                """,
            zh: "仅限管理员。下次同步时，服务器清除姓名、电话、地址、备注、历史和冲突；每台设备在其下次同步时清除。购买记录的单号、金额和日期保留。删除不是彻底删除：删除的内容可以恢复。"
        )
    }

    package static func exportPerson(kind: String) -> LocalizedText {
        LocalizedText(
            en: "Write everything that this laptop holds about a \(kind) to one JSON file.",
            zh: "将本机持有的关于\(kind)的全部信息写入一个 JSON 文件。"
        )
    }

    package static var serverErase: LocalizedText {
        LocalizedText(en: "Erase a person for good, on the server and on every laptop.", zh: "在服务器和所有设备上永久彻底删除一个人。")
    }

    package static var serverErasures: LocalizedText {
        LocalizedText(en: "See who was erased, and which laptops have confirmed it.", zh: "查看彻底删除记录及各设备的确认情况。")
    }

    package static var serverErasuresList: LocalizedText {
        LocalizedText(en: "List erasures, the latest first.", zh: "列出彻底删除记录，最新的在前。")
    }

    package static var serverErasuresShow: LocalizedText {
        LocalizedText(en: "Show the receipts of one erasure.", zh: "显示一次彻底删除的回执。")
    }

    package static var serverExport: LocalizedText {
        LocalizedText(
            en: "Write everything that is held about one person, and who holds it, to one JSON file.",
            zh: "将关于一个人的全部信息及持有者写入一个 JSON 文件。"
        )
    }
}

extension Texts.HelpOptions {
    package static var erasureReason: LocalizedText {
        LocalizedText(
            en: "Why: request, consent, purpose, unlawful or other. No names: the word is kept.",
            zh: "原因：request、consent、purpose、unlawful 或 other。不要写姓名：此词会保留。"
        )
    }

    package static var yes: LocalizedText {
        LocalizedText(en: "Do not ask to confirm.", zh: "不再询问确认。")
    }

    package static var wholeOrganization: LocalizedText {
        LocalizedText(en: "Erase an organisation with all its contacts.", zh: "彻底删除整个单位及其全部联系人。")
    }

    package static var personFile: LocalizedText {
        LocalizedText(en: "The file to write; one that is there is not overwritten.", zh: "要写入的文件；不会覆盖已有文件。")
    }

    package static var recordID: LocalizedText {
        LocalizedText(en: "The ID of a customer or a contact.", zh: "客户或联系人的编号。")
    }
}
