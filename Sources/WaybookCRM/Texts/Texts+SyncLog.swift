import WaybookModel

// The lines of the sync log and of the preview.
extension Texts.Sync {
    package static var logEmpty: LocalizedText {
        LocalizedText(
            en: "Nothing has been sent or received yet.",
            zh: "尚未发送或接收任何内容。"
        )
    }

    package static var watchOrPreview: LocalizedText {
        LocalizedText(
            en: "--watch and --preview exclude each other.",
            zh: "--watch 与 --preview 不能同时使用。"
        )
    }

    package static func otherServer(server: String) -> LocalizedText {
        LocalizedText(
            en: "Another server than before answers at \(server); nothing was sent or fetched.",
            zh: "\(server) 的响应来自另一台服务器；未发送也未获取任何内容。"
        )
    }

    package static func previewNew(kind: String, record: String) -> LocalizedText {
        LocalizedText(
            en: "add \(kind) \(record)",
            zh: "添加\(kind) \(record)"
        )
    }

    package static func previewDelete(kind: String, record: String) -> LocalizedText {
        LocalizedText(
            en: "delete \(kind) \(record)",
            zh: "删除\(kind) \(record)"
        )
    }

    package static func previewRestore(kind: String, record: String) -> LocalizedText {
        LocalizedText(
            en: "restore \(kind) \(record)",
            zh: "恢复\(kind) \(record)"
        )
    }

    package static func previewChange(kind: String, record: String, fields: [String]) -> LocalizedText {
        LocalizedText(
            en: "\(kind) \(record): \(fields, separator: ", ")",
            zh: "\(kind) \(record)：\(fields, separator: "、")"
        )
    }

    package static func logCame(count: Int) -> LocalizedText {
        LocalizedText(
            en: "\(count, one: "record", other: "records") came",
            zh: "到来 \(count) 条记录"
        )
    }

    package static func logCameOne(kind: String, record: String) -> LocalizedText {
        LocalizedText(
            en: "\(kind) \(record) came: new to this laptop",
            zh: "\(kind) \(record) 到来：本机新增"
        )
    }

    package static func logChanged(count: Int) -> LocalizedText {
        LocalizedText(
            en: "\(count, one: "record was", other: "records were") changed elsewhere",
            zh: "\(count) 条记录在别处被修改"
        )
    }

    package static func logChangedOne(kind: String, record: String) -> LocalizedText {
        LocalizedText(
            en: "\(kind) \(record) was changed elsewhere",
            zh: "\(kind) \(record) 在别处被修改"
        )
    }

    package static func logAccepted(count: Int, through: Int) -> LocalizedText {
        LocalizedText(
            en: "sent \(count, one: "change set", other: "change sets"), up to number \(through): accepted",
            zh: "发送 \(count) 组修改，至第 \(through) 组：已接受"
        )
    }

    package static func logSettled(number: Int, record: String) -> LocalizedText {
        LocalizedText(
            en: "sent change set \(number) (\(record)): accepted, and merged with what others wrote",
            zh: "发送第 \(number) 组修改（\(record)）：已接受，并与他人的修改合并"
        )
    }

    package static func logRestamped(number: Int, record: String) -> LocalizedText {
        LocalizedText(
            en: "sent change set \(number) (\(record)): accepted, its time corrected by the server",
            zh: "发送第 \(number) 组修改（\(record)）：已接受，时间由服务器校正"
        )
    }

    package static func logRefused(number: Int, record: String) -> LocalizedText {
        LocalizedText(
            en: "sent change set \(number) (\(record)): not accepted",
            zh: "发送第 \(number) 组修改（\(record)）：未被接受"
        )
    }

    package static func logHandedOver(number: Int, record: String) -> LocalizedText {
        LocalizedText(
            en: "sent change set \(number) (\(record)): handed over, the record had moved on",
            zh: "发送第 \(number) 组修改（\(record)）：已移交，该记录已转交他人"
        )
    }

    package static func logQuarantined(number: Int, record: String) -> LocalizedText {
        LocalizedText(
            en: "sent change set \(number) (\(record)): put aside by the server",
            zh: "发送第 \(number) 组修改（\(record)）：被服务器隔离"
        )
    }

    package static func logRenumbered(number: Int) -> LocalizedText {
        LocalizedText(
            en: "this store got the new number \(number)",
            zh: "此数据目录获得新编号 \(number)"
        )
    }

    package static var logBegunAfresh: LocalizedText {
        LocalizedText(
            en: "the server no longer knew how far this laptop had read: all records are fetched anew",
            zh: "服务器已不认识本机的同步进度：重新获取全部记录"
        )
    }

    package static func logRewound(count: Int) -> LocalizedText {
        LocalizedText(
            en: """
                the server was put back to an earlier state: \(count, one: "change set", other: "change sets") of this \
                laptop sent again
                """,
            zh: "服务器已恢复到较早的状态：重新发送本机的 \(count) 组修改"
        )
    }

    package static func logCameLate(time: String) -> LocalizedText {
        LocalizedText(
            en: "laptops were waited for until \(time): what this one brings counts as late",
            zh: "服务器等待各设备的期限已于 \(time) 结束：本机送回的内容按迟到处理"
        )
    }

    package static func logWitnessGivenUp(count: Int) -> LocalizedText {
        LocalizedText(
            en: """
                the server does not take what this laptop still held of others' lost work: \
                \(count, one: "entry", other: "entries") of it dropped
                """,
            zh: "服务器不接收本机保留的他人丢失内容：已放弃其中 \(count) 条"
        )
    }

    package static func logGone(count: Int) -> LocalizedText {
        LocalizedText(
            en: "\(count, one: "record", other: "records") that the server no longer has for you: removed here",
            zh: "服务器不再向您提供的 \(count) 条记录：本机已移除"
        )
    }

    package static func logMended(count: Int) -> LocalizedText {
        LocalizedText(
            en: "\(count, one: "record", other: "records") that differed from the server’s: taken from the server anew",
            zh: "与服务器不一致的 \(count) 条记录：已从服务器重新获取"
        )
    }

    package static func logCompleted(number: Int) -> LocalizedText {
        LocalizedText(
            en: "everything up to change \(number) was read",
            zh: "已读完至第 \(number) 次变更"
        )
    }
}
