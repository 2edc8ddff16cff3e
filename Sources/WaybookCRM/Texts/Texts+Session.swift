import WaybookModel

extension Texts {
    /// Signing in and out, and who one is.
    package enum Session {
        package static func passwordPrompt(user: String) -> LocalizedText {
            LocalizedText(
                en: "Password for \(user): ",
                zh: "\(user) 的密码："
            )
        }

        package static func signedIn(user: String, server: String) -> LocalizedText {
            LocalizedText(
                en: "Signed in to \(server) as \(user).",
                zh: "已以 \(user) 登录 \(server)。"
            )
        }

        package static func deviceNamed(device: String) -> LocalizedText {
            LocalizedText(
                en: "This laptop is called “\(device)”.",
                zh: "本机名称为“\(device)”。"
            )
        }

        package static func signedOut(user: String) -> LocalizedText {
            LocalizedText(
                en: "Signed out \(user). The records on this laptop were removed.",
                zh: "\(user) 已退出登录，本机上的记录已移除。"
            )
        }

        package static func logoutRefused(count: Int) -> LocalizedText {
            LocalizedText(
                en: "Not signed out: \(count, one: "change set is", other: "change sets are") not sent yet.",
                zh: "未退出：还有 \(count) 组修改尚未发送。"
            )
        }

        package static var logoutRefusedHint: LocalizedText {
            LocalizedText(
                en: "Run “waybook sync” first, or keep them with --export FILE, or drop them with --discard.",
                zh: "请先运行 waybook sync，或用 --export 文件 保存，或用 --discard 放弃。"
            )
        }

        package static func logoutRefusedRejected(count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    Not signed out: \
                    \(count, one: "rejected change set is", other: "rejected change sets are") only on this laptop.
                    """,
                zh: "未退出：有 \(count) 组被拒绝的修改只保存在本机。"
            )
        }

        package static var logoutRefusedRejectedHint: LocalizedText {
            LocalizedText(
                en: "See “waybook rejected list”, or keep them with --export FILE, or drop them with --discard.",
                zh: "请查看 waybook rejected list，或用 --export 文件 保存，或用 --discard 放弃。"
            )
        }

        package static func loginRefused(user: String, count: Int) -> LocalizedText {
            LocalizedText(
                en: """
                    Not signed in: this store holds \
                    \(count, one: "unsent or rejected change set", other: "unsent or rejected change sets") of \(user).
                    """,
                zh: "未登录：本机还存有 \(user) 的 \(count) 组未发送或被拒绝的修改。"
            )
        }

        package static var loginRefusedHint: LocalizedText {
            LocalizedText(
                en: "Let that person run “waybook sync”, or keep them with --export FILE, or drop them with --discard.",
                zh: "请让此人先运行 waybook sync，或用 --export 文件 保存，或用 --discard 放弃。"
            )
        }

        package static var deviceEmpty: LocalizedText {
            LocalizedText(en: "--device needs a name.", zh: "--device 需要名称。")
        }

        package static func unsentExported(count: Int, path: String) -> LocalizedText {
            LocalizedText(
                en: "Wrote \(count, one: "unsent change set", other: "unsent change sets") to \(path).",
                zh: "已将 \(count) 组未发送的修改写入 \(path)。"
            )
        }

        package static func unsentDiscarded(count: Int) -> LocalizedText {
            LocalizedText(
                en: "Dropped \(count, one: "unsent change set", other: "unsent change sets").",
                zh: "已放弃 \(count) 组未发送的修改。"
            )
        }

        package static func rejectedDiscarded(count: Int) -> LocalizedText {
            LocalizedText(
                en: "Dropped \(count, one: "rejected change set", other: "rejected change sets").",
                zh: "已放弃 \(count) 组被拒绝的修改。"
            )
        }

        package static var notSignedIn: LocalizedText {
            LocalizedText(
                en: "Nobody is signed in on this store.",
                zh: "此数据目录尚未登录。"
            )
        }

        package static var notSignedInHint: LocalizedText {
            LocalizedText(
                en: "Sign in once with “waybook login URL --user EMAIL”; after that everything works offline.",
                zh: "请先运行 waybook login 网址 --user 邮箱 登录一次；之后即可离线使用。"
            )
        }

        package static func wrongPassword(user: String) -> LocalizedText {
            LocalizedText(
                en: "The server did not accept the password of \(user).",
                zh: "服务器未接受 \(user) 的密码。"
            )
        }

        package static var signInAgain: LocalizedText {
            LocalizedText(
                en: "The sign-in of this laptop has ended. Your unsent work is safe.",
                zh: "本机的登录已失效。未发送的修改仍安全保存。"
            )
        }

        package static func signInAgainHint(server: String, user: String) -> LocalizedText {
            LocalizedText(
                en: "Sign in again with “waybook login \(server) --user \(user)”.",
                zh: "请运行 waybook login \(server) --user \(user) 重新登录。"
            )
        }

        package static var passwordMissing: LocalizedText {
            LocalizedText(
                en: "A password is needed, but there is no terminal to ask on.",
                zh: "需要密码，但当前没有可供输入的终端。"
            )
        }

        package static func passwordMissingHint(variable: String) -> LocalizedText {
            LocalizedText(
                en: "Set the environment variable \(variable).",
                zh: "请设置环境变量 \(variable)。"
            )
        }

        package static var passwordCancelled: LocalizedText {
            LocalizedText(
                en: "Cancelled at the password prompt.",
                zh: "已在输入密码时取消。"
            )
        }

        package static func passwordTooLong(limit: Int) -> LocalizedText {
            LocalizedText(
                en: "A password may have at most \(limit) bytes.",
                zh: "密码最长 \(limit) 字节。"
            )
        }

        package static func serverUnreachable(server: String, reason: String) -> LocalizedText {
            LocalizedText(
                en: "The server \(server) cannot be reached: \(reason).",
                zh: "无法连接服务器 \(server)：\(reason)。"
            )
        }

        package static func serverAddressInvalid(address: String) -> LocalizedText {
            LocalizedText(
                en: "“\(address)” is not a server address; it must begin with http:// or https://.",
                zh: "“\(address)”不是服务器地址；地址应以 http:// 或 https:// 开头。"
            )
        }

        package static func whoami(user: String, server: String, device: String) -> LocalizedText {
            LocalizedText(
                en: "\(user) on \(server), laptop “\(device)”",
                zh: "\(user)，服务器 \(server)，本机“\(device)”"
            )
        }

        package static func damaged(path: String) -> LocalizedText {
            LocalizedText(
                en: "The sign-in kept in \(path) cannot be read.",
                zh: "无法读取 \(path) 中的登录信息。"
            )
        }

        package static func authorityUnusable(path: String) -> LocalizedText {
            LocalizedText(
                en: "\(path) holds no certificate that can be read (PEM).",
                zh: "\(path) 中没有可读取的证书（PEM）。"
            )
        }

        package static func loginRefusedUnknown(count: Int) -> LocalizedText {
            LocalizedText(
                en:
                    "Not signed in: this store holds \(count, one: "unsent or rejected change set", other: "unsent or rejected change sets") of somebody else.",
                zh: "未登录：本机还存有他人的 \(count) 组未发送或被拒绝的修改。"
            )
        }

        package static func notAServer(status: String) -> LocalizedText {
            LocalizedText(
                en: "What answers at this address is no Waybook server (HTTP \(status)).",
                zh: "该地址的响应不是 Waybook 服务器（HTTP \(status)）。"
            )
        }

        package static func unreachable(reason: String) -> LocalizedText {
            LocalizedText(
                en: "The server cannot be reached: \(reason).",
                zh: "无法连接服务器：\(reason)。"
            )
        }

        package static var worksOffline: LocalizedText {
            LocalizedText(
                en: "Everything but signing in and syncing works without the server.",
                zh: "除登录和同步外，其余功能无需服务器。"
            )
        }

        package static var reasonNameUnknown: LocalizedText {
            LocalizedText(
                en: "its name is not known here, or there is no network",
                zh: "无法解析其名称，或没有网络"
            )
        }

        package static var reasonRefused: LocalizedText {
            LocalizedText(
                en: "nothing answers at this address and port",
                zh: "该地址和端口没有响应"
            )
        }

        package static var reasonTimedOut: LocalizedText {
            LocalizedText(
                en: "it did not answer in time",
                zh: "未在时限内响应"
            )
        }

        package static var reasonCertificate: LocalizedText {
            LocalizedText(
                en: "its certificate is not trusted (a private authority is named with --ca FILE)",
                zh: "其证书不受信任（自建证书机构请用 --ca 文件 指定）"
            )
        }

        package static var reasonHostName: LocalizedText {
            LocalizedText(
                en: "its certificate is for another name (use the address that the certificate was made for)",
                zh: "其证书属于其他主机名（请使用证书所对应的地址）"
            )
        }

        package static var reasonBroken: LocalizedText {
            LocalizedText(
                en: "the connection broke",
                zh: "连接中断"
            )
        }

        package static var plainRefused: LocalizedText {
            LocalizedText(
                en:
                    "http:// would send the password and every record readable to anyone on the way; only this machine itself is reached so.",
                zh: "http:// 会让途中任何人读到密码和记录；只可用于本机。"
            )
        }

        package static var plainRefusedHint: LocalizedText {
            LocalizedText(
                en: "Use https://, or --insecure in a network that you trust wholly.",
                zh: "请使用 https://；若完全信任所在网络，可加 --insecure。"
            )
        }

        package static var passwordNotAccepted: LocalizedText {
            LocalizedText(
                en: "The server did not accept the sign-in.",
                zh: "服务器未接受登录。"
            )
        }

        package static var serverNotTold: LocalizedText {
            LocalizedText(
                en: "The server could not be told; ask an administrator to revoke this laptop.",
                zh: "未能通知服务器；请管理员撤销本机。"
            )
        }
    }
}
