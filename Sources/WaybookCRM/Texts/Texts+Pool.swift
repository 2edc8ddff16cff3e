import WaybookModel

extension Texts {
    /// The customers that nobody is responsible for.
    package enum Pool {
        package static var empty: LocalizedText {
            LocalizedText(
                en: "The pool is empty.",
                zh: "公海中没有客户。"
            )
        }

        package static func unseen(role: String) -> LocalizedText {
            LocalizedText(
                en: "Your role is \(role): it does not see the pool.",
                zh: "您的角色是\(role)：不能查看公海。"
            )
        }

        package static var fieldUnknown: LocalizedText {
            LocalizedText(
                en: "Of customers in the pool only some fields are shown; nobody is responsible for them.",
                zh: "公海中的客户只显示部分字段，且没有负责人。"
            )
        }

        package static func notInPool(customer: String) -> LocalizedText {
            LocalizedText(
                en: "\(customer) is no longer in the pool.",
                zh: "\(customer) 已不在公海中。"
            )
        }

        package static func claimedBy(customer: String, person: String) -> LocalizedText {
            LocalizedText(
                en: "\(person) has claimed \(customer) already.",
                zh: "\(person) 已认领 \(customer)。"
            )
        }

        package static func claimedAlready(customer: String) -> LocalizedText {
            LocalizedText(
                en: "You have asked for \(customer) already; it waits for the next sync.",
                zh: "您已申请认领 \(customer)，等待下次同步。"
            )
        }

        package static func claimed(customer: String) -> LocalizedText {
            LocalizedText(
                en: "Claim of \(customer): requested, waiting for the next sync. The first to ask has it.",
                zh: "认领 \(customer)：已申请，等待下次同步，先到先得。"
            )
        }

        package static func granted(customer: String) -> LocalizedText {
            LocalizedText(
                en: "You are now responsible for \(customer).",
                zh: "您已成为 \(customer) 的负责人。"
            )
        }

        package static func lost(customer: String, person: String) -> LocalizedText {
            LocalizedText(
                en: "\(person) claimed \(customer) before you.",
                zh: "\(person) 已先于您认领 \(customer)。"
            )
        }

        package static func gone(customer: String) -> LocalizedText {
            LocalizedText(
                en: "\(customer) left the pool before your claim arrived.",
                zh: "在您的认领到达之前，\(customer) 已离开公海。"
            )
        }
    }
}
