import WaybookModel

extension Texts.Server {
    // What commands of the server say when they fail, and of what they find.

    package static func userEnabled(email: String) -> LocalizedText {
        LocalizedText(
            en: "Enabled \(email).",
            zh: "已启用 \(email)。"
        )
    }

    package static var deviceStateRevoked: LocalizedText {
        LocalizedText(
            en: "revoked",
            zh: "已撤销"
        )
    }

    package static var deviceStateWipe: LocalizedText {
        LocalizedText(
            en: "told to wipe",
            zh: "已要求擦除"
        )
    }

    package static var deviceWipeOrdered: LocalizedText {
        LocalizedText(
            en: "It deletes its copy when it next connects.",
            zh: "它下次连接时会删除本地数据。"
        )
    }

    package static func folderNotEmpty(path: String) -> LocalizedText {
        LocalizedText(
            en: "\(path) is not empty; choose another folder for the workspace.",
            zh: "\(path) 不是空目录；请为工作区另选目录。"
        )
    }

    package static func dataPathTooLong(limit: Int) -> LocalizedText {
        LocalizedText(
            en: "The folder’s path is too long: with the name of the socket it may have \(limit) bytes.",
            zh: "目录路径过长：连同套接字名最多 \(limit) 字节。"
        )
    }

    package static var noAnswer: LocalizedText {
        LocalizedText(
            en: "The running server did not answer.",
            zh: "正在运行的服务器没有应答。"
        )
    }

    package static func systemRefused(number: Int) -> LocalizedText {
        LocalizedText(
            en: "The system refused (error \(number)).",
            zh: "系统拒绝了操作（错误 \(number)）。"
        )
    }

    package static func fileRefused(path: String, number: Int) -> LocalizedText {
        LocalizedText(
            en: "\(path) cannot be read (error \(number)).",
            zh: "无法读取 \(path)（错误 \(number)）。"
        )
    }

    package static var fileRefusedHint: LocalizedText {
        LocalizedText(
            en: "Give it to whoever runs the server (`chown`), then start again.",
            zh: "请用 `chown` 将该文件交给运行服务器的用户，然后重新启动。"
        )
    }

    package static var passwordHashFailed: LocalizedText {
        LocalizedText(
            en: "The password could not be hashed; the machine may lack 64 MB of free memory.",
            zh: "无法处理密码；机器可能缺少 64 MB 可用内存。"
        )
    }

    package static func failed(kind: String) -> LocalizedText {
        LocalizedText(
            en: "It could not be done (\(kind)).",
            zh: "操作未能完成（\(kind)）。"
        )
    }

    package static var commandMalformed: LocalizedText {
        LocalizedText(
            en: "The server does not know this command; it may be of another version.",
            zh: "服务器不认识此命令；版本可能不同。"
        )
    }

    package static var nameInvalid: LocalizedText {
        LocalizedText(
            en: "A name must have 1 to 200 characters.",
            zh: "名称须为 1 至 200 个字符。"
        )
    }

    package static func storeUnusable(path: String, detail: String) -> LocalizedText {
        LocalizedText(
            en: "The workspace in \(path) cannot be used: \(detail)",
            zh: "\(path) 中的工作区无法使用：\(detail)"
        )
    }

    package static func storeDamaged(path: String, detail: String) -> LocalizedText {
        LocalizedText(
            en: "The workspace in \(path) is damaged (\(detail)); nothing was overwritten.",
            zh: "\(path) 中的工作区已损坏（\(detail)）；未覆盖任何内容。"
        )
    }

    package static var storeDamagedHint: LocalizedText {
        LocalizedText(
            en: "Copy the folder to a safe place, then put a backup in its place.",
            zh: "请先把该目录复制到安全的地方，再用备份替换。"
        )
    }

    package static func portInvalid(port: String) -> LocalizedText {
        LocalizedText(
            en: "\(port) is no port; ports go from 0 to 65535.",
            zh: "\(port) 不是端口；端口为 0 至 65535。"
        )
    }

    package static func plainHTTPRefused(host: String) -> LocalizedText {
        LocalizedText(
            en: "Without TLS, passwords and customer data would cross the network to \(host) in the clear.",
            zh: "不使用 TLS 时，密码和客户数据会以明文传到 \(host)。"
        )
    }

    package static var plainHTTPRefusedHint: LocalizedText {
        LocalizedText(
            en: "Give --tls-certificate and --tls-key, or --allow-plain-http where a proxy adds TLS.",
            zh: "请指定 --tls-certificate 和 --tls-key；若由代理提供 TLS，可用 --allow-plain-http。"
        )
    }

    package static var faultStructure: LocalizedText {
        LocalizedText(
            en: "faults in the file’s structure",
            zh: "文件结构错误"
        )
    }

    package static var faultRecord: LocalizedText {
        LocalizedText(
            en: "record that cannot be read",
            zh: "无法读取的记录"
        )
    }

    package static var faultIndex: LocalizedText {
        LocalizedText(
            en: "index that differs from its table",
            zh: "与表不一致的索引"
        )
    }

    package static var faultConflictListed: LocalizedText {
        LocalizedText(
            en: "conflict listed as open that is not",
            zh: "列为未解决但并非如此的冲突"
        )
    }

    package static var faultConflictUnlisted: LocalizedText {
        LocalizedText(
            en: "open conflict that is not listed",
            zh: "未列出的未解决冲突"
        )
    }

    package static var faultSequence: LocalizedText {
        LocalizedText(
            en: "feed beyond the last sequence",
            zh: "超出最后序号的记录"
        )
    }

    package static var faultCount: LocalizedText {
        LocalizedText(
            en: "number of records not as kept; there are",
            zh: "记录数与所存不符，实有"
        )
    }

    package static var faultBin: LocalizedText {
        LocalizedText(
            en: "contents kept of a record that is not deleted",
            zh: "为未删除的记录保留的内容"
        )
    }

    package static var faultHeld: LocalizedText {
        LocalizedText(
            en: "records held by an unknown device",
            zh: "未知设备持有的记录"
        )
    }

    package static var faultDevice: LocalizedText {
        LocalizedText(
            en: "device of an unknown person",
            zh: "属于未知人员的设备"
        )
    }

    package static var faultTimeline: LocalizedText {
        LocalizedText(
            en: "timeline out of order",
            zh: "顺序有误的时间线"
        )
    }

    package static var faultForetold: LocalizedText {
        LocalizedText(
            en: "owner kept for a record that is there already",
            zh: "为已存在的记录预留的负责人"
        )
    }

    package static var faultFloor: LocalizedText {
        LocalizedText(
            en: "deleted record counted as removed that is there, or removal beyond the last commit",
            zh: "标为已清除的记录仍存在，或清除范围超出最后一次提交"
        )
    }
}
