import WaybookModel

extension Texts.Server {
    package static func restored(path: String, timeline: Int, parent: Int, fork: Int) -> LocalizedText {
        LocalizedText(
            en: "Put back \(path): timeline \(timeline) begins after commit \(fork) of timeline \(parent).",
            zh: "已恢复 \(path)：时间线 \(timeline) 从时间线 \(parent) 的第 \(fork) 次提交之后开始。"
        )
    }

    package static func restoredLedger(count: Int) -> LocalizedText {
        LocalizedText(
            en: "The security ledger brought \(count, one: "thing", other: "things") up to date.",
            zh: "已按安全台账更新 \(count) 项。"
        )
    }

    package static func restoredLedgerOfBackup(count: Int) -> LocalizedText {
        LocalizedText(
            en: """
                The folder had no security ledger: the backup's copy was taken (\(count, one: "thing", other: "things") \
                brought up to date). It knows nothing of what was decided after the backup: check users, devices and erasures.
                """,
            zh: "该目录没有安全台账：已采用备份旁的副本（更新 \(count) 项）。它不知道备份之后的决定：请核对用户、设备和已彻底删除的人员。"
        )
    }

    package static var restoredWithoutLedger: LocalizedText {
        LocalizedText(
            en: """
                There is no security ledger: whoever was cut off or erased after the backup is back. \
                Check users, devices and erasures before you start the server.
                """,
            zh: "没有安全台账：备份之后被停用或彻底删除的人员已恢复。启动服务器前请核对用户、设备和已彻底删除的人员。"
        )
    }

    package static func restoredKept(path: String) -> LocalizedText {
        LocalizedText(
            en: """
                The former database is kept as \(path). It may hold people who were erased since: \
                delete it, with its -wal, once you no longer need it.
                """,
            zh: "原数据库保留为 \(path)。其中可能仍有此后已彻底删除的人员：不再需要时请连同其 -wal 文件一并删除。"
        )
    }

    package static var restoredNext: LocalizedText {
        LocalizedText(
            en: """
                Start the server. Laptops that read or sent something since the backup send again what they have, by \
                themselves, at their next sync; “waybook-server healing” tells what came back.
                """,
            zh: "请启动服务器。备份之后读取或发送过内容的设备会在下次同步时自动重新发送所保存的内容；用 waybook-server healing 查看已送回的内容。"
        )
    }

    package static var restoreNeedsFile: LocalizedText {
        LocalizedText(
            en: "Name the backup to put back, or say --in-place for a database that already lies in the folder.",
            zh: "请指定要恢复的备份；若数据库已在该目录中，请使用 --in-place。"
        )
    }

    package static func restoreInterrupted(path: String) -> LocalizedText {
        LocalizedText(
            en: "A restore of \(path) was interrupted; nobody is served from a half restored folder.",
            zh: "\(path) 的恢复曾被中断；恢复未完成的目录不提供服务。"
        )
    }

    package static var restoreInterruptedHint: LocalizedText {
        LocalizedText(
            en: "Run the same `waybook-server restore` again.",
            zh: "请再次运行同一条 `waybook-server restore` 命令。"
        )
    }

    package static var restoreChangedNothing: LocalizedText {
        LocalizedText(
            en: "Nothing was changed.",
            zh: "未作任何更改。"
        )
    }

    package static var restoreStillHalf: LocalizedText {
        LocalizedText(
            en: "The interrupted restore is as far as it was: nobody is served before it is run again and done.",
            zh: "被中断的恢复仍停在原处：重新运行并完成之前不提供服务。"
        )
    }

    package static func restoreServerRunning(path: String) -> LocalizedText {
        LocalizedText(
            en: "A server or another command works on \(path): stop the server first.",
            zh: "有服务器或其他命令正在使用 \(path)：请先停止服务器。"
        )
    }

