import WaybookModel

extension Texts {
    /// Listing and resolving conflicts.
    package enum Conflict {
        package static var empty: LocalizedText {
            LocalizedText(
                en: "No conflicts.",
                zh: "没有冲突。"
            )
        }

        package static var current: LocalizedText {
            LocalizedText(
                en: "Current",
                zh: "当前值"
            )
        }

        package static var other: LocalizedText {
            LocalizedText(
                en: "Other",
                zh: "另一值"
            )
        }

        package static var base: LocalizedText {
            LocalizedText(
                en: "Base",
                zh: "原值"
            )
        }

        package static func title(field: String, record: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) of \(record) was changed in two places at once",
                zh: "\(record) 的\(field)在两处同时被修改"
            )
        }

        package static func deletedAndEdited(record: String) -> LocalizedText {
            LocalizedText(
                en: "\(record) was deleted in one place and edited in another; it was kept",
                zh: "\(record) 在一处被删除、在另一处被修改；已保留"
            )
        }

        package static func side(value: String, who: String, device: String, time: String) -> LocalizedText {
            LocalizedText(
                en: "\(value) (\(who), \(device), \(time))",
                zh: "\(value)（\(who)，\(device)，\(time)）"
            )
        }

        package static var baseUnknown: LocalizedText {
            LocalizedText(
                en: "(no longer known)",
                zh: "（已无记录）"
            )
        }

        package static func howToResolve(id: String) -> LocalizedText {
            LocalizedText(
                en: """
                    Decide with “waybook conflict resolve \(id) --take current|other|base”, or give a value \
                    with --value.
                    """,
                zh: "运行 waybook conflict resolve \(id) --take current|other|base 处理，或用 --value 指定新值。"
            )
        }

        package static func resolved(field: String, record: String, value: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) of \(record) is now \(value).",
                zh: "\(record) 的\(field)现为 \(value)。"
            )
        }

        package static func resolvedCount(count: Int) -> LocalizedText {
            LocalizedText(
                en: "Resolved \(count, one: "conflict", other: "conflicts").",
                zh: "已处理 \(count) 处冲突。"
            )
        }

        package static func wouldResolve(field: String, record: String, value: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) of \(record) would be \(value).",
                zh: "\(record) 的\(field)将为 \(value)。"
            )
        }

        package static func reallyResolve(count: Int) -> LocalizedText {
            LocalizedText(
                en: "Resolve \(count, one: "conflict", other: "conflicts")? [y/N]",
                zh: "要处理 \(count) 处冲突吗？[y/N]"
            )
        }

        package static func needsYes(count: Int) -> LocalizedText {
            LocalizedText(
                en: "\(count, one: "conflict", other: "conflicts") would be resolved; confirm with --yes.",
                zh: "将处理 \(count) 处冲突；请用 --yes 确认。"
            )
        }

        package static var nothingResolved: LocalizedText {
            LocalizedText(en: "Nothing was resolved.", zh: "未处理任何冲突。")
        }

        package static func notFound(id: String) -> LocalizedText {
            LocalizedText(
                en: "No open conflict has the id \(id).",
                zh: "没有编号为 \(id) 的未处理冲突。"
            )
        }

        package static func alreadyResolved(id: String, who: String) -> LocalizedText {
            LocalizedText(
                en: "The conflict \(id) was already resolved by \(who).",
                zh: "冲突 \(id) 已由 \(who) 处理。"
            )
        }

        package static func baseMissing(id: String) -> LocalizedText {
            LocalizedText(
                en: """
                    The value before both changes of \(id) is no longer known; take current or other, or give \
                    a value.
                    """,
                zh: "\(id) 两次修改之前的值已无记录；请取 current 或 other，或指定新值。"
            )
        }

        package static var choiceMissing: LocalizedText {
            LocalizedText(
                en: "Say which value holds: --take current, other or base, or --value V.",
                zh: "请指明取哪个值：--take current、other 或 base，或 --value 值。"
            )
        }

        package static var bulkNeedsChoice: LocalizedText {
            LocalizedText(
                en: "Resolving several at once needs --take; --value is for a single conflict.",
                zh: "批量处理须用 --take；--value 只用于单个冲突。"
            )
        }

        package static var idOrWhere: LocalizedText {
            LocalizedText(
                en: "Name one conflict by its id, or several with --where.",
                zh: "请用编号指明一个冲突，或用 --where 指明多个。"
            )
        }
    }
}
