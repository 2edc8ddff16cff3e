import WaybookModel

extension Texts {
    /// What `waybook doctor` says.
    package enum Doctor {
        package static func whole(records: Int) -> LocalizedText {
            LocalizedText(
                en: "Looked at \(records, one: "record", other: "records"); all is well.",
                zh: "已检查 \(records) 条记录；一切正常。"
            )
        }

        package static func found(count: Int) -> LocalizedText {
            LocalizedText(
                en: "Found \(count, one: "problem", other: "problems"):",
                zh: "发现 \(count) 个问题："
            )
        }

        package static func finding(kind: String, subject: String) -> LocalizedText {
            LocalizedText(
                en: "  \(kind): \(subject)",
                zh: "  \(kind)：\(subject)"
            )
        }

        package static func copied(path: String) -> LocalizedText {
            LocalizedText(
                en: "The store as it was is kept as \(path), until you delete it, sign out or lose a customer.",
                zh: "原数据文件保留为 \(path)；您删除它、退出登录或有客户离开本机时，它将被删除。"
            )
        }

        package static var mended: LocalizedText {
            LocalizedText(
                en: "All of it was made anew; nothing unsent was touched.",
                zh: "已全部重建；未改动任何未发送的内容。"
            )
        }

        package static var equal: LocalizedText {
            LocalizedText(
                en: "Compared with the server: both have the same.",
                zh: "已与服务器比较：两边一致。"
            )
        }

        package static var replaced: LocalizedText {
            LocalizedText(
                en: "Much of it differed, so everything was read from the server anew.",
                zh: "不一致之处较多，已从服务器全部重新获取。"
            )
        }

        package static var notCompared: LocalizedText {
            LocalizedText(
                en: """
                    Nothing was compared: something is still being sent again, or the server is busy with another laptop, has compared \
                    often of late, is of an earlier version, or cannot read a record of its own. Try again later.
                    """,
                zh: "未能进行比较：本机仍在重新发送内容，或服务器正忙于另一台设备、近期已多次比较、版本较早，或无法读取自身的某条记录。请稍后再试。"
            )
        }

        package static var repairHint: LocalizedText {
            LocalizedText(
                en: "“waybook doctor --repair” makes search, lists and what is shown anew; nothing unsent is touched.",
                zh: "运行 “waybook doctor --repair” 可重建搜索、列表和显示内容；不会改动未发送的内容。"
            )
        }

        package static var anewHint: LocalizedText {
            LocalizedText(
                en: """
                    “waybook doctor --compare” takes such records from the server anew; nothing unsent is touched. If some are \
                    left: “waybook logout --export FILE” keeps what is unsent and refused in a file; then sign in.
                    """,
                zh: """
                    运行 “waybook doctor --compare” 可从服务器重新获取这类记录；不会改动未发送的内容。若仍有剩余：先用 \
                    “waybook logout --export FILE” 将未发送和被拒绝的内容保存到文件，再重新登录。
                    """
            )
        }

        package static var structureHint: LocalizedText {
            LocalizedText(
                en: """
                    Nothing is written to such a file. Copy its folder to a safe place. “waybook logout --export FILE” keeps what \
                    is unsent and refused, where that can still be read, and you sign in anew; where it cannot, sign in with a new \
                    store (--store). The rest comes from the server.
                    """,
                zh: """
                    不会再写入这样的文件。请将其所在文件夹复制到安全的位置。若未发送和被拒绝的内容仍可读取，用 “waybook logout \
                    --export FILE” 保存后重新登录；否则用新的数据目录（--store）登录。其余内容来自服务器。
                    """
            )
        }

        package static var outboxHint: LocalizedText {
            LocalizedText(
                en: """
                    The server does not have such changes. The records named still show them: note them down, run “waybook logout \
                    --export FILE”, sign in, and enter them again.
                    """,
                zh: """
                    服务器没有这些修改。所列记录仍显示其内容：请记下，运行 “waybook logout --export FILE”，重新登录，\
                    再次录入。
                    """
            )
        }

        package static var journalHint: LocalizedText {
            LocalizedText(
                en: """
                    The server has such changes; nothing is to be done. Only if it were put back to an earlier state, they could not \
                    be sent again.
                    """,
                zh: "服务器已有这些修改，无需处理。只有当服务器恢复到较早的状态时，才无法再次发送。"
            )
        }

        package static var rejectedHint: LocalizedText {
            LocalizedText(
                en: """
                    Such changes had been refused, and cannot be listed or sent again. Copy the folder to a safe place before you \
                    sign out.
                    """,
                zh: "这些修改已被拒绝，且无法列出或再次发送。退出登录前，请将文件夹复制到安全的位置。"
            )
        }

        package static var structure: LocalizedText {
            LocalizedText(
                en: "faults in the file’s structure",
                zh: "文件结构的错误"
            )
        }

        package static var record: LocalizedText {
            LocalizedText(
                en: "record that cannot be read",
                zh: "无法读取的记录"
            )
        }

        package static var shown: LocalizedText {
            LocalizedText(
                en: "record shown otherwise than it is",
                zh: "显示与实际不符的记录"
            )
        }

        package static var unit: LocalizedText {
            LocalizedText(
                en: "record kept under another customer",
                zh: "归入其他客户的记录"
            )
        }

        package static var touched: LocalizedText {
            LocalizedText(
                en: "unsent change that is linked wrongly",
                zh: "关联有误的未发送修改"
            )
        }

        package static var outbox: LocalizedText {
            LocalizedText(
                en: "unsent change that is missing or cannot be read",
                zh: "缺失或无法读取的未发送修改"
            )
        }

        package static var journal: LocalizedText {
            LocalizedText(
                en: "answered change that is missing or cannot be read",
                zh: "缺失或无法读取的服务器已答复的修改"
            )
        }

        package static var rejected: LocalizedText {
            LocalizedText(
                en: "refused change that cannot be read",
                zh: "无法读取的被拒绝的修改"
            )
        }

        package static var count: LocalizedText {
            LocalizedText(
                en: "answered changes that are counted wrongly, bytes",
                zh: "计数有误的服务器已答复的修改（字节）"
            )
        }

        package static var conflict: LocalizedText {
            LocalizedText(
                en: "conflict that is listed wrongly",
                zh: "列出有误的冲突"
            )
        }

        package static var index: LocalizedText {
            LocalizedText(
                en: "search index that differs from the records",
                zh: "与记录不符的搜索索引"
            )
        }

        package static var views: LocalizedText {
            LocalizedText(
                en: "views of another version",
                zh: "其他版本的视图"
            )
        }
    }
}

extension Texts.Help {
    package static var doctor: LocalizedText {
        LocalizedText(
            en: "Look whether the laptop’s file is whole, and mend what can be made anew.",
            zh: "检查本机文件是否完好，并修复可重建的内容。"
        )
    }
}

extension Texts.HelpOptions {
    package static var repair: LocalizedText {
        LocalizedText(
            en: "Make anew what follows from the rest of the file; nothing unsent is touched.",
            zh: "重建可由文件其余内容得出的部分；不改动未发送的内容。"
        )
    }

    package static var compare: LocalizedText {
        LocalizedText(
            en: "Sync, and compare what is held with the server; what differs is taken from there anew.",
            zh: "同步，并将本机内容与服务器比较；不一致的内容从服务器重新获取。"
        )
    }

    package static var noCopy: LocalizedText {
        LocalizedText(
            en: "Do not copy the file beside itself before it is mended.",
            zh: "修复前不在旁边保留文件副本。"
        )
    }
}
