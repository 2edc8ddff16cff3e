import WaybookModel

extension Texts {
    /// What is wrong with a command line, where the parser says it: it has these sentences in English only.
    package enum Parser {
        package static func unexpectedArgument(_ argument: String) -> LocalizedText {
            LocalizedText(en: "Unexpected argument '\(argument)'", zh: "多余的参数：'\(argument)'")
        }

        /// - Parameter arguments: in quotation marks already, one after the other.
        package static func unexpectedArguments(count: String, _ arguments: String) -> LocalizedText {
            LocalizedText(
                en: "\(count) unexpected arguments: \(arguments)", zh: "有 \(count) 个多余的参数：\(arguments)")
        }

        package static func missingArgument(_ argument: String) -> LocalizedText {
            LocalizedText(en: "Missing expected argument '\(argument)'", zh: "缺少参数：'\(argument)'")
        }

        package static func missingOneOf(_ arguments: String) -> LocalizedText {
            LocalizedText(en: "Missing one of: \(arguments)", zh: "缺少以下参数之一：\(arguments)")
        }

        package static func missingValue(_ option: String) -> LocalizedText {
            LocalizedText(en: "Missing value for '\(option)'", zh: "选项 '\(option)' 缺少值")
        }

        package static func unknownOption(_ option: String) -> LocalizedText {
            LocalizedText(en: "Unknown option '\(option)'", zh: "未知选项：'\(option)'")
        }

        package static func unknownOptionNear(_ option: String, nearest: String) -> LocalizedText {
            LocalizedText(
                en: "Unknown option '\(option)'. Did you mean '\(nearest)'?",
                zh: "未知选项：'\(option)'。您是否想写 '\(nearest)'？"
            )
        }

        package static func needlessValue(_ option: String, value: String) -> LocalizedText {
            LocalizedText(
                en: "The option '\(option)' does not take any value, but '\(value)' was specified.",
                zh: "选项 '\(option)' 不接受值，却给出了 '\(value)'。"
            )
        }

        package static func invalidValue(_ value: String, option: String) -> LocalizedText {
            LocalizedText(
                en: "The value '\(value)' is invalid for '\(option)'", zh: "'\(value)' 不是 '\(option)' 的有效值")
        }

        /// - Parameter choices: in quotation marks already.
        package static func invalidChoice(_ value: String, option: String, choices: String) -> LocalizedText {
            LocalizedText(
                en: "The value '\(value)' is invalid for '\(option)'. Please provide one of \(choices).",
                zh: "'\(value)' 不是 '\(option)' 的有效值，可用值：\(choices)。"
            )
        }

        package static func exclusiveFlags(_ flag: String, earlier: String) -> LocalizedText {
            LocalizedText(
                en: "Value to be set with flag '\(flag)' had already been set with flag '\(earlier)'",
                zh: "'\(flag)' 与前面的 '\(earlier)' 不能同时使用"
            )
        }

        package static var missingSubcommand: LocalizedText {
            LocalizedText(en: "Missing required subcommand.", zh: "缺少子命令。")
        }
    }
}
