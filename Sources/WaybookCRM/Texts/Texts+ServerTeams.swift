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

    package static var parentTeam: LocalizedText {
        LocalizedText(
            en: "The team that it is part of.",
            zh: "上级团队。"
        )
    }
}
