import WaybookModel

extension Texts {
    /// The lines of `waybook status`.
    package enum Status {
        package static var workspace: LocalizedText {
            LocalizedText(
                en: "Workspace",
                zh: "工作区"
            )
        }

        package static var signedInAs: LocalizedText {
            LocalizedText(
                en: "Signed in as",
                zh: "登录用户"
            )
        }

        package static var server: LocalizedText {
            LocalizedText(
                en: "Server",
                zh: "服务器"
            )
        }

        package static var store: LocalizedText {
            LocalizedText(
                en: "Store",
                zh: "数据目录"
            )
        }

        package static var unsent: LocalizedText {
            LocalizedText(
                en: "Unsent",
                zh: "未发送"
            )
        }

        package static var rejected: LocalizedText {
            LocalizedText(
                en: "Rejected",
                zh: "被拒绝"
            )
        }

        package static var conflicts: LocalizedText {
            LocalizedText(
                en: "Conflicts",
                zh: "冲突"
            )
        }

        package static var lastSync: LocalizedText {
            LocalizedText(
                en: "Last sync",
                zh: "上次同步"
            )
        }

        package static var clock: LocalizedText {
            LocalizedText(
                en: "Clock",
                zh: "时钟"
            )
        }

        package static var records: LocalizedText {
            LocalizedText(
                en: "Records",
                zh: "记录"
            )
        }

        package static var searchIndex: LocalizedText {
            LocalizedText(
                en: "Search index",
                zh: "搜索索引"
            )
        }

        package static func unsentSets(count: Int) -> LocalizedText {
            LocalizedText(
                en: "\(count, one: "change set", other: "change sets")",
                zh: "\(count) 组修改"
            )
        }

        package static func completeness(present: Int, total: Int) -> LocalizedText {
            LocalizedText(
                en: "\(present) of \(total)",
                zh: "\(total) 条中的 \(present) 条"
            )
        }

        package static var clockExact: LocalizedText {
            LocalizedText(
                en: "agrees with the server",
                zh: "与服务器一致"
            )
        }

        package static func clockAhead(seconds: Int) -> LocalizedText {
            LocalizedText(
                en: "\(seconds, one: "second", other: "seconds") ahead of the server",
                zh: "比服务器快 \(seconds) 秒"
            )
        }

        package static func clockBehind(seconds: Int) -> LocalizedText {
            LocalizedText(
                en: "\(seconds, one: "second", other: "seconds") behind the server",
                zh: "比服务器慢 \(seconds) 秒"
            )
        }

        package static var clockWarning: LocalizedText {
            LocalizedText(
                en: "The clock of this laptop is wrong. Your changes are safe: the server corrects their times.",
                zh: "本机时钟不准。修改不会丢失：服务器会校正其时间。"
            )
        }

        package static var rejectedHint: LocalizedText {
            LocalizedText(
                en: "See them with “waybook rejected list”.",
                zh: "运行 waybook rejected list 查看。"
            )
        }

        package static var conflictsHint: LocalizedText {
            LocalizedText(
                en: "See them with “waybook conflict list”.",
                zh: "运行 waybook conflict list 查看。"
            )
        }

        package static var allSent: LocalizedText {
            LocalizedText(
                en: "Everything is sent.",
                zh: "全部修改均已发送。"
            )
        }

        package static func recordsNeverSynced(present: Int) -> LocalizedText {
            LocalizedText(
                en: "\(present), not synced yet",
                zh: "\(present) 条，尚未同步"
            )
        }

        package static func recordsUncounted(present: Int) -> LocalizedText {
            LocalizedText(
                en: "\(present)",
                zh: "\(present) 条"
            )
        }

        package static func firstPull(percent: Int) -> LocalizedText {
            LocalizedText(
                en: "incomplete: first pull at \(percent) %",
                zh: "不完整：首次获取已完成 \(percent)%"
            )
        }

        package static func freshPull(percent: Int) -> LocalizedText {
            LocalizedText(
                en: "incomplete: fetched anew, at \(percent) %",
                zh: "不完整：正在重新获取，已完成 \(percent)%"
            )
        }

        package static func notReadYet(read: Int, head: Int) -> LocalizedText {
            LocalizedText(
                en: "incomplete: read up to change \(read) of \(head)",
                zh: "不完整：已读至第 \(read) 次变更，共 \(head) 次"
            )
        }

        package static var incompleteHint: LocalizedText {
            LocalizedText(
                en: "Not all records are here yet: run “waybook sync”.",
                zh: "记录尚未齐全：请运行 waybook sync。"
            )
        }
    }
}
