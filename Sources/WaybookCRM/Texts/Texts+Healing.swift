import WaybookModel

extension Texts {
    /// What is back of what a server lost that was put back.
    package enum Healing {
        package static var neverPutBack: LocalizedText {
            LocalizedText(en: "This server was never put back to an earlier state.", zh: "此服务器从未恢复到较早的状态。")
        }

        package static func putBack(time: String, timeline: Int, fork: Int, parent: Int) -> LocalizedText {
            LocalizedText(
                en: "Put back at \(time): timeline \(timeline), after commit \(fork) of timeline \(parent).",
                zh: "恢复时间：\(time)；时间线 \(timeline)，接在时间线 \(parent) 的第 \(fork) 次提交之后。"
            )
        }

        package static func ofKnown(lost: Int, back: Int, asked: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    \(lost, one: "commit", other: "commits") from before it \(lost == 1 ? "is" : "are") known to be lost. \
                    Laptops have brought back \(back, one: "change set", other: "change sets"), \(asked) with a question; \
                    the rest were the server's own, or nobody has brought them.
                    """,
                zh: """
                    已知丢失此前的 \(lost) 次提交。各设备已送回 \(back) 组修改，其中 \(asked) 组需要确认；其余是服务器自身的提交，或尚无设备送回。
                    """
            )
        }

        package static func ofUnknown(back: Int, asked: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    Nobody knows how many commits were lost. Laptops have brought back \
                    \(back, one: "change set", other: "change sets"), \(asked) with a question.
                    """,
                zh: "丢失的提交数不详。各设备已送回 \(back) 组修改，其中 \(asked) 组需要确认。"
            )
        }

        package static func nobodyHas(sets: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    \(sets, one: "change set", other: "change sets") that the server lacks \(sets == 1 ? "is" : "are") no \
                    longer on the laptops that had sent them.
                    """,
                zh: "服务器缺少的 \(sets) 组修改，发送它们的设备也已不再保存。"
            )
        }

        package static var allCame: LocalizedText {
            LocalizedText(
                en: "All laptops that may come have come.",
                zh: "所有可以同步的设备都已同步。"
            )
        }

        package static func notAllCame(count: Int) -> LocalizedText {
            LocalizedText(
                en: "\(count, one: "laptop has", other: "laptops have") not come, or not sent everything yet.",
                zh: "还有 \(count) 台设备尚未同步，或尚未全部送回。"
            )
        }

        package static var onlyOthers: LocalizedText {
            LocalizedText(
                en: """
                    What was lost and whose author's laptop does not come is not named here, though others may have read \
                    it: they drop it at their next sync.
                    """,
                zh: "如果作者的设备不再同步，其丢失的内容不会在此列出；即使其他人读过，他们的设备也会在下次同步时移除这些内容。"
            )
        }

        package static func awaitedRecords(count: Int) -> LocalizedText {
            LocalizedText(
                en: "Change sets wait for \(count, one: "record that is", other: "records that are") not back:",
                zh: "有修改在等待 \(count) 条尚未恢复的记录："
            )
        }

        // MARK: Headings

        package static var back: LocalizedText { LocalizedText(en: "Back", zh: "已恢复") }
        package static var asked: LocalizedText { LocalizedText(en: "Asked", zh: "待确认") }
        package static var waiting: LocalizedText { LocalizedText(en: "Waiting", zh: "等待中") }
        package static var handed: LocalizedText { LocalizedText(en: "Handed over", zh: "已移交") }
        package static var refused: LocalizedText { LocalizedText(en: "Refused", zh: "已拒绝") }
        package static var gone: LocalizedText { LocalizedText(en: "No longer kept", zh: "不再保存") }
        package static var sets: LocalizedText { LocalizedText(en: "Change sets", zh: "修改组数") }
        package static var devices: LocalizedText { LocalizedText(en: "Devices", zh: "设备数") }

        // MARK: States of a device

        package static var unaffected: LocalizedText { LocalizedText(en: "nothing lost", zh: "未受影响") }
        package static var healed: LocalizedText { LocalizedText(en: "all sent again", zh: "已全部送回") }
        package static var underWay: LocalizedText { LocalizedText(en: "under way", zh: "进行中") }
        package static var notSeen: LocalizedText { LocalizedText(en: "not seen yet", zh: "尚未同步") }
        package static var cutOff: LocalizedText { LocalizedText(en: "cut off", zh: "已停用") }
    }
}

extension Texts.Help {
    package static var serverHealing: LocalizedText {
        LocalizedText(
            en: "See what the laptops have brought back since the server was put back.",
            zh: "查看服务器恢复后各设备送回的内容。"
        )
    }

    package static var serverHealingDetails: LocalizedText {
        LocalizedText(
            en: """
                For each laptop of before the restore: how far it has come, how many of its change sets are back, raised a \
                question, wait for a record that is not back, were handed over for somebody to decide or refused, and how \
                many it had sent and no longer has.
                """,
            zh: "列出恢复之前的每台设备：进展如何，有多少组修改已恢复、需要确认、在等待尚未恢复的记录、已移交待定或被拒绝，以及曾发送但不再保存的组数。"
        )
    }
}
