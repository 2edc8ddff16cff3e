import WaybookModel

// Options of single commands.
extension Texts.HelpOptions {
    package static var title: LocalizedText {
        LocalizedText(
            en: "The name or title.",
            zh: "名称或标题。"
        )
    }

    package static var listLimit: LocalizedText {
        LocalizedText(
            en: "How many to show at most (default: 50; with --json all).",
            zh: "最多显示多少条（默认 50；使用 --json 时为全部）。"
        )
    }

    package static var fields: LocalizedText {
        LocalizedText(
            en: "The fields to show.",
            zh: "要显示的字段。"
        )
    }

    package static var deleted: LocalizedText {
        LocalizedText(
            en: "List deleted records instead.",
            zh: "改为列出已删除的记录。"
        )
    }

    package static var key: LocalizedText {
        LocalizedText(
            en: "What a row is known by; may be repeated.",
            zh: "以哪些字段识别一行；可重复。"
        )
    }

    package static var separator: LocalizedText {
        LocalizedText(
            en: "What separates columns (default: a comma).",
            zh: "列分隔符（默认逗号）。"
        )
    }

    package static var errors: LocalizedText {
        LocalizedText(
            en: "Write the rows or cards that are not taken to this file.",
            zh: "将未导入的行或名片写入此文件。"
        )
    }

    package static var output: LocalizedText {
        LocalizedText(
            en: "The file to write, for you alone; none that is there is overwritten (default: standard output).",
            zh: "要写入的文件，仅本人可读；不覆盖已有文件（默认：标准输出）。"
        )
    }

    package static var cardCustomers: LocalizedText {
        LocalizedText(
            en: "The customers, by id or name (default: all).",
            zh: "客户的编号或名称（默认：全部）。"
        )
    }

    package static var cardVersion: LocalizedText {
        LocalizedText(
            en: "The version of the cards: 4.0, 3.0 for most address books, 2.1 for old telephones.",
            zh: "名片版本：4.0，多数通讯录用 3.0，旧手机用 2.1。"
        )
    }

    package static var customer: LocalizedText {
        LocalizedText(
            en: "The customer: a name, an id, or the beginning of one.",
            zh: "客户：名称、编号或编号的开头。"
        )
    }

    package static var channel: LocalizedText {
        LocalizedText(
            en: "How it went: a call, a visit and so on.",
            zh: "方式：电话、拜访等。"
        )
    }

    package static var logText: LocalizedText {
        LocalizedText(
            en: "What it was about, in a line.",
            zh: "一句话说明内容。"
        )
    }

    package static var result: LocalizedText {
        LocalizedText(
            en: "What came of it.",
            zh: "结果。"
        )
    }

    package static var content: LocalizedText {
        LocalizedText(
            en: "More about it.",
            zh: "详细内容。"
        )
    }

    package static var contact: LocalizedText {
        LocalizedText(
            en: "Who it was with: a contact.",
            zh: "参与的联系人。"
        )
    }

    package static var occurredAt: LocalizedText {
        LocalizedText(
            en: "When it was (default: now).",
            zh: "发生时间（默认现在）。"
        )
    }

    package static var inbound: LocalizedText {
        LocalizedText(
            en: "They reached for us.",
            zh: "由对方发起。"
        )
    }

    package static var next: LocalizedText {
        LocalizedText(
            en: "What is to be done next: becomes a task.",
            zh: "下一步要做的事：生成任务。"
        )
    }

    package static var due: LocalizedText {
        LocalizedText(
            en: "When the task is due, such as 2026-12-01, tomorrow or friday.",
            zh: "任务截止日期，如 2026-12-01、明天、周五。"
        )
    }

    package static var priority: LocalizedText {
        LocalizedText(
            en: "How much the task presses: high, medium or low.",
            zh: "任务优先级：high、medium 或 low。"
        )
    }

    package static var kind: LocalizedText {
        LocalizedText(
            en: "Only this kind of record.",
            zh: "只在此类别中搜索。"
        )
    }

    package static var authority: LocalizedText {
        LocalizedText(
            en: "A file of certificates (PEM) to trust beside the system's.",
            zh: "除系统证书外另行信任的证书文件（PEM）。"
        )
    }

    package static var insecure: LocalizedText {
        LocalizedText(
            en: "Allow http:// to another machine.",
            zh: "允许用 http:// 连接其他主机。"
        )
    }

    package static var conflictID: LocalizedText {
        LocalizedText(
            en: "A conflict's id, or the beginning of one.",
            zh: "冲突编号或其开头。"
        )
    }

    package static var resolveDryRun: LocalizedText {
        LocalizedText(
            en: "Show what would hold; resolve nothing.",
            zh: "只显示将采用的值，不实际处理。"
        )
    }

    package static var conflictWhere: LocalizedText {
        LocalizedText(
            en: "Conditions such as 'path=city author=anna'.",
            zh: "条件，如 'path=city author=anna'。"
        )
    }

    package static var rejectedID: LocalizedText {
        LocalizedText(
            en: "The number that the list shows.",
            zh: "列表中的编号。"
        )
    }

    package static var todayDate: LocalizedText {
        LocalizedText(
            en: "The day (default: today).",
            zh: "日期（默认：今天）。"
        )
    }

    package static var todayFor: LocalizedText {
        LocalizedText(
            en: "Whose work (default: yours).",
            zh: "谁的工作（默认：本人）。"
        )
    }
}
