import WaybookModel

extension Texts {
    /// Work that reached the server after its customer had moved on.
    package enum Handovers {
        package static var empty: LocalizedText {
            LocalizedText(
                en: "Nothing waits for a decision.",
                zh: "没有待处理的移交内容。"
            )
        }

        package static func howToGoOn(id: String) -> LocalizedText {
            LocalizedText(
                en: "Take it over with “waybook handover take \(id)”, or drop it with “waybook handover drop \(id)”.",
                zh: "用 waybook handover take \(id) 采纳，或用 waybook handover drop \(id) 放弃。"
            )
        }

        package static func howToMakeAnew(id: String) -> LocalizedText {
            LocalizedText(
                en: """
                    What it is about was deleted for good. Make it anew with “waybook handover take \(id)”, adding what it \
                    lacks with --set field=value, or drop it with “waybook handover drop \(id)”.
                    """,
                zh: """
                    所涉记录已被彻底移除。用 waybook handover take \(id) 重新建立（用 --set 字段=值 补全所缺内容），\
                    或用 waybook handover drop \(id) 放弃。
                    """
            )
        }

        package static func incomplete(fields: [String]) -> LocalizedText {
            LocalizedText(
                en: "The record was deleted for good; to make it anew, this is missing: \(fields, separator: ", ").",
                zh: "所涉记录已被彻底移除；重新建立还缺：\(fields, separator: "、")。"
            )
        }

        package static func incompleteHint(command: String) -> LocalizedText {
            LocalizedText(en: "Use “\(command)”.", zh: "请运行 \(command)。")
        }

        package static var nothingMadeAnew: LocalizedText {
            LocalizedText(
                en: "--set is for what is made anew; this is taken over as it was written.",
                zh: "--set 仅用于重新建立的记录；此项按原文采纳。"
            )
        }

        package static func howToDrop(id: String) -> LocalizedText {
            LocalizedText(
                en:
                    "Whoever is responsible for the customer decides; you can drop it with “waybook handover drop \(id)”.",
                zh: "由客户的负责人处理；您可以用 waybook handover drop \(id) 放弃。"
            )
        }

        package static var othersDecide: LocalizedText {
            LocalizedText(
                en: "Whoever is responsible for the customer decides.",
                zh: "由客户的负责人处理。"
            )
        }

        /// - Parameter items: one line each, with the line break before it.
        package static func several(customer: String, count: Int, items: [String]) -> LocalizedText {
            LocalizedText(
                en: "\(count) items about \(customer) wait; name one by its id:\(items, separator: "")",
                zh: "关于 \(customer) 有 \(count) 项待处理，请用编号指定：\(items, separator: "")"
            )
        }

        package static var takeFirst: LocalizedText {
            LocalizedText(
                en: "This changes a record that another item adds; take that one over first.",
                zh: "此项修改的记录由另一项添加；请先采纳那一项。"
            )
        }

        package static func takeFirstHint(command: String) -> LocalizedText {
            LocalizedText(en: "Use “\(command)”.", zh: "请运行 \(command)。")
        }

        package static func toDecide(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    \(count, one: "item was", other: "items were") handed over and \(count == 1 ? "waits" : "wait") for \
                    your decision: “waybook handover list”.
                    """,
                zh: "有 \(count) 项移交内容待您处理：waybook handover list。"
            )
        }

        package static func lateEdits(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    \(count, one: "edit", other: "edits") written by others before your customers came to you \
                    \(count == 1 ? "was" : "were") applied: “waybook handover list --all”.
                    """,
                zh: "他人在客户移交给您之前编写的 \(count) 处修改已生效：waybook handover list --all。"
            )
        }

        package static func decided(id: String, state: String) -> LocalizedText {
            LocalizedText(
                en: "There is nothing to decide about \(id): \(state).",
                zh: "\(id) 无需处理：\(state)。"
            )
        }

        package static func unreadable(id: String) -> LocalizedText {
            LocalizedText(
                en: "What was written in \(id) is not here, or only a newer version of waybook can read it.",
                zh: "\(id) 的内容不在本机，或需更新版本的 waybook 才能读取。"
            )
        }

        package static func notHere(id: String) -> LocalizedText {
            LocalizedText(
                en: "The customer that \(id) is about is not on this laptop: you may not see it.",
                zh: "\(id) 涉及的客户不在本机：您无权查看。"
            )
        }

        package static var notHereHint: LocalizedText {
            LocalizedText(
                en: "Whoever is responsible for it can take it over; you can drop it.",
                zh: "可由其负责人采纳；您也可以放弃。"
            )
        }

        package static func taken(id: String) -> LocalizedText {
            LocalizedText(
                en: "Took over \(id); it will be sent with the next sync.",
                zh: "已采纳 \(id)，将在下次同步时发送。"
            )
        }

        package static func leftOut(fields: [String]) -> LocalizedText {
            LocalizedText(
                en: "Left out, for it would change who sees the customer: \(fields, separator: "; ").",
                zh: "以下内容会改变谁能查看该客户，未采纳：\(fields, separator: "；")。"
            )
        }

        package static func onlyAudience(id: String, fields: [String]) -> LocalizedText {
            LocalizedText(
                en: "\(id) says only who is to see the customer, which is not taken over: \(fields, separator: "; ").",
                zh: "\(id) 仅涉及谁能查看该客户，不能采纳：\(fields, separator: "；")。"
            )
        }

        package static func onlyAudienceHint(id: String) -> LocalizedText {
            LocalizedText(
                en: "Drop it with “waybook handover drop \(id)”; to change the owner, use “waybook customer assign”.",
                zh: "用 waybook handover drop \(id) 放弃；要变更负责人，请用 waybook customer assign。"
            )
        }

        package static func dropped(id: String) -> LocalizedText {
            LocalizedText(
                en: "Dropped \(id).",
                zh: "已放弃 \(id)。"
            )
        }
    }
}
