import WaybookModel

extension Texts {
    /// Who may do what, and what leaves.
    package enum Access {
        package static var viewer: LocalizedText {
            LocalizedText(
                en: "Your role is Viewer: you may look at records, and change none.",
                zh: "您的角色是只读：可以查看记录，不能修改。"
            )
        }

        package static var lastAdministrator: LocalizedText {
            LocalizedText(
                en: "That would leave nobody to administer the workspace: make somebody else an administrator first.",
                zh: "这样将没有管理员：请先将另一人设为管理员。"
            )
        }

        package static func ownerOrManager(name: String) -> LocalizedText {
            LocalizedText(en: "Only \(name) or a manager", zh: "只有 \(name) 或经理")
        }

        package static func owner(name: String) -> LocalizedText {
            LocalizedText(en: "Only \(name)", zh: "只有 \(name) ")
        }

        package static var manager: LocalizedText { LocalizedText(en: "Only a manager", zh: "只有经理") }
        package static var administrator: LocalizedText { LocalizedText(en: "Only an administrator", zh: "只有管理员") }

        package static func mayAdd(who: String, kind: String) -> LocalizedText {
            LocalizedText(en: "\(who) may add this \(kind).", zh: "\(who)可以添加此\(kind)。")
        }

        package static func roleMayNotAdd(role: String, kind: String) -> LocalizedText {
            LocalizedText(
                en: "Your role is \(role): you may not add this \(kind).",
                zh: "您的角色是\(role)：不能添加此\(kind)。"
            )
        }

        package static func mayChange(who: String, field: String) -> LocalizedText {
            LocalizedText(en: "\(who) may change “\(field)” here.", zh: "\(who)可以修改此处的“\(field)”。")
        }

        package static func mayDelete(who: String, kind: String) -> LocalizedText {
            LocalizedText(
                en: "\(who) may delete or restore this \(kind).",
                zh: "\(who)可以删除或恢复此\(kind)。"
            )
        }

        package static var leaving: LocalizedText {
            LocalizedText(
                en: "This customer is leaving your book: nothing of it can be changed here any more.",
                zh: "此客户正在离开您的名单：本机不能再修改其任何内容。"
            )
        }

        package static var leavingHint: LocalizedText {
            LocalizedText(
                en: "Run “waybook sync”: what you wrote before is then handed over.",
                zh: "请运行 waybook sync：您此前的修改将随之移交。"
            )
        }

        package static var requested: LocalizedText {
            LocalizedText(en: "requested, waiting for the next sync", zh: "已申请，等待下次同步")
        }

        /// - Parameters:
        ///   - reason: one of the sentences below.
        ///   - by: who did it; empty where nobody did.
        package static func departed(
            kind: String, record: String, count: Int, reason: String, by: String, time: String, note: String
        ) -> LocalizedText {
            LocalizedText(
                en: """
                    \(kind) \(record) left your book with \(count, one: "record", other: "records"): \(reason)\
                    \(by.isEmpty ? "" : ", by " + by), on \(time)\(note.isEmpty ? "" : ": " + note)
                    """,
                zh: """
                    \(kind) \(record) 离开了您的名单（共 \(count) 条记录）：\(reason)\
                    \(by.isEmpty ? "" : "，操作人 " + by)，时间 \(time)\(note.isEmpty ? "" : "：" + note)
                    """
            )
        }

        package static var assigned: LocalizedText { LocalizedText(en: "handed to somebody else", zh: "已移交他人") }
        package static var claimed: LocalizedText { LocalizedText(en: "claimed by somebody else", zh: "已被他人认领") }
        package static var claimedByYou: LocalizedText { LocalizedText(en: "claimed by you", zh: "已由您认领") }
        package static var unshared: LocalizedText { LocalizedText(en: "no longer shared with you", zh: "不再与您共享") }
        package static var pool: LocalizedText { LocalizedText(en: "gone to the pool", zh: "已进入公海") }
        package static var team: LocalizedText { LocalizedText(en: "the teams have changed", zh: "团队有变动") }
        package static var role: LocalizedText { LocalizedText(en: "your role has changed", zh: "您的角色有变动") }
        package static var closed: LocalizedText { LocalizedText(en: "no longer open to you", zh: "不再对您开放") }

        package static func movedAway(count: Int) -> LocalizedText {
            LocalizedText(
                en: "\(count, one: "record", other: "records") went over to other customers",
                zh: "\(count) 条记录转到了其他客户名下"
            )
        }

        /// - Parameter by: who did it; empty where nobody did.
        package static func movedAwayOne(kind: String, record: String, by: String, time: String) -> LocalizedText {
            LocalizedText(
                en: """
                    \(kind) \(record) went over to a customer that is not in your book\(by.isEmpty ? "" : ", by " + by), \
                    on \(time)
                    """,
                zh: """
                    \(kind) \(record) 转到了不在您名单中的客户名下\(by.isEmpty ? "" : "，操作人 " + by)，时间 \(time)
                    """
            )
        }

        /// In place of the name of a record that left.
        package static func nameLeft(record: String) -> LocalizedText {
            LocalizedText(en: "\(record) (its name left with it)", zh: "\(record) [名称已随之移除]")
        }

        package static func departedUnits(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    \(count, one: "customer has", other: "customers have") left your book; “waybook sync log” says why.
                    """,
                zh: "\(count) 个客户离开了您的名单；原因见 waybook sync log。"
            )
        }
    }
}
