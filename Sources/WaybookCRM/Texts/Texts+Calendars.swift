import WaybookModel

extension Texts {
    /// Exporting a calendar.
    package enum Calendars {
        package static func birthday(name: String) -> LocalizedText {
            LocalizedText(
                en: "Birthday of \(name)",
                zh: "\(name)的生日"
            )
        }

        package static func calendarName(person: String) -> LocalizedText {
            LocalizedText(
                en: "Waybook: \(person)",
                zh: "Waybook 日历：\(person)"
            )
        }

        package static func exported(tasks: Int, visits: Int, birthdays: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    \(tasks, one: "task", other: "tasks"), \(visits, one: "visit", other: "visits"), \
                    \(birthdays, one: "birthday", other: "birthdays").
                    """,
                zh: "任务 \(tasks)，拜访 \(visits)，生日 \(birthdays)。"
            )
        }

        package static func exportedTo(tasks: Int, visits: Int, birthdays: Int, path: String) -> LocalizedText {
            LocalizedText(
                en: """
                    Wrote \(tasks, one: "task", other: "tasks"), \(visits, one: "visit", other: "visits") and \
                    \(birthdays, one: "birthday", other: "birthdays") to \(path).
                    """,
                zh: "已写入 \(path)：任务 \(tasks)，拜访 \(visits)，生日 \(birthdays)。"
            )
        }

        package static func lunarLeftOut(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    Left out: \(count, one: "birthday", other: "birthdays") of the lunar calendar, which other calendars \
                    cannot repeat.
                    """,
                zh: "未导出 \(count) 个农历生日：其他日历无法按农历重复。"
            )
        }
    }
}
