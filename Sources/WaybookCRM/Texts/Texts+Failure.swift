import WaybookModel

extension Texts {
    /// Failures that belong to no area.
    package enum Failure {
        package static var prefix: LocalizedText {
            LocalizedText(
                en: "Error",
                zh: "错误"
            )
        }

        package static var hintPrefix: LocalizedText {
            LocalizedText(
                en: "Try",
                zh: "建议"
            )
        }

        package static func usage(detail: String) -> LocalizedText {
            LocalizedText(
                en: "The command cannot be understood: \(detail).",
                zh: "无法理解该命令：\(detail)。"
            )
        }

        package static func unexpected(detail: String) -> LocalizedText {
            LocalizedText(
                en: "Something went wrong that Waybook did not expect: \(detail).",
                zh: "发生了意料之外的错误：\(detail)。"
            )
        }

        package static var cancelled: LocalizedText {
            LocalizedText(
                en: "Cancelled; the store is as it was after the last finished step.",
                zh: "已取消；数据保持在最后完成的步骤之后的状态。"
            )
        }

        package static func fileExists(path: String) -> LocalizedText {
            LocalizedText(
                en: "\(path) exists already and is not overwritten.",
                zh: "\(path) 已存在，不会覆盖。"
            )
        }

        package static func fileUnwritable(path: String, reason: String) -> LocalizedText {
            LocalizedText(
                en: "\(path) cannot be written: \(reason).",
                zh: "无法写入 \(path)：\(reason)。"
            )
        }
    }
}
