import WaybookModel

// What the commands about owners, the pool, handed over work, people and teams do.
extension Texts.Help {
    package static var customerAssign: LocalizedText {
        LocalizedText(
            en: "Ask that customers get another owner.",
            zh: "申请变更客户的负责人。"
        )
    }

    package static var customerAssignMore: LocalizedText {
        LocalizedText(
            en: """
                The server decides with the next sync. By rules, the first rule that matches decides; without --where it is \
                asked for all customers without an active owner.
                """,
            zh: "由服务器在下次同步时决定。按规则分配时，采用第一条匹配的规则；未给出 --where 时，处理所有没有在职负责人的客户。"
        )
    }

    package static var customerShare: LocalizedText {
        LocalizedText(
            en: "Share a customer with a colleague.",
            zh: "与同事共享客户。"
        )
    }

    package static var customerUnshare: LocalizedText {
        LocalizedText(
            en: "Stop sharing a customer with a colleague.",
            zh: "停止与同事共享客户。"
        )
    }

    package static var customerOwners: LocalizedText {
        LocalizedText(
            en: "Show who was responsible for a customer, since when and why.",
            zh: "显示客户历任负责人、时间和原因。"
        )
    }

    package static var customerOrphans: LocalizedText {
        LocalizedText(
            en: "List the customers without an active owner.",
            zh: "列出没有在职负责人的客户。"
        )
    }

    package static var pool: LocalizedText {
        LocalizedText(
            en: "Customers that nobody is responsible for.",
            zh: "无人负责的客户（公海）。"
        )
    }

    package static var poolList: LocalizedText {
        LocalizedText(
            en: "List the cards of the customers in the pool.",
            zh: "列出公海中的客户名片。"
        )
    }

    package static var poolClaim: LocalizedText {
        LocalizedText(
            en: "Ask to become responsible for a customer in the pool.",
            zh: "申请认领公海中的客户。"
        )
    }

    package static var handover: LocalizedText {
        LocalizedText(
            en: "Decide on work that came after its customer had moved on.",
            zh: "处理客户移交后才到达的内容。"
        )
    }

    package static var handoverList: LocalizedText {
        LocalizedText(
            en: "List what waits for a decision.",
            zh: "列出待处理的内容。"
        )
    }

    package static var handoverShow: LocalizedText {
        LocalizedText(
            en: "Show what somebody had written.",
            zh: "显示所写的内容。"
        )
    }

    package static var handoverTake: LocalizedText {
        LocalizedText(
            en: "Take it over into the customer as it is now.",
            zh: "采纳到客户的现有资料中。"
        )
    }

    package static var handoverDrop: LocalizedText {
        LocalizedText(
            en: "Drop it.",
            zh: "放弃该内容。"
        )
    }

    package static var user: LocalizedText {
        LocalizedText(
            en: "The people of the organisation.",
            zh: "组织中的人员。"
        )
    }

    package static var userRole: LocalizedText {
        LocalizedText(
            en: "Give a person another role (administrators).",
            zh: "更改人员角色（管理员）。"
        )
    }

    package static var userDisable: LocalizedText {
        LocalizedText(
            en: "Disable a person and pass the customers on (administrators).",
            zh: "停用人员并转交其客户（管理员）。"
        )
    }

    package static var userEnable: LocalizedText {
        LocalizedText(
            en: "Let a disabled person in again (administrators).",
            zh: "重新启用人员（管理员）。"
        )
    }

    package static var teamMembers: LocalizedText {
        LocalizedText(
            en: "List who was and is in a team.",
            zh: "列出团队历任和现任成员。"
        )
    }

    package static var teamJoin: LocalizedText {
        LocalizedText(
            en: "Put a person into a team (administrators).",
            zh: "将人员加入团队（管理员）。"
        )
    }

    package static var teamLeave: LocalizedText {
        LocalizedText(
            en: "Take a person out of a team (administrators).",
            zh: "将人员移出团队（管理员）。"
        )
    }
}

extension Texts.HelpOptions {
    package static var assignTo: LocalizedText {
        LocalizedText(
            en: "Whom the customers go to: e-mail, name or id; or “pool”.",
            zh: "新负责人：邮箱、姓名或编号；或 pool（公海）。"
        )
    }

    package static var assignDryRun: LocalizedText {
        LocalizedText(
            en: "Show what would be requested; request nothing.",
            zh: "只显示将申请的变更，不实际申请。"
        )
    }

    package static var unasked: LocalizedText {
        LocalizedText(
            en: "Go on without asking.",
            zh: "不询问，直接执行。"
        )
    }

    package static var byRules: LocalizedText {
        LocalizedText(
            en: "Share them out by the assignment rules.",
            zh: "按分配规则分配。"
        )
    }

    package static var reason: LocalizedText {
        LocalizedText(
            en: "Why, for those concerned.",
            zh: "原因，告知相关人员。"
        )
    }

    package static var shareWith: LocalizedText {
        LocalizedText(
            en: "The colleague: e-mail, name or id.",
            zh: "同事：邮箱、姓名或编号。"
        )
    }

    package static var shareView: LocalizedText {
        LocalizedText(
            en: "They may see it; so it is where nothing is said.",
            zh: "可查看；未指定时即为此项。"
        )
    }

    package static var shareEdit: LocalizedText {
        LocalizedText(
            en: "They may edit it.",
            zh: "可编辑。"
        )
    }

    package static var handoverAll: LocalizedText {
        LocalizedText(
            en: "Those that are decided as well.",
            zh: "包括已处理的内容。"
        )
    }

    package static var person: LocalizedText {
        LocalizedText(
            en: "The person: e-mail, name or id.",
            zh: "人员：邮箱、姓名或编号。"
        )
    }

    package static var takesBook: LocalizedText {
        LocalizedText(
            en: "Who takes the customers over; the pool where nobody is named.",
            zh: "接收客户的人员；未指定则退回公海。"
        )
    }

    package static var firstDay: LocalizedText {
        LocalizedText(
            en: "The first day.",
            zh: "首日。"
        )
    }

    package static var lastDay: LocalizedText {
        LocalizedText(
            en: "The last day.",
            zh: "末日。"
        )
    }

    package static var leaveUntil: LocalizedText {
        LocalizedText(
            en: "The last day; where nothing is said, they leave at once.",
            zh: "末日；未指定则立即离开。"
        )
    }
}
