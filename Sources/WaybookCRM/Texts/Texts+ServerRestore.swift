import WaybookModel

extension Texts.Server {
    package static func backupWritten(path: String, bytes: Int) -> LocalizedText {
        LocalizedText(
            en: "Wrote a backup of \(bytes) bytes to \(path).",
            zh: "已写入备份 \(path)，共 \(bytes) 字节。"
        )
    }

    package static func backupSound(path: String, bytes: Int) -> LocalizedText {
        LocalizedText(
            en: "\(path) is a whole backup of \(bytes) bytes.",
            zh: "\(path) 是完整的备份，共 \(bytes) 字节。"
        )
    }

    package static func backupRecords(_ records: Int, sequence: Int, timeline: Int) -> LocalizedText {
        LocalizedText(
            en: """
                Opened it and checked \(records, one: "record", other: "records"); \
                it stands at commit \(sequence) of timeline \(timeline).
                """,
            zh: "已打开并检查 \(records) 条记录；其状态为时间线 \(timeline) 的第 \(sequence) 次提交。"
        )
    }

    package static func backupStructure(sequence: Int, timeline: Int) -> LocalizedText {
        LocalizedText(
            en:
                "Opened it and checked its structure, not its records; it stands at commit \(sequence) of timeline \(timeline).",
            zh: "已打开并检查其结构，未检查记录；其状态为时间线 \(timeline) 的第 \(sequence) 次提交。"
        )
    }

    package static func backupHash(_ digits: String) -> LocalizedText {
        LocalizedText(en: "SHA-256: \(digits)", zh: "校验值 SHA-256：\(digits)")
    }

    package static func backupLedger(path: String) -> LocalizedText {
        LocalizedText(
            en: "The security ledger's copy is beside it: \(path). Keep both together.",
            zh: "安全台账的副本在旁边：\(path)。请一并保存。"
        )
    }

    package static var backupLedgerMissing: LocalizedText {
        LocalizedText(
            en: """
                There is no copy of the security ledger beside it: keep the server's own, \
                or people who were cut off since come back with this backup.
                """,
            zh: "旁边没有安全台账的副本：请保留服务器自己的台账，否则此后被停用的人员会随该备份恢复访问。"
        )
    }

    package static func backupExists(path: String) -> LocalizedText {
        LocalizedText(
            en: "\(path), or its .ledger, exists already; a backup never overwrites a file.",
            zh: "\(path) 或其 .ledger 文件已存在；备份不会覆盖文件。"
        )
    }

    package static func backupFailed(path: String) -> LocalizedText {
        LocalizedText(
            en: "The backup \(path) could not be written whole; nothing was left there.",
            zh: "备份 \(path) 未能完整写入；没有留下文件。"
        )
    }

    package static func backupNotWhole(path: String) -> LocalizedText {
        LocalizedText(
            en: "The backup \(path) was written, did not pass its check when it was opened, and was removed.",
            zh: "备份 \(path) 已写入，但打开检查未通过，已删除。"
        )
    }

    package static var backupNotWholeHint: LocalizedText {
        LocalizedText(
            en:
                "`waybook-server check` tells whether the server's own file is sound; --quick writes a backup without the check of records.",
            zh: "用 `waybook-server check` 查看服务器自己的文件是否完好；--quick 可在不检查记录的情况下写入备份。"
        )
    }

    package static func backupWithoutWorkspace(path: String) -> LocalizedText {
        LocalizedText(
            en: "\(path) holds no workspace.",
            zh: "\(path) 中没有工作区。"
        )
    }

    package static func backupHasLog(path: String) -> LocalizedText {
        LocalizedText(
            en: "A log lies beside \(path): the file alone is not the whole.",
            zh: "\(path) 旁边有日志文件：仅有该文件并不完整。"
        )
    }

    package static var backupHasLogHint: LocalizedText {
        LocalizedText(
            en: "Copy a server's file with `waybook-server backup`, not from under a running server.",
            zh: "请用 `waybook-server backup` 备份服务器的文件，不要在服务运行时直接复制。"
        )
    }

    package static func backupOtherLedger(path: String) -> LocalizedText {
        LocalizedText(
            en: "The security ledger beside \(path) is another server's, or older than the backup.",
            zh: "\(path) 旁边的安全台账属于其他服务器，或早于该备份。"
        )
    }

    package static var dataMissing: LocalizedText {
        LocalizedText(
            en: "Name the workspace's folder with --data.",
            zh: "请用 --data 指定工作区所在的目录。"
        )
    }
}

extension Texts.HelpOptions {
    package static var backupVerify: LocalizedText {
        LocalizedText(
            en: "Write nothing; open and check a backup that is there, on any machine.",
            zh: "不写入；打开并检查已有的备份，可在任何机器上进行。"
        )
    }

    package static var backupQuick: LocalizedText {
        LocalizedText(
            en: "Check the structure only, not every record.",
            zh: "只检查结构，不检查每条记录。"
        )
    }

    package static var backupData: LocalizedText {
        LocalizedText(
            en: "The folder that holds the workspace; not needed with --verify.",
            zh: "工作区所在的目录；使用 --verify 时不需要。"
        )
    }
}
