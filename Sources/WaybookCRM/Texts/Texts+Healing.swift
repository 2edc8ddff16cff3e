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

        package static func witnessed(values: Int, records: Int, devices: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    \(devices, one: "laptop tells", other: "laptops tell") \(values, one: "value", other: "values") of \
                    \(records, one: "record", other: "records") that others had written and the server lacks: see \
                    "waybook-server healing list". Nothing of it applies by itself.
                    """,
                zh: """
                    \(devices) 台设备报告了 \(records) 条记录中的 \(values) 个值，由他人写入而服务器缺少：请查看“waybook-server healing list”。这些值不会自动生效。
                    """
            )
        }

        package static func decided(accepted: Int, dropped: Int) -> LocalizedText {
            LocalizedText(
                en: "Of such values \(accepted) \(accepted == 1 ? "was" : "were") accepted and \(dropped) dropped.",
                zh: "此类值中已采纳 \(accepted) 个，已放弃 \(dropped) 个。"
            )
        }

        package static func beyond(values: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    Laptops had \(values, one: "value", other: "values") more than one of them may tell; \
                    \(values == 1 ? "it is" : "they are") not listed.
                    """,
                zh: "另有 \(values) 个值超出单台设备可报告的上限，未列出。"
            )
        }

        package static func nobodys(commits: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    At most \(commits, one: "lost commit", other: "lost commits") nobody had any more, or has told so far: \
                    the server's own are among them.
                    """,
                zh: "最多有 \(commits) 次丢失的提交已无人持有，或尚无设备报告；其中包括服务器自身的提交。"
            )
        }

        package static var nobodysNone: LocalizedText {
            LocalizedText(en: "Of no lost commit it is known that nobody has it.", zh: "未发现无人持有的丢失提交。")
        }

        package static var nobodysUnknown: LocalizedText {
            LocalizedText(
                en: "What nobody had any more cannot be told.",
                zh: "无人持有的内容无法统计。"
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

        package static var kind: LocalizedText { LocalizedText(en: "Kind", zh: "类型") }
        package static var values: LocalizedText { LocalizedText(en: "Values", zh: "值") }
        package static var heldBy: LocalizedText { LocalizedText(en: "Held by", zh: "持有设备") }
        package static var field: LocalizedText { LocalizedText(en: "Field", zh: "字段") }
        package static var lostValue: LocalizedText { LocalizedText(en: "Lost value", zh: "丢失的值") }
        package static var stands: LocalizedText { LocalizedText(en: "Stands now", zh: "当前值") }
        package static var writtenBy: LocalizedText { LocalizedText(en: "Written by", zh: "写入设备") }
        package static var removed: LocalizedText { LocalizedText(en: "(removed)", zh: "（已移除）") }

        package static func later(value: String) -> LocalizedText {
            LocalizedText(en: "\(value) (later)", zh: "\(value)（较新）")
        }

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

    package static var serverHealingReport: LocalizedText {
        LocalizedText(en: "See what is back, and what is not.", zh: "查看哪些内容已恢复，哪些尚未恢复。")
    }

    package static var serverHealingList: LocalizedText {
        LocalizedText(
            en: "List the records of which laptops hold values that others wrote and the server lost.",
            zh: "列出各设备持有、由他人写入而服务器已丢失的值所属的记录。"
        )
    }

    package static var serverHealingShow: LocalizedText {
        LocalizedText(
            en: "See such values of one record beside what stands now.", zh: "查看一条记录的这些值以及当前的值。"
        )
    }

    package static var serverHealingAccept: LocalizedText {
        LocalizedText(en: "Apply such values.", zh: "采纳这些值。")
    }

    package static var serverHealingAcceptDetails: LocalizedText {
        LocalizedText(
            en: """
                A value that is later than what stands takes its place; of any other nothing but the history tells. If its \
                author's laptop comes after all, that brings nothing new.
                """,
            zh: "比当前值新的值会取而代之；否则仅存入历史。如果作者的设备之后同步，不会产生重复。"
        )
    }

    package static var serverHealingListDetails: LocalizedText {
        LocalizedText(
            en: """
                Page by page, in the order of the identities. With --text only records of which a value holds that text: so somebody is \
                found of whom nothing is here but what laptops told.
                """,
            zh: "按标识顺序分页列出。使用 --text 时仅列出其值包含该文本的记录：由此可找到仅由各设备报告过的人。"
        )
    }

    package static var serverHealingClose: LocalizedText {
        LocalizedText(en: "Stop waiting for laptops after a restore.", zh: "恢复后停止等待各设备。")
    }

    package static var serverHealingCloseDetails: LocalizedText {
        LocalizedText(
            en: """
                Change sets that wait for records which are not back wait no more: they lie in the handover box, for people to decide. \
                What only others' laptops hold stays listed. A laptop that comes later is told so; what it brings is taken as before, and \
                marked as late. A healing ends by itself after 35 days (“waybook-server settings healing”).
                """,
            zh: """
                等待尚未恢复的记录的修改将不再等待：它们在移交箱中，由人决定。仅由其他设备持有的值仍在列表中。之后同步的设备会得到通知；其送回的内容照常接收，并标记为迟到。35 天后会自动结束（“waybook-server settings healing”）。
                """
        )
    }

    package static var serverSettingsHealing: LocalizedText {
        LocalizedText(
            en: "See or set for how many days laptops are waited for after a restore.", zh: "查看或设置恢复后等待各设备的天数。"
        )
    }

    package static var serverHealingDrop: LocalizedText {
        LocalizedText(en: "Let go of such values for good.", zh: "永久放弃这些值。")
    }
}

extension Texts.HelpOptions {
    package static var witness: LocalizedText {
        LocalizedText(
            en: "Records by their identity, or single values by their numbers.", zh: "记录的标识，或单个值的编号。"
        )
    }

    package static var witnessLimit: LocalizedText {
        LocalizedText(en: "The most records of a page, up to 1,000.", zh: "每页的最大记录数，上限 1,000。")
    }

    package static var witnessAfter: LocalizedText {
        LocalizedText(en: "Go on behind this record.", zh: "从此记录之后继续。")
    }

    package static var witnessText: LocalizedText {
        LocalizedText(en: "Only records of which a value holds this text.", zh: "仅列出其值包含此文本的记录。")
    }

    package static var timeline: LocalizedText {
        LocalizedText(en: "The timeline, as “waybook-server healing” names it.", zh: "时间线编号，见“waybook-server healing”。")
    }

    package static var healingDays: LocalizedText {
        LocalizedText(en: "Days from 1 to 3,650; without it, what is set is told.", zh: "1 到 3,650 天；省略则显示当前设置。")
    }

    package static var allWitness: LocalizedText {
        LocalizedText(en: "All that wait.", zh: "全部待定值。")
    }
}
