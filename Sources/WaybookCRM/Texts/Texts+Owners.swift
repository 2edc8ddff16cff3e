import WaybookModel

extension Texts {
    /// Who is responsible for a customer, and with whom it is shared.
    package enum Owners {
        package static var pool: LocalizedText { LocalizedText(en: "the pool", zh: "公海") }

        package static var destinationUnclear: LocalizedText {
            LocalizedText(
                en: "Say either whom the customers go to with --to, or --by-rules.",
                zh: "请用 --to 指定负责人，或用 --by-rules 按规则分配，二者选一。"
            )
        }

        package static var customersUnclear: LocalizedText {
            LocalizedText(
                en: "Say which customers: name them, or give --where, but not both.",
                zh: "请指定客户：列出名称，或使用 --where，二者选一。"
            )
        }

        package static func personDisabled(name: String) -> LocalizedText {
            LocalizedText(
                en: "\(name) is disabled and cannot be responsible for a customer.",
                zh: "\(name) 已停用，不能负责客户。"
            )
        }

        package static func reasonInvalid(limit: Int) -> LocalizedText {
            LocalizedText(
                en: "A reason is one line of at most \(limit, one: "character", other: "characters").",
                zh: "原因须为一行，最多 \(limit) 个字符。"
            )
        }

        package static var noRules: LocalizedText {
            LocalizedText(
                en: "There is no assignment rule in use.",
                zh: "没有启用的分配规则。"
            )
        }

        package static var noRulesHint: LocalizedText {
            LocalizedText(
                en: "Managers add one with “waybook assignmentRule add NAME --set people=EMAIL,EMAIL”.",
                zh: "经理可用 waybook assignmentRule add 名称 --set people=邮箱,邮箱 添加。"
            )
        }

        package static func ruleUnreadable(rule: String, reason: String) -> LocalizedText {
            LocalizedText(
                en: "The assignment rule “\(rule)” cannot be applied: \(reason)",
                zh: "无法使用分配规则“\(rule)”：\(reason)"
            )
        }

        package static func ruleUnreadableHint(command: String) -> LocalizedText {
            LocalizedText(
                en: "Correct it with “\(command) --set filter=…”.",
                zh: "请用 \(command) --set filter=… 更正。"
            )
        }

        package static var nobodyToAssign: LocalizedText {
            LocalizedText(
                en: "No customer to assign.",
                zh: "没有需要分配的客户。"
            )
        }

        package static func assigned(customer: String, owner: String) -> LocalizedText {
            LocalizedText(
                en: "\(customer) → \(owner): requested, waiting for the next sync.",
                zh: "\(customer) → \(owner)：已申请，等待下次同步。"
            )
        }

        package static func wouldAssign(customer: String, owner: String) -> LocalizedText {
            LocalizedText(
                en: "\(customer) → \(owner): would be requested.",
                zh: "\(customer) → \(owner)：将提出申请。"
            )
        }

        package static func reallyAssign(count: Int) -> LocalizedText {
            LocalizedText(
                en: "Ask for another owner of \(count, one: "customer", other: "customers")? [y/N]",
                zh: "要变更 \(count) 个客户的负责人吗？[y/N]"
            )
        }

        package static func needsYes(count: Int) -> LocalizedText {
            LocalizedText(
                en: "\(count, one: "customer", other: "customers") would get another owner; confirm with --yes.",
                zh: "将变更 \(count) 个客户的负责人；请用 --yes 确认。"
            )
        }

        package static var nothingAssigned: LocalizedText {
            LocalizedText(en: "Nothing was assigned.", zh: "未分配任何客户。")
        }

        package static func alreadyThere(customer: String, owner: String) -> LocalizedText {
            LocalizedText(
                en: "\(customer) → \(owner): nothing to change.",
                zh: "\(customer) → \(owner)：无需更改。"
            )
        }

        package static func unmatched(customer: String) -> LocalizedText {
            LocalizedText(
                en: "\(customer): no rule matches.",
                zh: "\(customer)：没有匹配的规则。"
            )
        }

        package static func notAssigned(customer: String, why: String) -> LocalizedText {
            LocalizedText(
                en: "\(customer): not assigned. \(why)",
                zh: "\(customer)：未分配。\(why)"
            )
        }

        package static func sharedToEdit(customer: String, person: String) -> LocalizedText {
            LocalizedText(
                en: "\(person) may edit \(customer): requested, waiting for the next sync.",
                zh: "\(person) 可编辑 \(customer)：已申请，等待下次同步。"
            )
        }

        package static func sharedToView(customer: String, person: String) -> LocalizedText {
            LocalizedText(
                en: "\(person) may see \(customer): requested, waiting for the next sync.",
                zh: "\(person) 可查看 \(customer)：已申请，等待下次同步。"
            )
        }

        package static func unshared(customer: String, person: String) -> LocalizedText {
            LocalizedText(
                en: "\(customer) is no longer shared with \(person): requested, waiting for the next sync.",
                zh: "不再与 \(person) 共享 \(customer)：已申请，等待下次同步。"
            )
        }

        package static func noHistory(customer: String) -> LocalizedText {
            LocalizedText(
                en: "The owner of \(customer) has not changed yet.",
                zh: "\(customer) 的负责人尚未变更。"
            )
        }

        package static func presentOwner(owner: String) -> LocalizedText {
            LocalizedText(
                en: "Responsible: \(owner)",
                zh: "现任负责人：\(owner)"
            )
        }

        package static func ownerOfDeleted(customer: String) -> LocalizedText {
            LocalizedText(
                en: "\(customer) is deleted: nobody is responsible for it.",
                zh: "\(customer) 已删除：无人负责。"
            )
        }

        package static func ownsAlready(person: String, customer: String) -> LocalizedText {
            LocalizedText(
                en: "\(person) is responsible for \(customer): there is nothing to share.",
                zh: "\(person) 是 \(customer) 的负责人，无需共享。"
            )
        }

        package static func requestedOwner(owner: String) -> LocalizedText {
            LocalizedText(
                en: "Responsible: \(owner) (requested, waiting for the next sync)",
                zh: "现任负责人：\(owner)（已申请，等待下次同步）"
            )
        }

        package static var noOrphans: LocalizedText {
            LocalizedText(
                en: "Every customer here has an active owner.",
                zh: "本机所有客户都有在职的负责人。"
            )
        }

        package static var inPool: LocalizedText {
            LocalizedText(
                en: "in the pool",
                zh: "在公海中"
            )
        }

        package static func ownerInactive(name: String) -> LocalizedText {
            LocalizedText(
                en: "\(name) is disabled",
                zh: "\(name) 已停用"
            )
        }
    }
}
