import WaybookModel

extension Texts {
    /// The audit: what happened, in words, and its commands.
    package enum Audit {
        package static var what: LocalizedText { LocalizedText(en: "What", zh: "事件") }
        package static var about: LocalizedText { LocalizedText(en: "About", zh: "对象") }
        package static var detail: LocalizedText { LocalizedText(en: "Detail", zh: "详情") }
        package static var onServer: LocalizedText { LocalizedText(en: "(on the server)", zh: "（服务器本机）") }

        package static var signedIn: LocalizedText { LocalizedText(en: "signed in", zh: "登录") }
        package static var signInFailed: LocalizedText { LocalizedText(en: "sign-in failed", zh: "登录失败") }
        package static var signedOut: LocalizedText { LocalizedText(en: "signed out", zh: "退出登录") }
        package static var tokenRenewed: LocalizedText { LocalizedText(en: "token renewed", zh: "更换令牌") }
        package static var tokenReused: LocalizedText {
            LocalizedText(en: "replaced token used again", zh: "已更换的令牌再次使用")
        }
        package static var userAdded: LocalizedText { LocalizedText(en: "user added", zh: "添加用户") }
        package static var userChanged: LocalizedText { LocalizedText(en: "user changed", zh: "更改用户") }
        package static var userDisabled: LocalizedText { LocalizedText(en: "user disabled", zh: "停用用户") }
        package static var userEnabled: LocalizedText { LocalizedText(en: "user enabled", zh: "启用用户") }
        package static var passwordChanged: LocalizedText { LocalizedText(en: "password changed", zh: "更改密码") }
        package static var roleChanged: LocalizedText { LocalizedText(en: "role changed", zh: "更改角色") }
        package static var teamChanged: LocalizedText { LocalizedText(en: "team changed", zh: "更改团队") }
        package static var refused: LocalizedText { LocalizedText(en: "refused", zh: "拒绝访问") }
        package static var granted: LocalizedText { LocalizedText(en: "access granted", zh: "授予访问") }
        package static var revoked: LocalizedText { LocalizedText(en: "access ended", zh: "收回访问") }
        package static var assigned: LocalizedText { LocalizedText(en: "customer assigned", zh: "分配客户") }
        package static var conflictResolved: LocalizedText { LocalizedText(en: "conflict resolved", zh: "处理冲突") }
        package static var deviceForked: LocalizedText { LocalizedText(en: "laptop renumbered", zh: "设备换号") }
        package static var deviceRevoked: LocalizedText { LocalizedText(en: "laptop revoked", zh: "撤销设备") }
        package static var wipeOrdered: LocalizedText { LocalizedText(en: "wipe ordered", zh: "要求擦除") }
        package static var wipeTold: LocalizedText { LocalizedText(en: "wipe told", zh: "通知擦除") }
        package static var exported: LocalizedText { LocalizedText(en: "records exported", zh: "导出记录") }
        package static var erasureRequested: LocalizedText { LocalizedText(en: "person erased", zh: "彻底删除个人信息") }
        package static var erasureDone: LocalizedText {
            LocalizedText(en: "erasure confirmed everywhere", zh: "彻底删除已全部确认")
        }
        package static var backedUp: LocalizedText { LocalizedText(en: "backup asked for", zh: "请求备份") }
        package static var restored: LocalizedText {
            LocalizedText(en: "ledger applied after a restore", zh: "恢复后应用安全台账")
        }
        package static var witnessAccepted: LocalizedText {
            LocalizedText(en: "value of others' laptops accepted", zh: "采纳其他设备保存的值")
        }
        package static var witnessDropped: LocalizedText {
            LocalizedText(en: "value of others' laptops dropped", zh: "放弃其他设备保存的值")
        }
        package static var healingClosed: LocalizedText {
            LocalizedText(en: "stopped waiting for laptops after a restore", zh: "恢复后停止等待各设备")
        }

        package static var settingChanged: LocalizedText { LocalizedText(en: "setting changed", zh: "更改设置") }
        package static var retained: LocalizedText { LocalizedText(en: "old entries removed", zh: "清除过期条目") }

        package static func kept(days: Int) -> LocalizedText {
            LocalizedText(
                en: "Entries are kept for \(days, one: "day", other: "days").",
                zh: "条目保留 \(days) 天。"
            )
        }

        package static func removed(count: Int) -> LocalizedText {
            LocalizedText(
                en: "Removed \(count, one: "entry", other: "entries") that were older.",
                zh: "已清除 \(count) 条过期条目。"
            )
        }

        package static func dateInvalid(date: String) -> LocalizedText {
            LocalizedText(
                en: "“\(date)” is not a date; write one like 2026-11-21.",
                zh: "“\(date)”不是日期；请写成 2026-11-21 的形式。"
            )
        }
    }
}

