import WaybookModel

// Roles and teams in what the server program says.
extension Texts.Server {
    package static var role: LocalizedText {
        LocalizedText(
            en: "Role",
            zh: "角色"
        )
    }

    package static var teamParent: LocalizedText {
        LocalizedText(
            en: "Part of",
            zh: "上级团队"
        )
    }

    package static var firstDay: LocalizedText {
        LocalizedText(
            en: "From",
            zh: "开始日期"
        )
    }

    package static var lastDay: LocalizedText {
        LocalizedText(
            en: "Until",
            zh: "结束日期"
        )
    }

    package static func roleChanged(email: String, role: String) -> LocalizedText {
        LocalizedText(
            en: "\(email) is now: \(role).",
            zh: "\(email) 的角色现为：\(role)。"
        )
    }

    package static func teamAdded(team: String) -> LocalizedText {
        LocalizedText(
            en: "Added the team \(team).",
            zh: "已添加团队 \(team)。"
        )
    }

    package static func joined(email: String, team: String) -> LocalizedText {
        LocalizedText(
            en: "\(email) joined \(team).",
            zh: "\(email) 已加入 \(team)。"
        )
    }

    package static func left(email: String, team: String) -> LocalizedText {
        LocalizedText(
            en: "\(email) left \(team).",
            zh: "\(email) 已离开 \(team)。"
        )
    }

    package static func teamExists(team: String) -> LocalizedText {
        LocalizedText(
            en: "There is a team \(team) already.",
            zh: "团队 \(team) 已存在。"
        )
    }

    package static func teamNotFound(team: String) -> LocalizedText {
        LocalizedText(
            en: "There is no team \(team).",
            zh: "没有团队 \(team)。"
        )
    }

    package static func teamCircle(team: String) -> LocalizedText {
        LocalizedText(
            en: "\(team) is the team itself or part of it; choose one that is not.",
            zh: "\(team) 是该团队本身或其下级；请另选。"
        )
    }

    package static func teamEdited(team: String) -> LocalizedText {
        LocalizedText(
            en: "Changed the team \(team).",
            zh: "已更改团队 \(team)。"
        )
    }

    package static func teamDeleted(team: String) -> LocalizedText {
        LocalizedText(
            en: "Deleted the team \(team); its people and the teams below it are in no team above any more.",
            zh: "已删除团队 \(team)；其成员和下级团队不再属于上级团队。"
        )
    }

    package static func userEdited(email: String) -> LocalizedText {
        LocalizedText(
            en: "Changed \(email).",
            zh: "已更改 \(email)。"
        )
    }

    package static func notMember(email: String) -> LocalizedText {
        LocalizedText(
            en: "\(email) is not in this team.",
            zh: "\(email) 不在该团队中。"
        )
    }

    package static func dayInvalid(text: String) -> LocalizedText {
        LocalizedText(
            en: "“\(text)” is not a day like 2026-12-31.",
            zh: "“\(text)”不是 2026-12-31 这样的日期。"
        )
    }
}

extension Texts.Help {
    package static var serverUserRole: LocalizedText {
        LocalizedText(
            en: "Give a person another role.",
            zh: "更改人员角色。"
        )
    }

    package static var serverTeam: LocalizedText {
        LocalizedText(
            en: "Teams and who is in them.",
            zh: "团队及其成员。"
        )
    }

    package static var serverTeamAdd: LocalizedText {
        LocalizedText(
            en: "Add a team.",
            zh: "添加团队。"
        )
    }

    package static var serverTeamEdit: LocalizedText {
        LocalizedText(
            en: "Rename a team, or put it elsewhere in the tree.",
            zh: "重命名团队，或调整其上级团队。"
        )
    }

    package static var serverTeamDelete: LocalizedText {
        LocalizedText(
            en: "Delete a team.",
            zh: "删除团队。"
        )
    }

    package static var serverUserEdit: LocalizedText {
        LocalizedText(
            en: "Change a person's name, language, time zone, or the address to sign in with.",
            zh: "更改人员的姓名、语言、时区或登录邮箱。"
        )
    }

    package static var serverTeamList: LocalizedText {
        LocalizedText(
            en: "List the teams with their members.",
            zh: "列出团队及成员。"
        )
    }
}

extension Texts.HelpOptions {
    package static var team: LocalizedText {
        LocalizedText(
            en: "The team: name or id.",
            zh: "团队：名称或编号。"
        )
    }

    package static var teamName: LocalizedText {
        LocalizedText(
            en: "The name of the team.",
            zh: "团队名称。"
        )
    }

    package static var topTeam: LocalizedText {
        LocalizedText(
            en: "It is part of no other team.",
            zh: "没有上级团队。"
        )
    }

    package static var personLanguage: LocalizedText {
        LocalizedText(
            en: "The person's language: en or zh-Hans.",
            zh: "人员的语言：en 或 zh-Hans。"
        )
    }

    package static var personZone: LocalizedText {
        LocalizedText(
            en: "The person's time zone, such as Asia/Shanghai.",
            zh: "人员的时区，如 Asia/Shanghai。"
        )
    }

    package static var newEmail: LocalizedText {
        LocalizedText(
            en: "The address that the person signs in with from now on.",
            zh: "此后登录所用的邮箱。"
        )
    }

    package static var parentTeam: LocalizedText {
        LocalizedText(
            en: "The team that it is part of.",
            zh: "上级团队。"
        )
    }
}
