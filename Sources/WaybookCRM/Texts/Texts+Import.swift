import WaybookModel

extension Texts {
    /// Importing CSV files and the report of what was not taken.
    package enum Import {
        package static func fileUnreadable(path: String, reason: String) -> LocalizedText {
            LocalizedText(
                en: "\(path) cannot be read: \(reason).",
                zh: "无法读取 \(path)：\(reason)。"
            )
        }

        package static func fileEmpty(path: String) -> LocalizedText {
            LocalizedText(
                en: "\(path) is empty; the first line must hold the column names.",
                zh: "\(path) 为空；第一行须为列名。"
            )
        }

        package static func encodingUnknown(path: String) -> LocalizedText {
            LocalizedText(
                en: "\(path) is neither UTF-8 nor GB18030.",
                zh: "\(path) 既不是 UTF-8 也不是 GB18030 编码。"
            )
        }

        package static func encodingUTF16(path: String) -> LocalizedText {
            LocalizedText(
                en: "\(path) is UTF-16; save it as “CSV UTF-8” first.",
                zh: "\(path) 是 UTF-16 编码；请先另存为“CSV UTF-8”。"
            )
        }

        package static func encodingUnavailable(name: String) -> LocalizedText {
            LocalizedText(
                en: "This system cannot read the encoding \(name).",
                zh: "本系统无法读取 \(name) 编码。"
            )
        }

        package static func encodingChosen(name: String) -> LocalizedText {
            LocalizedText(
                en: "Reading it as \(name).",
                zh: "按 \(name) 编码读取。"
            )
        }

        package static func columnTaken(header: String, field: String) -> LocalizedText {
            LocalizedText(
                en: "\(header) → \(field)",
                zh: "\(header) → \(field)"
            )
        }

        package static func columnsIgnored(headers: [String]) -> LocalizedText {
            LocalizedText(
                en: "Columns not imported: \(headers, separator: ", ").",
                zh: "未导入的列：\(headers, separator: "、")。"
            )
        }

        package static var columnsNoneMapped: LocalizedText {
            LocalizedText(
                en: "No column could be recognised; name them with --map Header=field.",
                zh: "没有可识别的列；请用 --map 列名=字段 指定。"
            )
        }

        package static func mapUnknownHeader(header: String) -> LocalizedText {
            LocalizedText(
                en: "The file has no column “\(header)”.",
                zh: "文件中没有列“\(header)”。"
            )
        }

        package static func mapUnknownField(field: String) -> LocalizedText {
            LocalizedText(
                en: "There is no field “\(field)” to import into.",
                zh: "没有可导入的字段“\(field)”。"
            )
        }

        package static func mapTwice(field: String, headers: [String]) -> LocalizedText {
            LocalizedText(
                en: "Several columns would go to \(field): \(headers, separator: ", "). Choose one with --map.",
                zh: "多个列对应\(field)：\(headers, separator: "、")。请用 --map 选定一列。"
            )
        }

        package static func mapInvalid(text: String) -> LocalizedText {
            LocalizedText(
                en: "“\(text)” is not of the form Header=field.",
                zh: "“\(text)”不是“列名=字段”的形式。"
            )
        }

        package static func line(number: Int, reason: String) -> LocalizedText {
            LocalizedText(
                en: "Line \(number): \(reason)",
                zh: "第 \(number) 行：\(reason)"
            )
        }

        package static func textAfterQuote(column: Int) -> LocalizedText {
            LocalizedText(
                en: "column \(column) has text after its closing quote",
                zh: "第 \(column) 列的结束引号后还有文字"
            )
        }

        package static func quoteNotClosed(column: Int, limit: Int) -> LocalizedText {
            LocalizedText(
                en: "the quote that opens column \(column) is not closed (a row may have \(limit) bytes)",
                zh: "第 \(column) 列的引号没有结束（一行最多 \(limit) 字节）"
            )
        }

        package static func rowTooLong(limit: Int) -> LocalizedText {
            LocalizedText(
                en: "the row has more than \(limit) bytes",
                zh: "该行超过 \(limit) 字节"
            )
        }

        package static func tooManyColumns(limit: Int) -> LocalizedText {
            LocalizedText(
                en: "the row has more than \(limit) columns",
                zh: "该行超过 \(limit) 列"
            )
        }

        package static func columnCount(found: Int, expected: Int) -> LocalizedText {
            LocalizedText(
                en: "the row has \(found, one: "column", other: "columns") where the heading has \(expected)",
                zh: "该行有 \(found) 列，而表头有 \(expected) 列"
            )
        }

        package static func textInvalid(column: Int, encoding: String) -> LocalizedText {
            LocalizedText(
                en: "column \(column) is not valid \(encoding)",
                zh: "第 \(column) 列不是有效的 \(encoding) 文字"
            )
        }

        package static func tooManyUnclosedQuotes(limit: Int) -> LocalizedText {
            LocalizedText(
                en: "more than \(limit) rows have quotes that are never closed; the rest of the file was not read",
                zh: "超过 \(limit) 行的引号没有结束；文件其余部分未读取"
            )
        }

        package static func progress(rows: Int) -> LocalizedText {
            LocalizedText(
                en: "Imported \(rows, one: "row", other: "rows")…",
                zh: "已导入 \(rows) 行…"
            )
        }

        package static func done(created: Int, updated: Int, unchanged: Int, refused: Int) -> LocalizedText {
            LocalizedText(
                en: "Imported: \(created) new, \(updated) changed, \(unchanged) unchanged, \(refused) not taken.",
                zh: "导入完成：新增 \(created)，修改 \(updated)，未变 \(unchanged)，未导入 \(refused)。"
            )
        }

        package static func dryRun(created: Int, updated: Int, unchanged: Int, refused: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    Would import: \(created) new, \(updated) changed, \(unchanged) unchanged, \(refused) not \
                    taken. Nothing was written.
                    """,
                zh: "试导入：将新增 \(created)，修改 \(updated)，未变 \(unchanged)，不导入 \(refused)。未写入任何内容。"
            )
        }

        package static func reportMore(count: Int) -> LocalizedText {
            LocalizedText(
                en: "and \(count, one: "more line", other: "more lines"); all of them with --json",
                zh: "另有 \(count) 行；用 --json 查看全部"
            )
        }

        package static func exported(count: Int, path: String) -> LocalizedText {
            LocalizedText(
                en: "Wrote \(count, one: "record", other: "records") to \(path).",
                zh: "已将 \(count) 条记录写入 \(path)。"
            )
        }

        package static func keyMissing(fields: [String]) -> LocalizedText {
            LocalizedText(
                en: "nothing tells this row from others; it needs \(fields, separator: ", ")",
                zh: "无法识别此行；需要\(fields, separator: "、")"
            )
        }

        package static func sameKey(line: Int) -> LocalizedText {
            LocalizedText(
                en:
                    "it is known by the same as line \(line) but says something else; tell them apart with --key or a column of IDs",
                zh: "与第 \(line) 行标识相同但内容不同；请用 --key 或编号列加以区分"
            )
        }

        package static var deletedHere: LocalizedText {
            LocalizedText(
                en: "its record was deleted; restore it first",
                zh: "对应记录已删除；请先恢复"
            )
        }

        package static func encodingNotRead(name: String) -> LocalizedText {
            LocalizedText(
                en: "The encoding “\(name)” is not read; utf-8 and gb18030 are.",
                zh: "不支持编码“\(name)”；可用 utf-8 或 gb18030。"
            )
        }

        package static func separatorInvalid(text: String) -> LocalizedText {
            LocalizedText(
                en: "“\(text)” cannot separate columns; give one character such as ; or tab.",
                zh: "“\(text)”不能作为列分隔符；请给出一个字符，如 ; 或 tab。"
            )
        }

        package static func indexing(done: Int) -> LocalizedText {
            LocalizedText(
                en: "Preparing search, \(done)…",
                zh: "正在准备搜索 \(done)…"
            )
        }
    }
}
