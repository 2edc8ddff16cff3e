import WaybookModel

/// Every sentence that a person reads, in every language, one file an area.
///
/// An entry is a static member that names its values in its signature, so that a missing language, a missing value or a
/// misspelt placeholder does not compile; a test reads these files and compares the values that the languages show.
/// Commands' help comes from ``Texts/Help`` and is chosen by the language that the process was started with.
package enum Texts {}

extension Texts {
    /// Words that several areas share: headings of tables, yes and no, times.
    package enum Words {
        package static var yes: LocalizedText { LocalizedText(en: "yes", zh: "是") }
        package static var no: LocalizedText { LocalizedText(en: "no", zh: "否") }
        package static var never: LocalizedText { LocalizedText(en: "never", zh: "从未") }
        package static var none: LocalizedText { LocalizedText(en: "none", zh: "无") }
        package static var unknown: LocalizedText { LocalizedText(en: "unknown", zh: "未知") }
        package static var deletedValue: LocalizedText { LocalizedText(en: "(deleted)", zh: "（已删除）") }
        package static var emptyValue: LocalizedText { LocalizedText(en: "(empty)", zh: "（空）") }
        package static var id: LocalizedText { LocalizedText(en: "ID", zh: "编号") }
        package static var field: LocalizedText { LocalizedText(en: "Field", zh: "字段") }
        package static var value: LocalizedText { LocalizedText(en: "Value", zh: "值") }
        package static var record: LocalizedText { LocalizedText(en: "Record", zh: "记录") }
        package static var collection: LocalizedText { LocalizedText(en: "Kind", zh: "类别") }
        package static var name: LocalizedText { LocalizedText(en: "Name", zh: "名称") }
        package static var time: LocalizedText { LocalizedText(en: "Time", zh: "时间") }
        package static var who: LocalizedText { LocalizedText(en: "Who", zh: "操作人") }
        package static var device: LocalizedText { LocalizedText(en: "Device", zh: "设备") }
        package static var reason: LocalizedText { LocalizedText(en: "Reason", zh: "原因") }
        package static var state: LocalizedText { LocalizedText(en: "State", zh: "状态") }
        package static var line: LocalizedText { LocalizedText(en: "Line", zh: "行") }
        package static var email: LocalizedText { LocalizedText(en: "E-mail", zh: "邮箱") }
        package static var justNow: LocalizedText { LocalizedText(en: "just now", zh: "刚刚") }

        package static func minutesAgo(_ count: Int) -> LocalizedText {
            LocalizedText(en: "\(count, one: "minute", other: "minutes") ago", zh: "\(count) 分钟前")
        }
        package static func hoursAgo(_ count: Int) -> LocalizedText {
            LocalizedText(en: "\(count, one: "hour", other: "hours") ago", zh: "\(count) 小时前")
        }
        package static func daysAgo(_ count: Int) -> LocalizedText {
            LocalizedText(en: "\(count, one: "day", other: "days") ago", zh: "\(count) 天前")
        }

        /// Says how long ago something was, from its age in whole seconds.
        package static func ago(seconds: Int) -> LocalizedText {
            switch seconds {
            case ..<60: justNow
            case ..<3_600: minutesAgo(seconds / 60)
            case ..<172_800: hoursAgo(seconds / 3_600)
            default: daysAgo(seconds / 86_400)
            }
        }
    }
}
