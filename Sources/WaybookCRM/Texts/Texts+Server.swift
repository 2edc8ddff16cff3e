import WaybookModel

extension Texts {
    /// The commands of `waybook-server`.
    package enum Server {
        package static func adminPasswordPrompt(email: String) -> LocalizedText {
            LocalizedText(
                en: "New password for \(email): ",
                zh: "为 \(email) 设置密码："
            )
        }

        package static var passwordAgainPrompt: LocalizedText {
            LocalizedText(
                en: "The same again: ",
                zh: "再输入一次："
            )
        }

        package static var passwordsDiffer: LocalizedText {
            LocalizedText(
                en: "The two passwords differ.",
                zh: "两次输入的密码不一致。"
            )
        }

        package static func passwordTooShort(minimum: Int) -> LocalizedText {
            LocalizedText(
                en: "A password needs at least \(minimum) characters.",
                zh: "密码至少 \(minimum) 个字符。"
            )
        }

        package static func initialised(workspace: String, path: String) -> LocalizedText {
            LocalizedText(
                en: "Made the workspace \(workspace) in \(path).",
                zh: "已在 \(path) 中创建工作区 \(workspace)。"
            )
        }

        package static func initialisedHint(path: String) -> LocalizedText {
            LocalizedText(
                en: "Start it with “waybook-server serve --data \(path)”.",
                zh: "运行 waybook-server serve --data \(path) 启动。"
            )
        }

        package static func alreadyInitialised(path: String) -> LocalizedText {
            LocalizedText(
                en: "\(path) already holds a workspace; nothing was changed.",
                zh: "\(path) 中已有工作区；未作任何改动。"
            )
        }

        package static func notInitialised(path: String) -> LocalizedText {
            LocalizedText(
                en: "There is no workspace in \(path); make one with “waybook-server init”.",
                zh: "\(path) 中没有工作区；请先运行 waybook-server init。"
            )
        }

        package static func serving(workspace: String, address: String) -> LocalizedText {
            LocalizedText(
                en: "Serving \(workspace) on \(address)",
                zh: "正在 \(address) 提供 \(workspace)"
            )
        }

        package static var stopping: LocalizedText {
            LocalizedText(
                en: "Stopping: finishing the requests in hand.",
                zh: "正在停止：先完成手头的请求。"
            )
        }

        package static var stopped: LocalizedText {
            LocalizedText(
                en: "Stopped.",
                zh: "已停止。"
            )
        }

        package static func portTaken(port: Int) -> LocalizedText {
            LocalizedText(
                en: "Port \(port) is in use by another program.",
                zh: "端口 \(port) 已被其他程序占用。"
            )
        }

        package static func alreadyServing(path: String) -> LocalizedText {
            LocalizedText(
                en: "A server is running on \(path) already.",
                zh: "\(path) 已有服务器在运行。"
            )
        }

        package static var tlsIncomplete: LocalizedText {
            LocalizedText(
                en: "TLS needs both --tls-certificate and --tls-key.",
                zh: "TLS 须同时指定 --tls-certificate 和 --tls-key。"
            )
        }

        package static func tlsUnreadable(path: String, reason: String) -> LocalizedText {
            LocalizedText(
                en: "\(path) cannot be used for TLS: \(reason).",
                zh: "\(path) 无法用于 TLS：\(reason)。"
            )
        }

        package static func plainHTTPWarning(host: String) -> LocalizedText {
            LocalizedText(
                en: "Serving without TLS on \(host): passwords cross the network in the clear unless a proxy adds TLS.",
                zh: "正在 \(host) 上不加密地提供服务：除非由代理提供 TLS，密码将明文传输。"
            )
        }

        package static func userAdded(email: String) -> LocalizedText {
            LocalizedText(
                en: "Added the user \(email).",
                zh: "已添加用户 \(email)。"
            )
        }

        package static func userExists(email: String) -> LocalizedText {
            LocalizedText(
                en: "There is a user \(email) already.",
                zh: "用户 \(email) 已存在。"
            )
        }

        package static func userNotFound(email: String) -> LocalizedText {
            LocalizedText(
                en: "There is no user \(email).",
                zh: "没有用户 \(email)。"
            )
        }

        package static func userDisabled(email: String, devices: Int) -> LocalizedText {
            LocalizedText(
                en: "Disabled \(email) and ended \(devices, one: "sign-in", other: "sign-ins").",
                zh: "已停用 \(email)，并结束其 \(devices) 个登录。"
            )
        }

        package static func userPasswordSet(email: String) -> LocalizedText {
            LocalizedText(
                en: "Set a new password for \(email).",
                zh: "已为 \(email) 设置新密码。"
            )
        }

        package static func lastAdmin(email: String) -> LocalizedText {
            LocalizedText(
                en: "\(email) is the last administrator: neither disabled nor given another role.",
                zh: "\(email) 是最后一位管理员，不能停用或更改角色。"
            )
        }

        package static func emailInvalid(email: String) -> LocalizedText {
            LocalizedText(
                en: "“\(email)” is not an e-mail address.",
                zh: "“\(email)”不是邮箱地址。"
            )
        }

        package static var userStateActive: LocalizedText {
            LocalizedText(
                en: "active",
                zh: "启用"
            )
        }

        package static var userStateDisabled: LocalizedText {
            LocalizedText(
                en: "disabled",
                zh: "停用"
            )
        }

        package static func deviceRevoked(device: String, email: String) -> LocalizedText {
            LocalizedText(
                en: "Revoked the laptop “\(device)” of \(email).",
                zh: "已撤销 \(email) 的设备“\(device)”。"
            )
        }

        package static func deviceNotFound(device: String) -> LocalizedText {
            LocalizedText(
                en: "There is no laptop “\(device)”.",
                zh: "没有设备“\(device)”。"
            )
        }

        package static var lastSeen: LocalizedText {
            LocalizedText(
                en: "Last seen",
                zh: "最近连接"
            )
        }

        package static func checkOK(records: Int) -> LocalizedText {
            LocalizedText(
                en: "Checked \(records, one: "record", other: "records"): all is well.",
                zh: "已检查 \(records) 条记录：一切正常。"
            )
        }

        package static func checkFailed(count: Int) -> LocalizedText {
            LocalizedText(
                en: "The check found \(count, one: "problem", other: "problems"):",
                zh: "检查发现 \(count) 个问题："
            )
        }
    }
}
