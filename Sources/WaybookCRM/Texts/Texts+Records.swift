import WaybookModel

extension Texts {
    /// Adding, listing, showing, editing, deleting, restoring; searching.
    package enum Records {
        package static func added(kind: String, name: String, id: String) -> LocalizedText {
            LocalizedText(
                en: "Added \(kind) \(name) (\(id)).",
                zh: "已添加\(kind) \(name)（\(id)）。"
            )
        }

        package static func edited(name: String, fields: [String]) -> LocalizedText {
            LocalizedText(
                en: "Changed \(name): \(fields, separator: ", ").",
                zh: "已修改 \(name)：\(fields, separator: "、")。"
            )
        }

        package static func unchanged(name: String) -> LocalizedText {
            LocalizedText(
                en: "Nothing to change: \(name) already has these values.",
                zh: "无需修改：\(name) 已是这些值。"
            )
        }

        package static func deleted(kind: String, name: String) -> LocalizedText {
            LocalizedText(
                en: "Deleted \(kind) \(name). Bring it back with “restore”.",
                zh: "已删除\(kind) \(name)。可用 restore 恢复。"
            )
        }

        package static func deletedWithUnit(name: String, count: Int) -> LocalizedText {
            LocalizedText(
                en: "Deleted \(name) and the \(count, one: "record", other: "records") that belong to it.",
                zh: "已删除 \(name) 及其所属的 \(count) 条记录。"
            )
        }

        package static func restored(kind: String, name: String) -> LocalizedText {
            LocalizedText(
                en: "Restored \(kind) \(name).",
                zh: "已恢复\(kind) \(name)。"
            )
        }

        package static func alreadyDeleted(name: String) -> LocalizedText {
            LocalizedText(
                en: "\(name) is deleted already.",
                zh: "\(name) 早已删除。"
            )
        }

        package static func notDeleted(name: String) -> LocalizedText {
            LocalizedText(
                en: "\(name) is not deleted.",
                zh: "\(name) 并未删除。"
            )
        }

        package static func notFound(kind: String, reference: String) -> LocalizedText {
            LocalizedText(
                en: "No \(kind) has the id or name “\(reference)”.",
                zh: "没有编号或名称为“\(reference)”的\(kind)。"
            )
        }

        package static func notFoundHint(command: String) -> LocalizedText {
            LocalizedText(
                en: "Look for it with “\(command)”.",
                zh: "请运行 \(command) 查找。"
            )
        }

        package static func ambiguous(reference: String, count: Int) -> LocalizedText {
            LocalizedText(
                en: "“\(reference)” fits \(count) records; give more characters of the id:",
                zh: "“\(reference)”符合 \(count) 条记录；请多写几位编号："
            )
        }

        package static func unknownField(field: String, kind: String) -> LocalizedText {
            LocalizedText(
                en: "A \(kind) has no field “\(field)”.",
                zh: "\(kind)没有字段“\(field)”。"
            )
        }

        package static func unknownCollection(name: String) -> LocalizedText {
            LocalizedText(
                en: "There is no kind of record called “\(name)”.",
                zh: "没有名为“\(name)”的记录类别。"
            )
        }

        package static func didYouMean(candidates: [String]) -> LocalizedText {
            LocalizedText(
                en: "Did you mean \(candidates, separator: " or ")?",
                zh: "您是否想写 \(candidates, separator: " 或 ")？"
            )
        }

        package static func fieldsAre(fields: [String]) -> LocalizedText {
            LocalizedText(
                en: "The fields are: \(fields, separator: ", ").",
                zh: "可用字段：\(fields, separator: "、")。"
            )
        }

        package static func listEmpty(kind: String) -> LocalizedText {
            LocalizedText(
                en: "No \(kind) to show.",
                zh: "没有可显示的\(kind)。"
            )
        }

        package static func listCount(count: Int) -> LocalizedText {
            LocalizedText(
                en: "\(count, one: "record", other: "records")",
                zh: "共 \(count) 条"
            )
        }

        package static func listMore(shown: Int, total: Int) -> LocalizedText {
            LocalizedText(
                en: "\(shown) of \(total) shown; see more with --limit.",
                zh: "已显示 \(total) 条中的 \(shown) 条；用 --limit 查看更多。"
            )
        }

        package static var historyEmpty: LocalizedText {
            LocalizedText(
                en: "No earlier changes are kept.",
                zh: "没有保留更早的修改。"
            )
        }

        package static func historyLine(time: String, who: String, field: String, value: String) -> LocalizedText {
            LocalizedText(
                en: "\(time)  \(who) set \(field) to \(value)",
                zh: "\(time)  \(who) 将\(field)设为 \(value)"
            )
        }

        package static var pendingChange: LocalizedText {
            LocalizedText(
                en: "not sent yet",
                zh: "尚未发送"
            )
        }

        package static func whereInvalid(text: String, column: Int) -> LocalizedText {
            LocalizedText(
                en: "The condition “\(text)” cannot be read at character \(column).",
                zh: "条件“\(text)”在第 \(column) 个字符处无法理解。"
            )
        }

        package static var conditionsEmpty: LocalizedText {
            LocalizedText(
                en: "There is no condition in --where, so all records would be changed.",
                zh: "--where 中没有条件，将修改所有记录。"
            )
        }

        package static var whereHint: LocalizedText {
            LocalizedText(
                en: "Write it like city=上海 tier=vip; quote values with spaces: name=\"Ada Lovelace\".",
                zh: "写法如 city=上海 tier=vip；含空格的值加引号：name=\"Ada Lovelace\"。"
            )
        }

        package static func searchEmpty(words: String) -> LocalizedText {
            LocalizedText(
                en: "Nothing found for “\(words)”.",
                zh: "没有找到“\(words)”。"
            )
        }

        package static func searchIncomplete(done: Int, total: Int) -> LocalizedText {
            LocalizedText(
                en: "Search is still being prepared: \(done) of \(total) records were searched.",
                zh: "搜索仍在准备中：已搜索 \(total) 条中的 \(done) 条。"
            )
        }
    }
}
