import WaybookModel

extension Texts {
    /// What each command does, in its help; chosen by the language at start.
    package enum Help {
        package static var waybook: LocalizedText {
            LocalizedText(
                en: "Customer management that works offline.",
                zh: "可离线使用的客户管理工具。"
            )
        }

        package static var login: LocalizedText {
            LocalizedText(
                en: "Sign in to a server and fetch the records you may see.",
                zh: "登录服务器并获取您可见的记录。"
            )
        }

        package static var logout: LocalizedText {
            LocalizedText(
                en: "Sign out and remove the records from this laptop.",
                zh: "退出登录并移除本机上的记录。"
            )
        }

        package static var whoami: LocalizedText {
            LocalizedText(
                en: "Show who is signed in, where, and on which laptop.",
                zh: "显示登录用户、服务器和本机名称。"
            )
        }

        package static var status: LocalizedText {
            LocalizedText(
                en: "Show what is unsent, rejected and in conflict, and when the last sync was.",
                zh: "显示未发送、被拒绝、有冲突的内容和上次同步时间。"
            )
        }

        package static func add(kind: String) -> LocalizedText {
            LocalizedText(
                en: "Add a \(kind).",
                zh: "添加\(kind)。"
            )
        }

        package static func list(kind: String) -> LocalizedText {
            LocalizedText(
                en: "List records of the kind \(kind).",
                zh: "列出\(kind)。"
            )
        }

        package static func show(kind: String) -> LocalizedText {
            LocalizedText(
                en: "Show a \(kind) with all its fields.",
                zh: "显示\(kind)的所有字段。"
            )
        }

        package static func edit(kind: String) -> LocalizedText {
            LocalizedText(
                en: "Change fields of a \(kind).",
                zh: "修改\(kind)的字段。"
            )
        }

        package static func delete(kind: String) -> LocalizedText {
            LocalizedText(
                en: "Delete a \(kind); it can be restored.",
                zh: "删除\(kind)；可以恢复。"
            )
        }

        package static func restore(kind: String) -> LocalizedText {
            LocalizedText(
                en: "Restore a deleted \(kind).",
                zh: "恢复已删除的\(kind)。"
            )
        }

        package static func history(kind: String) -> LocalizedText {
            LocalizedText(
                en: "Show who changed what in a \(kind), and when.",
                zh: "显示\(kind)由谁、何时、修改了什么。"
            )
        }

        package static func entity(kind: String) -> LocalizedText {
            LocalizedText(
                en: "Add, list, show, edit, delete and restore records of the kind \(kind).",
                zh: "添加、列出、显示、修改、删除和恢复\(kind)。"
            )
        }

        package static func importFile(kind: String) -> LocalizedText {
            LocalizedText(
                en: "Bring in a CSV file of the kind \(kind).",
                zh: "从 CSV 文件导入\(kind)。"
            )
        }

        package static var search: LocalizedText {
            LocalizedText(
                en: "Search all records for words, Chinese text or digits of a phone number.",
                zh: "按词语、中文或电话号码数字搜索所有记录。"
            )
        }

        package static var sync: LocalizedText {
            LocalizedText(
                en: "Send your changes and fetch those of others.",
                zh: "发送您的修改并获取他人的修改。"
            )
        }

        package static var syncLog: LocalizedText {
            LocalizedText(
                en: "Show what was sent and received, and why records came or left.",
                zh: "显示发送和接收的内容，以及记录到来或离开的原因。"
            )
        }

        package static var conflict: LocalizedText {
            LocalizedText(
                en: "List, show and resolve conflicts.",
                zh: "列出、显示和处理冲突。"
            )
        }

        package static var conflictList: LocalizedText {
            LocalizedText(
                en: "List the conflicts that wait for a decision.",
                zh: "列出待处理的冲突。"
            )
        }

        package static var conflictShow: LocalizedText {
            LocalizedText(
                en: "Show both sides of a conflict.",
                zh: "显示冲突的双方。"
            )
        }

        package static var conflictResolve: LocalizedText {
            LocalizedText(
                en: "Decide which value holds.",
                zh: "决定保留哪个值。"
            )
        }

        package static var rejected: LocalizedText {
            LocalizedText(
                en: "List, show, retry, discard and export changes that the server did not accept.",
                zh: "列出、显示、重试、放弃和导出未被服务器接受的修改。"
            )
        }

        package static var rejectedList: LocalizedText {
            LocalizedText(
                en: "List the changes that the server did not accept.",
                zh: "列出未被服务器接受的修改。"
            )
        }

        package static var rejectedShow: LocalizedText {
            LocalizedText(
                en: "Show a rejected change and why it was not accepted.",
                zh: "显示被拒绝的修改及其原因。"
            )
        }

        package static var rejectedRetry: LocalizedText {
            LocalizedText(
                en: "Send a rejected change again.",
                zh: "重新发送被拒绝的修改。"
            )
        }

        package static var rejectedDiscard: LocalizedText {
            LocalizedText(
                en: "Drop a rejected change.",
                zh: "放弃被拒绝的修改。"
            )
        }

        package static var rejectedExport: LocalizedText {
            LocalizedText(
                en: "Write the rejected changes to a file.",
                zh: "将被拒绝的修改写入文件。"
            )
        }

        package static var waybookServer: LocalizedText {
            LocalizedText(
                en: "The server that a workspace's laptops sync with.",
                zh: "工作区各设备与之同步的服务器。"
            )
        }

        package static var serverInit: LocalizedText {
            LocalizedText(
                en: "Make a workspace with its first administrator.",
                zh: "创建工作区及其首位管理员。"
            )
        }

        package static var serverServe: LocalizedText {
            LocalizedText(
                en: "Serve a workspace.",
                zh: "为工作区提供服务。"
            )
        }

        package static var serverUser: LocalizedText {
            LocalizedText(
                en: "Add, list, disable and enable users, and set their passwords.",
                zh: "添加、列出、停用、启用用户，设置密码。"
            )
        }

        package static var serverDevice: LocalizedText {
            LocalizedText(
                en: "List and revoke laptops.",
                zh: "列出和撤销设备。"
            )
        }

        package static var serverBackup: LocalizedText {
            LocalizedText(
                en: "Write a backup of a workspace, also while it is served.",
                zh: "写入工作区备份，服务运行时亦可。"
            )
        }

        package static var serverCheck: LocalizedText {
            LocalizedText(
                en: "Check that a workspace's data is whole.",
                zh: "检查工作区数据是否完整。"
            )
        }

        package static var serverUserAdd: LocalizedText {
            LocalizedText(
                en: "Add a user.",
                zh: "添加用户。"
            )
        }

        package static var serverUserList: LocalizedText {
            LocalizedText(
                en: "List the users.",
                zh: "列出用户。"
            )
        }

        package static var serverUserDisable: LocalizedText {
            LocalizedText(
                en: "Cut a user and all of his laptops off; nothing is deleted.",
                zh: "停用用户及其所有设备；不删除任何内容。"
            )
        }

        package static var serverUserEnable: LocalizedText {
            LocalizedText(
                en: "Let a disabled user in again.",
                zh: "重新启用用户。"
            )
        }

        package static var serverUserPassword: LocalizedText {
            LocalizedText(
                en: "Set a user’s password; the laptops stay signed in.",
                zh: "设置用户密码；设备保持登录。"
            )
        }

        package static var serverDeviceList: LocalizedText {
            LocalizedText(
                en: "List the laptops.",
                zh: "列出设备。"
            )
        }

        package static var serverDeviceRevoke: LocalizedText {
            LocalizedText(
                en: "Cut a laptop off for good.",
                zh: "永久撤销设备。"
            )
        }
    }
}
