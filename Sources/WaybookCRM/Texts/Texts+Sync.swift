import WaybookModel

extension Texts {
    /// Progress and outcome of a sync.
    package enum Sync {
        package static func sending(sent: Int, total: Int) -> LocalizedText {
            LocalizedText(
                en: "Sending \(sent) of \(total)…",
                zh: "正在发送 \(sent)/\(total)…"
            )
        }

        package static func receiving(received: Int, total: Int) -> LocalizedText {
            LocalizedText(
                en: "Receiving \(received) of \(total)…",
                zh: "正在接收 \(received)/\(total)…"
            )
        }

        package static func receivingMore(received: Int) -> LocalizedText {
            LocalizedText(
                en: "Receiving \(received)…",
                zh: "正在接收 \(received)…"
            )
        }

        package static func indexing(done: Int, total: Int) -> LocalizedText {
            LocalizedText(
                en: "Preparing search, \(done) of \(total)…",
                zh: "正在准备搜索 \(done)/\(total)…"
            )
        }

        package static func done(sent: Int, received: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    Synced: sent \(sent, one: "change set", other: "change sets"), received \
                    \(received, one: "record", other: "records").
                    """,
                zh: "同步完成：发送 \(sent) 组修改，接收 \(received) 条记录。"
            )
        }

        package static var nothingNew: LocalizedText {
            LocalizedText(
                en: "Synced: nothing was new on either side.",
                zh: "同步完成：双方均无新内容。"
            )
        }

        package static func newConflicts(count: Int) -> LocalizedText {
            LocalizedText(
                en: "\(count, one: "conflict needs", other: "conflicts need") a decision: “waybook conflict list”.",
                zh: "有 \(count) 处冲突待处理：waybook conflict list。"
            )
        }

        package static func newlyRejected(count: Int) -> LocalizedText {
            LocalizedText(
                en: "\(count, one: "change set was", other: "change sets were") not accepted: “waybook rejected list”.",
                zh: "有 \(count) 组修改未被接受：waybook rejected list。"
            )
        }

        package static func handedOver(count: Int) -> LocalizedText {
            LocalizedText(
                en:
                    "\(count, one: "change set was", other: "change sets were") handed over, to whoever answers for the customer now or until its record is back: “waybook handover list”.",
                zh: "有 \(count) 组修改已移交给客户的现任负责人，或等待所涉记录恢复：waybook handover list。"
            )
        }

        package static func interrupted(sent: Int, received: Int) -> LocalizedText {
            LocalizedText(
                en: "Interrupted after \(sent) sent and \(received) received; the next sync goes on from there.",
                zh: "已中断，此前发送 \(sent)、接收 \(received)；下次同步将从此处继续。"
            )
        }

        package static func sentToHandovers(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    \(count, one: "change set", other: "change sets") went to the handover box, for whoever answers for the \
                    customers now.
                    """,
                zh: "已将 \(count) 组修改送入移交箱，由客户的现任负责人处理。"
            )
        }

        package static var connectionLost: LocalizedText {
            LocalizedText(
                en: "The connection was lost; nothing is lost, the next sync goes on from here.",
                zh: "连接中断；数据没有丢失，下次同步将从此处继续。"
            )
        }

        package static func waiting(seconds: Int) -> LocalizedText {
            LocalizedText(
                en: "No connection. Next try in \(seconds, one: "second", other: "seconds").",
                zh: "无连接。\(seconds) 秒后重试。"
            )
        }

        package static var watching: LocalizedText {
            LocalizedText(
                en: "Watching for changes; stop with Ctrl-C.",
                zh: "正在持续同步；按 Ctrl-C 停止。"
            )
        }

        package static var alreadyRunning: LocalizedText {
            LocalizedText(
                en: "Another sync of this store is running.",
                zh: "此数据目录正在进行另一个同步。"
            )
        }

        package static func clockCorrected(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    The clock of this laptop was far off; \
                    \(count, one: "change set was", other: "change sets were") given corrected times.
                    """,
                zh: "本机时钟偏差过大；已校正 \(count) 组修改的时间。"
            )
        }

        package static func replicaRenewed(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    This store is an older copy or a clone; it got a new number and resent \
                    \(count, one: "change set", other: "change sets").
                    """,
                zh: "此数据目录是旧副本或克隆；已获得新编号，并重新发送 \(count) 组修改。"
            )
        }

        package static var pulledAfresh: LocalizedText {
            LocalizedText(
                en:
                    "The server no longer knew how far this laptop had read; all records are fetched anew. Your work stays.",
                zh: "服务器已不认识本机的同步进度；正在重新获取全部记录。您的修改均保留。"
            )
        }

        package static func rewound(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    The server was put back to an earlier state. \(count, one: "change set of this laptop is", other: "change sets of this laptop are") \
                    sent again, and all records are fetched anew. Your work stays.
                    """,
                zh: "服务器已恢复到较早的状态。正在重新发送本机的 \(count) 组修改，并重新获取全部记录。您的修改均保留。"
            )
        }

        package static func cameLate(time: String) -> LocalizedText {
            LocalizedText(
                en: """
                    The administrators stopped waiting for laptops at \(time). Nothing of your work is lost: what is about records \
                    that are not there lies in the handover box for somebody to decide.
                    """,
                zh: "管理员已于 \(time) 停止等待各设备。您的修改不会丢失：涉及不存在的记录的修改会放入移交箱，待人决定。"
            )
        }

        package static func gathering(rows: Int, total: Int) -> LocalizedText {
            LocalizedText(
                en: "Looking for what the server lost of others' work: \(rows) of \(total) records …",
                zh: "正在查找服务器丢失的他人内容：\(rows)/\(total) 条记录…"
            )
        }

        package static func goneWithServer(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    \(count, one: "record", other: "records") of others that the server had lost are removed here. What the laptops of \
                    those who made them still have comes back once they have synced.
                    """,
                zh: "服务器丢失了其他人的 \(count) 条记录，已从本机移除；创建者的电脑上仍保留的部分，待其同步后会恢复。"
            )
        }

        package static func mendedRecords(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    \(count, one: "record", other: "records") differed from what the server has, and \
                    \(count, one: "was", other: "were") taken from there anew.
                    """,
                zh: "有 \(count) 条记录与服务器不一致，已从服务器重新获取。"
            )
        }

        package static var differs: LocalizedText {
            LocalizedText(
                en: """
                    What is held here still differs from what the server has. “waybook doctor --compare --repair” reads all \
                    of it anew; nothing unsent is touched. Tell whoever runs the server first.
                    """,
                zh: """
                    本机内容与服务器仍不一致。运行 “waybook doctor --compare --repair” 可全部重新获取；\
                    不会改动未发送的内容。请先告知服务器管理员。
                    """
            )
        }

        package static func goneRecords(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    \(count, one: "record is", other: "records are") no longer among those that you may see; removed here.
                    """,
                zh: "有 \(count) 条记录已不在您可查看的范围内，本机已移除。"
            )
        }

        package static var previewEmpty: LocalizedText {
            LocalizedText(
                en: "Nothing would be sent.",
                zh: "没有要发送的内容。"
            )
        }

        package static func previewTitle(count: Int) -> LocalizedText {
            LocalizedText(
                en: "Would send \(count, one: "change set", other: "change sets"):",
                zh: "将发送 \(count) 组修改："
            )
        }

        package static func previewMightClash(field: String, record: String) -> LocalizedText {
            LocalizedText(
                en: "\(field) of \(record) might clash: it was changed elsewhere too.",
                zh: "\(record) 的\(field)可能冲突：其他地方也修改过。"
            )
        }
    }
}
