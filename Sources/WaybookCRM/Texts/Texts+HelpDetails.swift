import WaybookModel

// What help says at more length.
extension Texts.Help {
    package static var waybookMore: LocalizedText {
        LocalizedText(
            en: "Exit codes: 0 done, 1 failed, 2 not understood.",
            zh: "退出码：0 完成，1 失败，2 无法理解。"
        )
    }

    package static var fieldsHeading: LocalizedText {
        LocalizedText(
            en: "Fields:",
            zh: "字段："
        )
    }

    package static var examplesHeading: LocalizedText {
        LocalizedText(
            en: "Examples:",
            zh: "示例："
        )
    }

    package static var required: LocalizedText {
        LocalizedText(
            en: ", required",
            zh: "，必填"
        )
    }

    package static var assignments: LocalizedText {
        LocalizedText(
            en:
                "A set or a map takes elements between commas and keeps the others; -element removes one, field= empties it. field/key=… means one element.",
            zh: "集合和映射字段接受逗号分隔的若干项，其余保留；-项 表示移除，字段= 表示清空。字段/键=… 指其中一项。"
        )
    }

    package static var listMore: LocalizedText {
        LocalizedText(
            en:
                "Conditions must all hold: = != < <= > >=, and ~ for a part of a text; field= asks for fields without a value. A record marked * has unsent changes, ! a conflict. With --json all records are written unless --limit says otherwise.",
            zh: "各条件须同时成立：= != < <= > >=，~ 表示包含；字段= 表示没有值。标 * 的记录有未发送的修改，标 ! 的有冲突。使用 --json 时，除非指定 --limit，否则输出全部记录。"
        )
    }

    package static var importMore: LocalizedText {
        LocalizedText(
            en:
                "A row is known by the column externalId or ID if there is one, else by --key, else by its name and customer: the same file taken twice changes nothing. Rows that are not taken are reported, the others go on; the exit code is then 1.",
            zh: "每行以编号列（externalId）识别；没有时用 --key，再没有则用名称和所属客户：同一文件导入两次不会重复。未导入的行会报告，其余继续；此时退出码为 1。"
        )
    }

    package static var importCardsMore: LocalizedText {
        LocalizedText(
            en:
                "A file of cards (vCard 2.1, 3.0, 4.0), by its name .vcf or its first line, becomes customers and their contacts. A card of somebody at an organisation becomes a contact of the customer of that name, which is made where there is none. A card is known by its UID; what is there already is kept, telephone numbers and addresses are added.",
            zh:
                "名片文件（vCard 2.1、3.0、4.0，按扩展名 .vcf 或首行识别）会导入为客户及其联系人。带单位的个人名片成为该单位客户的联系人；没有该客户时自动新增。名片以 UID 识别；已有的内容保留，电话和地址只增不减。"
        )
    }

    package static var export: LocalizedText {
        LocalizedText(
            en: "Write what is here for other programs.",
            zh: "将本机内容写成其他程序可用的文件。"
        )
    }

    package static var exportCards: LocalizedText {
        LocalizedText(
            en: "Write customers and their contacts as cards (vCard).",
            zh: "将客户及其联系人写成名片（vCard）。"
        )
    }

    package static var exportCardsMore: LocalizedText {
        LocalizedText(
            en:
                "Without names and conditions: all customers that are here. Left out are contacts who are no longer there, and telephone numbers and e-mail addresses whose holder does not want to be reached by them. What is exported leaves Waybook: an erasure does not reach it.",
            zh: "不指定名称和条件时导出本机全部客户。已离职的联系人以及拒绝联系的电话和邮箱不导出。导出的文件脱离 Waybook：彻底删除无法触及。"
        )
    }

    package static var exportCalendar: LocalizedText {
        LocalizedText(
            en: "Write open tasks, visits to come and birthdays as a calendar (iCalendar).",
            zh: "将未完成任务、未来的拜访和生日写成日历（iCalendar）。"
        )
    }

    package static var exportCalendarMore: LocalizedText {
        LocalizedText(
            en:
                "Tasks are those that fall to you; visits and birthdays are of the customers that you answer for. A calendar that takes the file again brings its entries up to date.",
            zh: "任务限于由您执行的；拜访和生日限于您负责的客户。日历再次导入该文件时会更新已有条目。"
        )
    }

    package static var log: LocalizedText {
        LocalizedText(
            en: "Write down a call or a visit, and what is to be done next.",
            zh: "记录一次电话或拜访，以及下一步任务。"
        )
    }

    package static var loginMore: LocalizedText {
        LocalizedText(
            en: """
                The password is asked for, or taken from WAYBOOK_PASSWORD; the code of an invitation from \
                WAYBOOK_INVITATION. On a store with unsent or rejected changes of \
                somebody else it refuses, unless they are written to a file or dropped.
                """,
            zh: "密码会提示输入，或取自环境变量 WAYBOOK_PASSWORD；邀请码取自 WAYBOOK_INVITATION。若数据目录中有他人未发送或被拒绝的修改则拒绝登录，除非将其写入文件或放弃。"
        )
    }

    package static var logoutMore: LocalizedText {
        LocalizedText(
            en: "Refuses while changes are unsent, unless they are written to a file or dropped.",
            zh: "有未发送的修改时拒绝退出，除非将其写入文件或放弃。"
        )
    }

    package static var conflictMore: LocalizedText {
        LocalizedText(
            en:
                "A conflict is a field that two people changed at once. The current value stays until somebody decides.",
            zh: "冲突是两人同时修改的同一字段。在有人处理之前，当前值保持不变。"
        )
    }

    package static var today: LocalizedText {
        LocalizedText(
            en: "What is to be done today, first things first.",
            zh: "今天要做的事，按轻重缓急排列。"
        )
    }

    package static var todayMore: LocalizedText {
        LocalizedText(
            en: """
                Open tasks that are late or due, and birthdays of your customers and their contacts: late and high, due and high, \
                birthdays, then what presses less. What presses alike is ordered by the customer’s importance, then by when it was due.
                """,
            zh: "列出已逾期或当天到期的未完成任务，以及您的客户及其联系人的生日：先是逾期且优先级高的，然后是当天到期且优先级高的、生日，再是其余任务。同等紧要的，按客户重要性、再按到期时间排列。"
        )
    }
}
