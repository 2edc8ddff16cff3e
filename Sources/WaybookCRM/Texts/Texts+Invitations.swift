import WaybookModel

extension Texts {
    /// People who are added and invited, and how they come in.
    package enum Invitations {
        package static func added(name: String, email: String, role: String) -> LocalizedText {
            LocalizedText(
                en: "Added \(name) <\(email)>: \(role).",
                zh: "已添加\(name) <\(email)>：\(role)。"
            )
        }

        package static func addedBefore(name: String, email: String, role: String) -> LocalizedText {
            LocalizedText(
                en:
                    "\(name) <\(email)> had been added before and has not come in yet: \(role). Nothing of that was changed.",
                zh: "\(name) <\(email)> 之前已添加，尚未登录过：\(role)。原有内容未更改。"
            )
        }

        package static func invited(name: String, email: String) -> LocalizedText {
            LocalizedText(
                en: "Invited \(name) <\(email)> to choose a password; then all their other laptops must sign in again.",
                zh: "已邀请\(name) <\(email)> 设置新密码；设置后其其他设备须重新登录。"
            )
        }

        package static func code(code: String) -> LocalizedText {
            LocalizedText(
                en: "Invitation code, shown only now: \(code)",
                zh: "邀请码（仅显示这一次）：\(code)"
            )
        }

        /// - Parameter time: with its time zone.
        package static func goodUntil(time: String) -> LocalizedText {
            LocalizedText(
                en: """
                    It is good once, until \(time), and takes the place of every earlier one. Hand it over so that nobody else \
                    reads it.
                    """,
                zh: "仅可使用一次，有效期至 \(time)；之前的邀请码随即失效。请私下交给本人。"
            )
        }

        package static func howToAccept(server: String, email: String) -> LocalizedText {
            LocalizedText(
                en: "They come in with: waybook login \(server) --user \(email) --invitation",
                zh: "对方登录命令：waybook login \(server) --user \(email) --invitation"
            )
        }

        package static func codePrompt(user: String) -> LocalizedText {
            LocalizedText(
                en: "Invitation code for \(user): ",
                zh: "\(user) 的邀请码："
            )
        }

        package static var codeMissing: LocalizedText {
            LocalizedText(
                en: "An invitation code is needed, but there is no terminal to ask on.",
                zh: "需要邀请码，但当前没有可供输入的终端。"
            )
        }

        package static var codeInvalid: LocalizedText {
            LocalizedText(
                en: "This is no invitation code: something is missing or mistyped.",
                zh: "这不是有效的邀请码：有缺漏或输入错误。"
            )
        }

        package static var codeInvalidHint: LocalizedText {
            LocalizedText(
                en: "A code has seven groups of four digits and letters.",
                zh: "邀请码共七组，每组四个数字或字母。"
            )
        }

        package static var refused: LocalizedText {
            LocalizedText(
                en: "The invitation was not accepted: the code is wrong, was used, was replaced, or is over.",
                zh: "邀请未被接受：邀请码有误、已使用、已被替换或已过期。"
            )
        }

        package static func refusedHint(server: String, email: String) -> LocalizedText {
            LocalizedText(
                en: """
                    If a password was chosen with it already: waybook login \(server) --user \(email). Else ask an administrator \
                    for another code.
                    """,
                zh: "若已用它设置过密码，请运行：waybook login \(server) --user \(email)。否则请向管理员索取新的邀请码。"
            )
        }

        package static var passwordInstead: LocalizedText {
            LocalizedText(
                en: """
                    The code is not good any more; the password was right. If it was chosen a moment ago, all is done; else nothing \
                    was changed, and other laptops stay signed in.
                    """,
                zh: "邀请码已失效，但密码正确。若密码是刚才设置的，则已完成；否则未作任何更改，其他设备保持登录。"
            )
        }

        package static var administratorsOnly: LocalizedText {
            LocalizedText(
                en: "Only administrators add and invite people.",
                zh: "只有管理员可以添加和邀请人员。"
            )
        }

        package static func existsHint(email: String) -> LocalizedText {
            LocalizedText(
                en: "If they need another password: waybook user invite \(email)",
                zh: "若对方需要新密码，请运行：waybook user invite \(email)"
            )
        }

        package static func unknownHint(email: String) -> LocalizedText {
            LocalizedText(
                en: "To add them: waybook user add \(email) --name NAME",
                zh: "添加人员请运行：waybook user add \(email) --name 姓名"
            )
        }

        package static func disabled(email: String) -> LocalizedText {
            LocalizedText(
                en: "\(email) is disabled and cannot be invited; enable them first: “user enable \(email)”.",
                zh: "\(email) 已停用，不能邀请；请先启用：user enable \(email)。"
            )
        }

        package static var waiting: LocalizedText { LocalizedText(en: "not come in yet", zh: "尚未登录") }
    }
}

extension Texts.Help {
    package static var userAdd: LocalizedText {
        LocalizedText(
            en: "Add a person and make a code for them to come in with (administrators; needs the server).",
            zh: "添加人员并生成其登录用的邀请码（管理员；需连接服务器）。"
        )
    }

    package static var userInvite: LocalizedText {
        LocalizedText(
            en:
                "Make a code for a person to choose a password with, their first or another (administrators; needs the server).",
            zh: "生成邀请码，供人员设置首个或新的密码（管理员；需连接服务器）。"
        )
    }

    package static var serverUserInvite: LocalizedText {
        LocalizedText(
            en: "Make a code for a user to choose a password with, their first or another.",
            zh: "生成邀请码，供用户设置首个或新的密码。"
        )
    }
}

extension Texts.HelpOptions {
    package static var invitation: LocalizedText {
        LocalizedText(
            en: "Come in with an invitation code, and choose a password.",
            zh: "使用邀请码登录，并设置密码。"
        )
    }

    package static var invite: LocalizedText {
        LocalizedText(
            en: "Ask for no password: make a code for them to choose one with.",
            zh: "不设置密码，而是生成供其设置密码的邀请码。"
        )
    }

    package static var newPersonName: LocalizedText {
        LocalizedText(
            en: "The person’s name.",
            zh: "姓名。"
        )
    }
}

extension Texts.Audit {
    package static var userInvited: LocalizedText { LocalizedText(en: "user invited", zh: "邀请用户") }
    package static var invitationAccepted: LocalizedText {
        LocalizedText(en: "password chosen by invitation", zh: "凭邀请码设置密码")
    }
}
