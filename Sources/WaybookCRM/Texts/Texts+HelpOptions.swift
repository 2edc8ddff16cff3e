import WaybookModel

extension Texts {
    /// What each option and argument means, in the help of commands.
    package enum HelpOptions {
        package static var store: LocalizedText {
            LocalizedText(
                en: "The folder that holds the data (default: WAYBOOK_HOME, then the XDG data folder).",
                zh: "数据目录（默认：WAYBOOK_HOME，其次 XDG 数据目录）。"
            )
        }

        package static var json: LocalizedText {
            LocalizedText(
                en: "Write JSON instead of text.",
                zh: "输出 JSON 而非文字。"
            )
        }

        package static var user: LocalizedText {
            LocalizedText(
                en: "The e-mail address to sign in with.",
                zh: "登录所用的邮箱。"
            )
        }

        package static var device: LocalizedText {
            LocalizedText(
                en: "The name of this laptop, as others see it.",
                zh: "他人所见的本机名称。"
            )
        }

        package static var assignment: LocalizedText {
            LocalizedText(
                en: "A field and its value, as field=value; may be repeated.",
                zh: "字段及其值，写作 字段=值；可重复。"
            )
        }

        package static var conditions: LocalizedText {
            LocalizedText(
                en: "Conditions such as 'city=上海 tier=vip'.",
                zh: "条件，如 'city=上海 tier=vip'。"
            )
        }

        package static var sort: LocalizedText {
            LocalizedText(
                en: "The field to sort by; with a leading - in descending order.",
                zh: "排序字段；前加 - 表示降序。"
            )
        }

        package static var limit: LocalizedText {
            LocalizedText(
                en: "How many to show at most.",
                zh: "最多显示多少条。"
            )
        }

        package static var watch: LocalizedText {
            LocalizedText(
                en: "Stay and sync whenever something changes.",
                zh: "持续运行，有变化即同步。"
            )
        }

        package static var preview: LocalizedText {
            LocalizedText(
                en: "Only show what would be sent and what might clash.",
                zh: "只显示将发送的内容和可能的冲突。"
            )
        }

        package static var export: LocalizedText {
            LocalizedText(
                en: "Write unsent and rejected changes to this file first.",
                zh: "先将未发送和被拒绝的修改写入此文件。"
            )
        }

        package static var discard: LocalizedText {
            LocalizedText(
                en: "Drop unsent and rejected changes.",
                zh: "放弃未发送和被拒绝的修改。"
            )
        }

        package static var take: LocalizedText {
            LocalizedText(
                en: "Which value holds: current, other or base.",
                zh: "保留哪个值：current（当前）、other（另一）或 base（原值）。"
            )
        }

        package static var value: LocalizedText {
            LocalizedText(
                en: "A value of your own.",
                zh: "您自己指定的值。"
            )
        }

        package static var map: LocalizedText {
            LocalizedText(
                en: "Which column goes to which field, as Header=field; may be repeated.",
                zh: "列与字段的对应，写作 列名=字段；可重复。"
            )
        }

        package static var dryRun: LocalizedText {
            LocalizedText(
                en: "Only report what would happen.",
                zh: "只报告将发生什么。"
            )
        }

        package static var encoding: LocalizedText {
            LocalizedText(
                en: "The file's encoding: utf-8 or gb18030 (default: found out).",
                zh: "文件编码：utf-8 或 gb18030（默认自动识别）。"
            )
        }

        package static var server: LocalizedText {
            LocalizedText(
                en: "The server's address, such as https://crm.example.org.",
                zh: "服务器地址，如 https://crm.example.org。"
            )
        }

        package static var reference: LocalizedText {
            LocalizedText(
                en: "An id, the beginning of one, or a name.",
                zh: "编号、编号的开头或名称。"
            )
        }

        package static var words: LocalizedText {
            LocalizedText(
                en: "The words to look for.",
                zh: "要搜索的词语。"
            )
        }

        package static var file: LocalizedText {
            LocalizedText(
                en: "The file.",
                zh: "文件。"
            )
        }

        package static var name: LocalizedText {
            LocalizedText(
                en: "The name.",
                zh: "名称。"
            )
        }

        package static var data: LocalizedText {
            LocalizedText(
                en: "The folder that holds the workspace.",
                zh: "工作区所在的目录。"
            )
        }

        package static var workspace: LocalizedText {
            LocalizedText(
                en: "The name of the workspace.",
                zh: "工作区名称。"
            )
        }

        package static var admin: LocalizedText {
            LocalizedText(
                en: "The first administrator's e-mail address.",
                zh: "首位管理员的邮箱。"
            )
        }

        package static var host: LocalizedText {
            LocalizedText(
                en: "The address to listen on.",
                zh: "监听地址。"
            )
        }

        package static var port: LocalizedText {
            LocalizedText(
                en: "The port to listen on.",
                zh: "监听端口。"
            )
        }

        package static var tlsCertificate: LocalizedText {
            LocalizedText(
                en: "The certificate file (PEM).",
                zh: "证书文件（PEM）。"
            )
        }

        package static var tlsKey: LocalizedText {
            LocalizedText(
                en: "The private key file (PEM).",
                zh: "私钥文件（PEM）。"
            )
        }

        package static var email: LocalizedText {
            LocalizedText(
                en: "The user’s e-mail address.",
                zh: "用户的邮箱。"
            )
        }

        package static var personName: LocalizedText {
            LocalizedText(
                en: "The person’s name (default: what stands before the @).",
                zh: "姓名（默认：@ 之前的部分）。"
            )
        }

        package static var bookTo: LocalizedText {
            LocalizedText(
                en: "E-mail address of the person who takes the customers over (default: they go to the pool).",
                zh: "接手其客户的人员的邮箱（默认：客户进入公海）。"
            )
        }

        package static var userRole: LocalizedText {
            LocalizedText(
                en: "admin, manager, rep, service or viewer.",
                zh: "角色：admin（管理员）、manager（经理）、rep（销售）、service（客服）或 viewer（只读）。"
            )
        }

        package static var onlyOfUser: LocalizedText {
            LocalizedText(
                en: "Only the laptops of this user.",
                zh: "只列出该用户的设备。"
            )
        }

        package static var deviceNumber: LocalizedText {
            LocalizedText(
                en: "The number that the list of laptops shows.",
                zh: "设备列表中显示的编号。"
            )
        }

        package static var wipe: LocalizedText {
            LocalizedText(
                en: "Have the laptop delete its copy when it next connects.",
                zh: "设备下次连接时删除本地数据。"
            )
        }

        package static var backupFile: LocalizedText {
            LocalizedText(
                en: "The file to write; it must not exist yet.",
                zh: "要写入的文件；不得已存在。"
            )
        }

        package static var behindProxy: LocalizedText {
            LocalizedText(
                en: "A reverse proxy is in front; its X-Forwarded-For names the client.",
                zh: "前面有反向代理；以其 X-Forwarded-For 识别客户端。"
            )
        }

        package static var litestream: LocalizedText {
            LocalizedText(
                en: "Litestream replicates the file: leave the log to it, and purge erasures at the next start.",
                zh: "由 Litestream 复制数据文件；日志由其处理，已抹除内容的残留在下次启动时清除。"
            )
        }

        package static var allowPlainHTTP: LocalizedText {
            LocalizedText(
                en: "Serve without TLS on an address that other machines can reach.",
                zh: "在其他机器可访问的地址上不使用 TLS。"
            )
        }

        package static var logFormat: LocalizedText {
            LocalizedText(
                en: "How log lines look: text or json.",
                zh: "日志格式：text 或 json。"
            )
        }
    }
}
