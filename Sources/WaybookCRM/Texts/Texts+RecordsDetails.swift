import WaybookModel

// What commands for records say beside the usual.
extension Texts.Records {
    package static func ambiguousAmong(reference: String, count: Int, candidates: [String]) -> LocalizedText {
        LocalizedText(
            en: "“\(reference)” fits \(count) records; give the id:\(candidates, separator: "")",
            zh: "“\(reference)”符合 \(count) 条记录；请指定编号：\(candidates, separator: "")"
        )
    }

    package static var nothingToSet: LocalizedText {
        LocalizedText(
            en: "Nothing to change: no --set was given.",
            zh: "没有要修改的内容：未指定 --set。"
        )
    }

    package static func nothingToSetHint(kind: String) -> LocalizedText {
        LocalizedText(
            en: "The fields are listed by “waybook \(kind) --help”.",
            zh: "运行 waybook \(kind) --help 查看字段。"
        )
    }

    package static func isDeleted(name: String) -> LocalizedText {
        LocalizedText(
            en: "\(name) is deleted and cannot be changed.",
            zh: "\(name) 已删除，不能修改。"
        )
    }

    package static func isDeletedHint(command: String) -> LocalizedText {
        LocalizedText(
            en: "Bring it back first: “\(command)”.",
            zh: "请先恢复：\(command)。"
        )
    }

    package static func conflictsHere(count: Int) -> LocalizedText {
        LocalizedText(
            en: "\(count, one: "conflict waits", other: "conflicts wait") for a decision: “waybook conflict list”.",
            zh: "有 \(count) 处冲突待处理：waybook conflict list。"
        )
    }

    package static func belonging(kinds: [String]) -> LocalizedText {
        LocalizedText(
            en: "Belonging to it: \(kinds, separator: ", ")",
            zh: "所属记录：\(kinds, separator: "、")"
        )
    }

    package static func countOfKind(kind: String, count: Int) -> LocalizedText {
        LocalizedText(
            en: "\(count) × \(kind)",
            zh: "\(kind) \(count) 条"
        )
    }

    package static func outOfSight(kinds: [String]) -> LocalizedText {
        LocalizedText(
            en: "What belongs to it is out of sight too: \(kinds, separator: ", ").",
            zh: "所属记录也一并隐藏：\(kinds, separator: "、")。"
        )
    }

    package static func historyCreated(time: String, who: String) -> LocalizedText {
        LocalizedText(
            en: "\(time)  \(who) added it",
            zh: "\(time)  \(who) 添加了此记录"
        )
    }

    package static func historySettled(time: String, field: String, value: String) -> LocalizedText {
        LocalizedText(
            en: "\(time)  settled by the server: \(field) is \(value)",
            zh: "\(time)  服务器裁定：\(field)为 \(value)"
        )
    }

    package static func historyRefused(time: String, field: String, value: String) -> LocalizedText {
        LocalizedText(
            en: "\(time)  not accepted: \(field) = \(value)",
            zh: "\(time)  未被接受：\(field) = \(value)"
        )
    }

    package static func whereUnfit(field: String, sign: String) -> LocalizedText {
        LocalizedText(
            en: "\(field) cannot be compared with “\(sign)”.",
            zh: "\(field)不能用“\(sign)”比较。"
        )
    }

    package static func whereTooMany(limit: Int) -> LocalizedText {
        LocalizedText(
            en: "A filter may have at most \(limit) conditions.",
            zh: "条件最多 \(limit) 个。"
        )
    }

    package static func kindsAre(kinds: [String]) -> LocalizedText {
        LocalizedText(
            en: "The kinds are: \(kinds, separator: ", ").",
            zh: "可用类别：\(kinds, separator: "、")。"
        )
    }

    package static var nextMissing: LocalizedText {
        LocalizedText(
            en: "--due and --priority belong to a task: name it with --next.",
            zh: "--due 和 --priority 用于任务：请用 --next 写明任务。"
        )
    }

    package static func logged(what: String, name: String, text: String) -> LocalizedText {
        LocalizedText(
            en: "Logged for \(name): \(what), \(text).",
            zh: "已记录 \(name)：\(what)，\(text)。"
        )
    }

    package static func loggedNext(title: String, due: String) -> LocalizedText {
        LocalizedText(
            en: "Next: \(title) (due: \(due)).",
            zh: "下一步：\(title)（截止：\(due)）。"
        )
    }
}
