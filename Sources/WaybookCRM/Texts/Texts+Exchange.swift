import WaybookModel

extension Texts {
    /// The closed list of the exchange's problems: one sentence and one next step each.
    package enum Exchange {
        package static var retry: LocalizedText {
            LocalizedText(
                en: "The server could not answer just now.",
                zh: "服务器暂时无法响应。"
            )
        }

        package static var retryHint: LocalizedText {
            LocalizedText(
                en: "Nothing to do: the next sync tries again.",
                zh: "无需操作：下次同步会重试。"
            )
        }

        package static func slowDown(seconds: Int) -> LocalizedText {
            LocalizedText(
                en: "The server asks to wait \(seconds, one: "second", other: "seconds").",
                zh: "服务器要求等待 \(seconds) 秒。"
            )
        }

        package static var revoked: LocalizedText {
            LocalizedText(
                en: "This laptop's access was withdrawn.",
                zh: "本机的访问权限已被撤销。"
            )
        }

        package static var disabled: LocalizedText {
            LocalizedText(
                en: "Your account is disabled: this laptop may deliver what is unsent, and fetches nothing.",
                zh: "您的账号已停用：本机只能送出未发送的修改，不再获取任何内容。"
            )
        }

        package static var disabledHint: LocalizedText {
            LocalizedText(
                en: "Ask your administrator; what was sent waits in the handover box for a decision.",
                zh: "请联系管理员；已送出的修改在移交箱中等待处理。"
            )
        }

        package static var revokedHint: LocalizedText {
            LocalizedText(
                en: "Ask your administrator; your unsent work is kept.",
                zh: "请联系管理员；未发送的修改仍保留。"
            )
        }

        package static var wipe: LocalizedText {
            LocalizedText(
                en: "Your administrator had the data on this laptop removed.",
                zh: "管理员已要求移除本机数据。"
            )
        }

        package static var upgrade: LocalizedText {
            LocalizedText(
                en: "This version of Waybook is too old for the server.",
                zh: "此 Waybook 版本过旧，服务器不再支持。"
            )
        }

        package static var upgradeHint: LocalizedText {
            LocalizedText(
                en: "Install the current version; your unsent work is kept.",
                zh: "请安装当前版本；未发送的修改仍保留。"
            )
        }

        package static var fixRecord: LocalizedText {
            LocalizedText(
                en: "A change was not accepted; everything else went through.",
                zh: "有一处修改未被接受；其余均已成功。"
            )
        }

        package static func tooLarge(limit: Int) -> LocalizedText {
            LocalizedText(
                en: "One change set is larger than \(limit) bytes.",
                zh: "有一组修改超过 \(limit) 字节。"
            )
        }

        package static var fork: LocalizedText {
            LocalizedText(
                en: "This store is an older copy or a clone; it gets a new number and sends its work again.",
                zh: "此数据目录是旧副本或克隆；将获得新编号并重新发送。"
            )
        }

        package static func gap(expected: Int) -> LocalizedText {
            LocalizedText(
                en: "The server misses change set \(expected); it is sent again.",
                zh: "服务器缺少第 \(expected) 组修改；将重新发送。"
            )
        }

        package static var timeline: LocalizedText {
            LocalizedText(
                en:
                    "The server was put back to an earlier state; this laptop keeps everything and sends nothing. Tell your administrator.",
                zh: "服务器已恢复到较早的状态；本机保留全部内容，不再发送。请告知管理员。"
            )
        }

        package static var stale: LocalizedText {
            LocalizedText(
                en:
                    "The server does not take back what it said of how far this laptop has read; everything here is kept. Sync again; if it stays so, tell your administrator.",
                zh: "服务器不承认自己给出的同步进度；本机内容全部保留。请再次同步；如仍如此，请告知管理员。"
            )
        }

        package static func erased(record: String) -> LocalizedText {
            LocalizedText(
                en: "\(record) was erased for privacy; later changes to it are dropped.",
                zh: "\(record) 已因隐私要求彻底删除；之后的修改不再保留。"
            )
        }

        package static var quarantine: LocalizedText {
            LocalizedText(
                en: "A change set looks damaged and was set aside; the rest went through.",
                zh: "有一组修改疑似损坏，已隔离；其余均已成功。"
            )
        }

        package static var quarantineHint: LocalizedText {
            LocalizedText(
                en: "See it with “waybook rejected list” and tell your administrator.",
                zh: "运行 waybook rejected list 查看，并告知管理员。"
            )
        }

        package static var serverFull: LocalizedText {
            LocalizedText(
                en: "The server has no space left.",
                zh: "服务器空间已满。"
            )
        }

        package static var serverFullHint: LocalizedText {
            LocalizedText(
                en: "Tell your administrator; your work is safe on this laptop.",
                zh: "请告知管理员；您的修改安全保存在本机。"
            )
        }

        package static var incomplete: LocalizedText {
            LocalizedText(
                en: "The server's answer ended early; the next sync goes on from the last complete part.",
                zh: "服务器的响应提前结束；下次同步将从最后完整的部分继续。"
            )
        }

        package static func answerUnreadable(detail: String) -> LocalizedText {
            LocalizedText(
                en: "The server's answer cannot be understood: \(detail).",
                zh: "无法理解服务器的响应：\(detail)。"
            )
        }

        package static var requestNotUnderstood: LocalizedText {
            LocalizedText(
                en: "The server did not understand the request.",
                zh: "服务器无法理解该请求。"
            )
        }
    }
}
