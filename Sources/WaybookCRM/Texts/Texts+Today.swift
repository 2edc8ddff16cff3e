import WaybookModel

extension Texts {
    /// What there is to do on a day.
    package enum Today {
        package static var why: LocalizedText { LocalizedText(en: "Why", zh: "原因") }
        package static var what: LocalizedText { LocalizedText(en: "What", zh: "事项") }
        package static var customer: LocalizedText { LocalizedText(en: "Customer", zh: "客户") }
        package static var phone: LocalizedText { LocalizedText(en: "Phone", zh: "电话") }
        package static var doNotCall: LocalizedText { LocalizedText(en: "do not call", zh: "勿打电话") }

        package static func late(days: Int, priority: String) -> LocalizedText {
            LocalizedText(
                en: "\(days, one: "day", other: "days") late, \(priority)",
                zh: "逾期 \(days) 天，优先级\(priority)"
            )
        }

        package static func lateSince(time: String, priority: String) -> LocalizedText {
            LocalizedText(en: "late since \(time), \(priority)", zh: "\(time) 已到期，优先级\(priority)")
        }

        package static func due(priority: String) -> LocalizedText {
            LocalizedText(en: "due, \(priority)", zh: "当天到期，优先级\(priority)")
        }

        package static func dueAt(time: String, priority: String) -> LocalizedText {
            LocalizedText(en: "due at \(time), \(priority)", zh: "\(time) 到期，优先级\(priority)")
        }

        package static var birthday: LocalizedText { LocalizedText(en: "birthday", zh: "生日") }

        package static func birthdayTurning(age: Int) -> LocalizedText {
            LocalizedText(en: "birthday, turns \(age)", zh: "生日，\(age) 岁")
        }

        package static func nothing(day: String) -> LocalizedText {
            LocalizedText(en: "Nothing is due on \(day).", zh: "\(day) 没有到期事项。")
        }

        package static func undated(count: Int) -> LocalizedText {
            LocalizedText(
                en: "\(count, one: "open task without a date is", other: "open tasks without a date are") not listed.",
                zh: "另有 \(count) 项未完成任务没有日期，未列出。"
            )
        }

    }
}