extension Texts.Server {
    package static func ledgerDamaged(line: String) -> LocalizedText {
        LocalizedText(
            en:
                "The security ledger is damaged in line \(line): who was cut off cannot be told for sure, so nobody is served.",
            zh: "安全台账第 \(line) 行已损坏：无法确定谁已被撤销，因此不提供服务。"
        )
    }

    package static var ledgerDamagedHint: LocalizedText {
        LocalizedText(
            en: "Put a copy of “security.ledger” back, or move it away and revoke and disable once more by hand.",
            zh: "请放回 security.ledger 的副本，或将其移走后手动重新撤销和停用。"
        )
    }

    package static func ledgerFailed(number: String) -> LocalizedText {
        LocalizedText(
            en: "The security ledger could not be read or written (error \(number)); what was asked for was not done.",
            zh: "安全台账无法读写（错误 \(number)）；所请求的操作未执行。"
        )
    }

    package static func valueInvalid(value: String) -> LocalizedText {
        LocalizedText(
            en: "“\(value)” is not one of the values that can be given here.",
            zh: "“\(value)”不是此处可用的值。"
        )
    }
}

extension Texts.Help {
    package static var serverAudit: LocalizedText {
        LocalizedText(
            en: "Show who did what, and say how long that is kept.",
            zh: "查看操作审计，设置保留期限。"
        )
    }

    package static var serverAuditList: LocalizedText {
        LocalizedText(
            en: "List the audit, newest first. Times are UTC.",
            zh: "列出审计条目，新的在前。时间为 UTC。"
        )
    }

    package static var serverAuditRetention: LocalizedText {
        LocalizedText(
            en: "Show how many days entries are kept, or set it and remove what is older.",
            zh: "查看条目保留天数；或设置天数并清除过期条目。"
        )
    }
}

extension Texts.HelpOptions {
    package static var auditWho: LocalizedText {
        LocalizedText(
            en: "Only entries by or about this user.",
            zh: "只列出该用户所为或与其有关的条目。"
        )
    }

    package static var auditWhat: LocalizedText {
        LocalizedText(
            en: "Only entries of this kind, such as sign-in-failed or device-revoke.",
            zh: "只列出此类条目，如 sign-in-failed 或 device-revoke。"
        )
    }

    package static var auditSince: LocalizedText {
        LocalizedText(
            en: "Only entries from this day on.",
            zh: "只列出该日及以后的条目。"
        )
    }

    package static var auditUntil: LocalizedText {
        LocalizedText(
            en: "Only entries up to the end of this day.",
            zh: "只列出该日及以前的条目。"
        )
    }

    package static var auditLimit: LocalizedText {
        LocalizedText(
            en: "How many entries at most, up to 10,000.",
            zh: "最多列出的条数，上限 10,000。"
        )
    }

    package static var auditDays: LocalizedText {
        LocalizedText(
            en: "The days that entries are kept, 30 to 36,500.",
            zh: "条目保留天数，30 至 36,500。"
        )
    }
}
