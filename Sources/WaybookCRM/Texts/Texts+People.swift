import WaybookModel

extension Texts {
    /// People and teams.
    package enum People {
        package static var successorIsSame: LocalizedText {
            LocalizedText(
                en: "Somebody else must take the book over.",
                zh: "接任者须为另一人。"
            )
        }

        package static func roleRequested(name: String, role: String) -> LocalizedText {
            LocalizedText(
                en: "\(name) becomes \(role): requested, waiting for the next sync.",
                zh: "\(name) 的角色改为\(role)：已申请，等待下次同步。"
            )
        }

        package static func disableRequested(name: String, successor: String) -> LocalizedText {
            LocalizedText(
                en: "\(name) is disabled with the next sync; the customers go to \(successor).",
                zh: "\(name) 将在下次同步时停用；客户转给\(successor)。"
            )
        }

        package static func enableRequested(name: String) -> LocalizedText {
            LocalizedText(
                en:
                    "\(name) may sign in again from the next sync on; customers that were passed on stay where they are.",
                zh: "\(name) 将在下次同步时重新启用；已转交的客户不变。"
            )
        }

        package static func noMembers(team: String) -> LocalizedText {
            LocalizedText(
                en: "Nobody is in \(team).",
                zh: "\(team) 没有成员。"
            )
        }

        package static func isMember(person: String, team: String) -> LocalizedText {
            LocalizedText(
                en: "\(person) is in \(team) already.",
                zh: "\(person) 已在 \(team) 中。"
            )
        }

        /// - Parameters:
        ///   - from: empty without a first day.
        ///   - until: empty without a last day.
        package static func isMemberThen(person: String, team: String, from: String, until: String) -> LocalizedText {
            LocalizedText(
                en: """
                    \(person) is in \(team) already\(from.isEmpty ? "" : " from " + from)\
                    \(until.isEmpty ? "" : " until " + until).
                    """,
                zh: """
                    \(person) 已在 \(team) 中\(from.isEmpty ? "" : "，自 " + from)\
                    \(until.isEmpty ? "" : "，至 " + until)。
                    """
            )
        }

        package static func dayPast(day: String) -> LocalizedText {
            LocalizedText(en: "The last day, \(day), is over.", zh: "结束日期 \(day) 已过。")
        }

        package static var daysCrossed: LocalizedText {
            LocalizedText(en: "The last day lies before the first.", zh: "结束日期早于开始日期。")
        }

        package static func circle(team: String, parent: String) -> LocalizedText {
            LocalizedText(
                en: "\(team) cannot be part of \(parent), which is part of \(team).",
                zh: "\(team) 不能隶属于 \(parent)，因为后者隶属于 \(team)。"
            )
        }

        package static func cannotOwn(person: String, role: String) -> LocalizedText {
            LocalizedText(
                en: "\(person) has the role \(role) and cannot be responsible for a customer.",
                zh: "\(person) 的角色是\(role)，不能负责客户。"
            )
        }

        package static func notMember(person: String, team: String) -> LocalizedText {
            LocalizedText(
                en: "\(person) is not in \(team).",
                zh: "\(person) 不在 \(team) 中。"
            )
        }

        package static func joined(person: String, team: String) -> LocalizedText {
            LocalizedText(
                en: "\(person) joins \(team) with the next sync.",
                zh: "\(person) 将在下次同步时加入 \(team)。"
            )
        }

        package static func leftAfter(person: String, team: String, day: String) -> LocalizedText {
            LocalizedText(
                en: "\(person) leaves \(team) after \(day).",
                zh: "\(person) 将在 \(day) 之后离开 \(team)。"
            )
        }

        package static func left(person: String, team: String) -> LocalizedText {
            LocalizedText(
                en: "\(person) leaves \(team) with the next sync.",
                zh: "\(person) 将在下次同步时离开 \(team)。"
            )
        }
    }
}
