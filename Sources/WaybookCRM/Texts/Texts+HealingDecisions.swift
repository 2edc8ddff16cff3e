import WaybookModel

/// Deciding about what laptops told of others' lost work, and ending a healing.
extension Texts.Healing {
    // MARK: Deciding

    package static var typeDrop: LocalizedText {
        LocalizedText(en: "These values are then gone for good. Type drop to go on:", zh: "这些值将永久丢失。请输入 drop 以继续：")
    }

    package static var nameSome: LocalizedText {
        LocalizedText(en: "Name records or numbers, or say --all.", zh: "请指定记录或编号，或使用 --all。")
    }

    package static func accepted(standing: Int, retired: Int) -> LocalizedText {
        LocalizedText(
            en: """
                \(standing, one: "value stands", other: "values stand") now; \(retired) \(retired == 1 ? "is" : "are") in \
                the history, for something later stands.
                """,
            zh: "已有 \(standing) 个值生效；另有 \(retired) 个因已有较新的值而仅存入历史。"
        )
    }

    package static func dropped(count: Int) -> LocalizedText {
        LocalizedText(en: "\(count, one: "value is", other: "values are") dropped.", zh: "已放弃 \(count) 个值。")
    }

    package static func notHeld(what: String) -> LocalizedText {
        LocalizedText(en: "No laptop told a value of \(what) that waits.", zh: "没有设备报告过 \(what) 的待定值。")
    }

    package static func contradicted(id: String) -> LocalizedText {
        LocalizedText(
            en: """
                \(id): nothing accepted. Laptops tell different values of one write: see “waybook-server healing show” and name \
                the one that is right by its number.
                """,
            zh: "\(id)：未采纳。对于同一次写入，各设备报告的值不同：请用“waybook-server healing show”查看，并用编号指定正确的值。"
        )
    }

    package static func rootMissing(id: String, root: String) -> LocalizedText {
        LocalizedText(
            en: "\(id): nothing accepted. The customer \(root) is not there: accept it first.",
            zh: "\(id)：未采纳。客户 \(root) 不存在：请先采纳该客户。"
        )
    }

    package static func witnessRefused(id: String, rule: String) -> LocalizedText {
        LocalizedText(
            en: "\(id): nothing accepted. What was told is not a whole or valid record (\(rule)).",
            zh: "\(id)：未采纳。报告的内容不完整或无效（\(rule)）。"
        )
    }

    package static func leftOut(count: Int) -> LocalizedText {
        LocalizedText(
            en: """
                \(count, one: "value says", other: "values say") who answers for a customer that is there, or who sees it: \
                \(count == 1 ? "it waits" : "they wait") as before. Assign or share the customer instead, then drop \
                \(count == 1 ? "it" : "them").
                """,
            zh: "有 \(count) 个值涉及现有客户的负责人或共享对象，未予采纳，仍待决定。请改用分配或共享，然后放弃这些值。"
        )
    }

    package static func decidedSoFar(count: Int) -> LocalizedText {
        LocalizedText(en: "\(count, one: "value", other: "values") so far…", zh: "已处理 \(count) 个值…")
    }

    package static func more(count: Int, after: String) -> LocalizedText {
        LocalizedText(
            en: "\(count, one: "record", other: "records") in all; the next ones: --after \(after)",
            zh: "共 \(count) 条记录；继续查看：--after \(after)"
        )
    }

    package static var late: LocalizedText {
        LocalizedText(en: "(late)", zh: "（迟到）")
    }

    package static var contradictedElsewhere: LocalizedText {
        LocalizedText(en: "(others tell another value)", zh: "（其他设备报告的值不同）")
    }

    package static var otherAccepted: LocalizedText {
        LocalizedText(en: "(another value of this write was accepted)", zh: "（同一次写入的另一个值已被采纳）")
    }

    package static var otherDropped: LocalizedText {
        LocalizedText(en: "(another value of this write was dropped)", zh: "（同一次写入的另一个值已被放弃）")
    }

    // MARK: Ending

    package static var typeClose: LocalizedText {
        LocalizedText(
            en:
                "No laptop is waited for any more, and what waits by itself is left to people. Type close to go on:",
            zh: "将不再等待任何设备，自动等待中的修改将交由人工处理。请输入 close 以继续："
        )
    }

    package static func closed(time: String) -> LocalizedText {
        LocalizedText(
            en: "Ended at \(time): nothing is awaited any more.",
            zh: "已于 \(time) 结束：不再等待任何内容。"
        )
    }

    package static func closedByAge(time: String) -> LocalizedText {
        LocalizedText(
            en: "Ended at \(time), by itself: nothing is awaited any more.",
            zh: "已于 \(time) 自动结束：不再等待任何内容。"
        )
    }

    package static func closedBack(back: Int, asked: Int, missing: Int) -> LocalizedText {
        LocalizedText(
            en: """
                By then \(back, one: "change set was", other: "change sets were") back, \(asked) with a question; \
                \(missing, one: "laptop had", other: "laptops had") not come, or not sent everything.
                """,
            zh: "结束时已恢复 \(back) 组修改，其中 \(asked) 组需要确认；有 \(missing) 台设备尚未同步，或尚未全部送回。"
        )
    }

    package static func closedUndecided(values: Int, records: Int, waiting: Int) -> LocalizedText {
        LocalizedText(
            en: """
                Undecided were \(values, one: "value", other: "values") of \(records, one: "record", other: "records") that only \
                others' laptops hold, and \(waiting, one: "change set", other: "change sets") for records that are not back: \
                the former stay listed, the latter lie in the handover box.
                """,
            zh: """
                尚未决定：仅由其他设备持有的 \(records) 条记录中的 \(values) 个值，以及针对尚未恢复的记录的 \(waiting) 组修改；前者仍在列表中，后者在移交箱中。
                """
        )
    }

    package static func cameLate(devices: Int, values: Int) -> LocalizedText {
        LocalizedText(
            en: """
                Since then \(devices, one: "laptop has", other: "laptops have") come; \(values, one: "value", other: "values") told \
                since \(values == 1 ? "waits" : "wait") for a decision.
                """,
            zh: "此后又有 \(devices) 台设备同步；此后报告的 \(values) 个值待决定。"
        )
    }

    package static func timelineNotPresent(timeline: String) -> LocalizedText {
        LocalizedText(
            en: "There is no healing to end on timeline \(timeline).", zh: "时间线 \(timeline) 上没有可结束的恢复过程。"
        )
    }

    package static var timelineNotPresentHint: LocalizedText {
        LocalizedText(
            en: "“waybook-server healing” names the present timeline; earlier ones ended when it began.",
            zh: "“waybook-server healing”显示当前的时间线；较早的时间线在其开始时已结束。"
        )
    }

    package static func endsAfter(days: Int) -> LocalizedText {
        LocalizedText(
            en: "After a restore laptops are waited for \(days, one: "day", other: "days").",
            zh: "恢复后等待各设备 \(days) 天。"
        )
    }
}
