import WaybookModel

extension Texts {
    /// The list of change sets that the server did not accept.
    package enum Rejected {
        package static var empty: LocalizedText {
            LocalizedText(
                en: "Nothing was rejected.",
                zh: "没有被拒绝的修改。"
            )
        }

        package static func entry(record: String, field: String, reason: String) -> LocalizedText {
            LocalizedText(
                en: "\(record), \(field): \(reason)",
                zh: "\(record)，\(field)：\(reason)"
            )
        }

        package static func title(id: String, time: String) -> LocalizedText {
            LocalizedText(
                en: "Change set \(id) of \(time) was not accepted",
                zh: "\(time) 的修改 \(id) 未被接受"
            )
        }

        package static func howToGoOn(id: String) -> LocalizedText {
            LocalizedText(
                en: """
                    Correct the record and run “waybook rejected retry \(id)”, or drop the change with “waybook \
                    rejected discard \(id)”.
                    """,
                zh: "请更正记录后运行 waybook rejected retry \(id)，或用 waybook rejected discard \(id) 放弃。"
            )
        }

        package static func notFound(id: String) -> LocalizedText {
            LocalizedText(
                en: "No rejected change set has the id \(id).",
                zh: "没有编号为 \(id) 的被拒绝修改。"
            )
        }

        package static func retried(id: String) -> LocalizedText {
            LocalizedText(
                en: "The change set \(id) will be sent with the next sync.",
                zh: "修改 \(id) 将在下次同步时发送。"
            )
        }

        package static func discarded(id: String) -> LocalizedText {
            LocalizedText(
                en: "The change set \(id) was dropped.",
                zh: "修改 \(id) 已放弃。"
            )
        }

        package static func exported(count: Int, path: String) -> LocalizedText {
            LocalizedText(
                en: "Wrote \(count, one: "rejected change set", other: "rejected change sets") to \(path).",
                zh: "已将 \(count) 组被拒绝的修改写入 \(path)。"
            )
        }

        package static var reasonQuarantined: LocalizedText {
            LocalizedText(
                en: "put aside: another copy of this store writes under the same number",
                zh: "已隔离：此数据目录的另一副本在用同一编号写入"
            )
        }

        package static var reasonImmutable: LocalizedText {
            LocalizedText(
                en: "it keeps the value that it was given first",
                zh: "该字段保留最初的值"
            )
        }

        package static var reasonServed: LocalizedText {
            LocalizedText(
                en: "somebody else was first",
                zh: "他人已先行一步"
            )
        }

        package static var reasonType: LocalizedText {
            LocalizedText(
                en: "the value is not of its kind",
                zh: "值的类型不符"
            )
        }

        package static var reasonLimit: LocalizedText {
            LocalizedText(
                en: "longer or more than is allowed",
                zh: "超出允许的长度或数量"
            )
        }

        package static var reasonRequired: LocalizedText {
            LocalizedText(
                en: "a value is required",
                zh: "不能为空"
            )
        }

        package static var reasonPath: LocalizedText {
            LocalizedText(
                en: "there is no such place",
                zh: "没有这个位置"
            )
        }

        package static var reasonAccess: LocalizedText {
            LocalizedText(
                en: "it is not yours to write",
                zh: "无权写入"
            )
        }

        package static var reasonCircle: LocalizedText {
            LocalizedText(
                en: "the team would stand below itself",
                zh: "该团队将成为自身的下级"
            )
        }

        package static var reasonUnknown: LocalizedText {
            LocalizedText(
                en: "the server does not know the record",
                zh: "服务器没有此记录"
            )
        }

        package static var reasonDepends: LocalizedText {
            LocalizedText(
                en: "it builds on a change that was not accepted",
                zh: "它依赖于未被接受的修改"
            )
        }

        package static var reasonBefore: LocalizedText {
            LocalizedText(
                en: "the server had refused it before it was put back to an earlier state",
                zh: "服务器在恢复到较早的状态之前已拒绝它"
            )
        }

        package static func reasonServedBy(value: String) -> LocalizedText {
            LocalizedText(
                en: "somebody else was first; it is \(value)",
                zh: "他人已先行一步；现为 \(value)"
            )
        }
    }
}
