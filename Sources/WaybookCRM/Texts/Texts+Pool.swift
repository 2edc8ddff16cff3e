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
    }
}