    package static func restoreFaulty(path: String, count: Int) -> LocalizedText {
        LocalizedText(
            en: "The check of \(path) found \(count, one: "problem", other: "problems").",
            zh: "检查 \(path) 发现 \(count) 个问题。"
        )
    }

    package static func restoreFaultyHint(path: String) -> LocalizedText {
        LocalizedText(
            en: "`waybook-server backup --verify \(path)` tells them; take another backup.",
            zh: "用 `waybook-server backup --verify \(path)` 查看；请改用其他备份。"
        )
    }

    package static func restoreOtherWorkspace(path: String) -> LocalizedText {
        LocalizedText(
            en: "\(path) is of another workspace than the folder.",
            zh: "\(path) 与该目录不属于同一工作区。"
        )
    }

    package static func restoreClockBehind(minutes: Int) -> LocalizedText {
        LocalizedText(
            en:
                "This machine's clock is \(minutes, one: "minute", other: "minutes") behind the last time in the backup.",
            zh: "本机时钟比备份中的最后时间慢 \(minutes) 分钟。"
        )
    }

    package static var restoreClockBehindHint: LocalizedText {
        LocalizedText(
            en: "Set the clock first.",
            zh: "请先校准时钟。"
        )
    }

    package static func restoreIsTheDatabase(path: String) -> LocalizedText {
        LocalizedText(
            en: "\(path) is the folder's own database.",
            zh: "\(path) 就是该目录自己的数据库。"
        )
    }

    package static var restoreIsTheDatabaseHint: LocalizedText {
        LocalizedText(
            en: "If it was put there as it was earlier, say --in-place.",
            zh: "如果它是已放回的较早版本，请使用 --in-place。"
        )
    }

    package static func restoreChanged(path: String) -> LocalizedText {
        LocalizedText(
            en: "\(path) changed while it was copied.",
            zh: "\(path) 在复制期间发生了变化。"
        )
    }

    package static func reachedDamaged(path: String) -> LocalizedText {
        LocalizedText(
            en:
                "server.reached in \(path) is damaged: it cannot be told whether the database went back to an earlier state.",
            zh: "\(path) 中的 server.reached 已损坏：无法判断数据库是否回到了较早的状态。"
        )
    }

    package static func reachedOther(path: String) -> LocalizedText {
        LocalizedText(
            en: "server.reached in \(path) is of another workspace than the database.",
            zh: "\(path) 中的 server.reached 与数据库不属于同一工作区。"
        )
    }

    package static var reachedHint: LocalizedText {
        LocalizedText(
            en: """
                If the database is the one that was served last, move server.reached away; \
                if it was put back, say `waybook-server restore --in-place`.
                """,
            zh: "如果这就是最后提供服务的数据库，请移走 server.reached；如果数据库是放回的，请运行 `waybook-server restore --in-place`。"
        )
    }

    package static func timelineRaised(timeline: Int, fork: Int) -> LocalizedText {
        LocalizedText(
            en: "The database had gone back to an earlier state: timeline \(timeline) was begun after commit \(fork).",
            zh: "数据库曾回到较早的状态：已从第 \(fork) 次提交之后开始时间线 \(timeline)。"
        )
    }

    package static var timelinesExhausted: LocalizedText {
        LocalizedText(
            en: "This workspace was put back 255 times; there is no number for another timeline.",
            zh: "此工作区已恢复 255 次；没有可用的时间线编号。"
        )
    }
}

extension Texts.Help {
    package static var serverRestore: LocalizedText {
        LocalizedText(
            en: "Put a backup back; the server must not run.",
            zh: "恢复备份；服务器须已停止。"
        )
    }
}

extension Texts.HelpOptions {
    package static var restoreFile: LocalizedText {
        LocalizedText(
            en: "The backup to put back.",
            zh: "要恢复的备份。"
        )
    }

    package static var restoreInPlace: LocalizedText {
        LocalizedText(
            en: "The folder's database was put back already, by other means.",
            zh: "该目录的数据库已用其他方式放回。"
        )
    }
}
