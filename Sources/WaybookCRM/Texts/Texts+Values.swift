import WaybookModel

extension Texts {
    /// Why a value is not valid, and what is expected instead.
    package enum Values {
        package static func assignmentInvalid(text: String) -> LocalizedText {
            LocalizedText(
                en: "“\(text)” is not of the form field=value.",
                zh: "“\(text)”不是“字段=值”的形式。"
            )
        }

        package static func fieldDerived(field: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) is calculated and cannot be set.",
                zh: "\(field)由系统计算，不能设置。"
            )
        }

        package static func fieldImmutable(field: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) cannot be changed once it is set.",
                zh: "\(field)设定后不能修改。"
            )
        }

        package static func required(field: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) is required.",
                zh: "\(field)不能为空。"
            )
        }

        package static func valueInvalid(field: String, value: String, expected: String) -> LocalizedText {
            LocalizedText(
                en: "\(field): “\(value)” is not valid; expected \(expected).",
                zh: "\(field)：“\(value)”无效；应为\(expected)。"
            )
        }

        package static func valueTooLong(field: String, limit: Int) -> LocalizedText {
            LocalizedText(
                en: "\(field) may have at most \(limit, one: "character", other: "characters").",
                zh: "\(field)最长 \(limit) 个字符。"
            )
        }

        package static func valueOutOfRange(field: String, lowest: Int, highest: Int) -> LocalizedText {
            LocalizedText(
                en: "\(field) must be between \(lowest) and \(highest).",
                zh: "\(field)须在 \(lowest) 到 \(highest) 之间。"
            )
        }

        package static func valueNotInEnum(field: String, value: String, allowed: [String]) -> LocalizedText {
            LocalizedText(
                en: "\(field): “\(value)” is not one of \(allowed, separator: ", ").",
                zh: "\(field)：“\(value)”不在可选值之内：\(allowed, separator: "、")。"
            )
        }

        package static func controlCharacter(field: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) contains a control character.",
                zh: "\(field)含有控制字符。"
            )
        }

        package static var expectedInteger: LocalizedText {
            LocalizedText(
                en: "a whole number",
                zh: "整数"
            )
        }

        package static var expectedDecimal: LocalizedText {
            LocalizedText(
                en: "a decimal number such as 12.5",
                zh: "小数，如 12.5"
            )
        }

        package static var expectedMoney: LocalizedText {
            LocalizedText(
                en: "an amount with its currency, such as 12.50 CNY",
                zh: "金额和币种，如 12.50 CNY"
            )
        }

        package static var expectedDate: LocalizedText {
            LocalizedText(
                en: "a date such as 2026-11-21",
                zh: "日期，如 2026-11-21"
            )
        }

        package static var expectedPartialDate: LocalizedText {
            LocalizedText(
                en: "a date such as 1985-04-12, --04-12 or --04-12L for the lunar calendar",
                zh: "日期，如 1985-04-12、--04-12，农历写 --04-12L"
            )
        }

        package static var expectedInstant: LocalizedText {
            LocalizedText(
                en: "a time such as 2026-11-21 15:30",
                zh: "时间，如 2026-11-21 15:30"
            )
        }

        package static var expectedBoolean: LocalizedText {
            LocalizedText(
                en: "yes or no",
                zh: "是或否"
            )
        }

        package static func expectedReference(kind: String) -> LocalizedText {
            LocalizedText(
                en: "the id or name of a \(kind)",
                zh: "\(kind)的编号或名称"
            )
        }

        package static func expectedRange(lowest: Int, highest: Int) -> LocalizedText {
            LocalizedText(
                en: "a whole number from \(lowest) to \(highest)",
                zh: "\(lowest) 到 \(highest) 的整数"
            )
        }

        package static func expectedText(limit: Int) -> LocalizedText {
            LocalizedText(
                en: "text of at most \(limit) characters",
                zh: "最长 \(limit) 个字符的文字"
            )
        }

        package static func expectedChoice(allowed: [String]) -> LocalizedText {
            LocalizedText(
                en: "one of \(allowed, separator: ", ")",
                zh: "可选 \(allowed, separator: "、")"
            )
        }

        package static func expectedParts(parts: [String]) -> LocalizedText {
            LocalizedText(
                en: "parts such as part:text;part:text, of \(parts, separator: ", ")",
                zh: "各部分，写作 部分:文字;部分:文字，可用 \(parts, separator: "、")"
            )
        }

        package static var expectedElements: LocalizedText {
            LocalizedText(
                en: "elements between commas; -element removes one",
                zh: "逗号分隔的若干项；-项 表示移除"
            )
        }

        package static var expectedPhones: LocalizedText {
            LocalizedText(
                en: "phone numbers between commas; -number removes one",
                zh: "逗号分隔的电话号码；-号码 表示移除"
            )
        }

        package static var expectedEmails: LocalizedText {
            LocalizedText(
                en: "e-mail addresses between commas; -address removes one",
                zh: "逗号分隔的邮箱；-邮箱 表示移除"
            )
        }

        package static var expectedBytes: LocalizedText {
            LocalizedText(
                en: "a file",
                zh: "文件"
            )
        }

        package static var limitInvalid: LocalizedText {
            LocalizedText(
                en: "--limit must be at least 1.",
                zh: "--limit 至少为 1。"
            )
        }

        package static func tooMuch(field: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) is longer or more than is allowed.",
                zh: "\(field)超出允许的长度或数量。"
            )
        }

        package static func typeInvalid(field: String, expected: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) has a value that does not fit; expected \(expected).",
                zh: "\(field)的值不合要求；应为\(expected)。"
            )
        }

        package static func notTaken(field: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) cannot be written here.",
                zh: "\(field)不能在此写入。"
            )
        }

        package static func unknownPart(field: String, part: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) has no part “\(part)”.",
                zh: "\(field)没有“\(part)”这一部分。"
            )
        }

        package static func noSuchElement(field: String, key: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) has no element “\(key)”.",
                zh: "\(field)中没有“\(key)”。"
            )
        }

        package static func unknownCurrency(field: String, code: String) -> LocalizedText {
            LocalizedText(
                en: "\(field): “\(code)” is no currency (ISO 4217).",
                zh: "\(field)：“\(code)”不是币种（ISO 4217）。"
            )
        }

        package static func tooPrecise(field: String, code: String) -> LocalizedText {
            LocalizedText(
                en: "\(field): the amount has more digits after the point than \(code) has.",
                zh: "\(field)：金额的小数位数超过 \(code) 的最小单位。"
            )
        }

        package static func requiredHint(field: String, expected: String) -> LocalizedText {
            LocalizedText(
                en: "Give it with --set \(field)=…: \(expected).",
                zh: "请用 --set \(field)=… 指定：\(expected)。"
            )
        }
    }
}
