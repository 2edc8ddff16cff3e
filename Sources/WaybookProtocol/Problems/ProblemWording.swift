extension ProblemCode {
    /// Returns the one sentence that says what is wrong. Fixed text: nothing of a request is ever put into it.
    public func sentence(_ language: ProblemLanguage) -> String {
        switch language {
        case .english: english.sentence
        case .simplifiedChinese: simplifiedChinese.sentence
        }
    }

    /// Returns the one next step for the person or the client.
    public func nextStep(_ language: ProblemLanguage) -> String {
        switch language {
        case .english: english.step
        case .simplifiedChinese: simplifiedChinese.step
        }
    }

    private var english: (sentence: String, step: String) {
        switch self {
        case .retry: ("The server could not answer this time.", "Sync again in a little while; nothing was lost.")
        case .slowDown: ("Too many requests are coming in.", "Wait for the time given, then try again.")
        case .signIn: ("You are not signed in.", "Sign in with your e-mail address and password.")
        case .revoked:
            ("This device may no longer sync.", "Ask your administrator, then sign in again.")
        case .wipe:
            ("This device was reported lost and must delete its copy.", "Contact your administrator.")
        case .upgrade: ("This version is too old for the server.", "Update Waybook, then sync again.")
        case .fixRecord: ("What was sent breaks a rule and was not taken.", "Correct it and send it again.")
        case .tooLarge: ("What was sent is larger than the server takes.", "Send less at once.")
        case .gap: ("Earlier changes of this device are missing.", "Send the changes again from the expected number.")
        case .fork:
            (
                "Another copy of this device has used the same numbers.",
                "Take a new replica number and send the changes again."
            )
        case .timeline:
            ("The server was put back to an earlier state.", "Keep everything, and ask whoever runs the server.")
        case .stale:
            ("The checkpoint is none of this server's.", "Keep what is unsent, and pull afresh, without a checkpoint.")
        case .erased: ("This record was erased for good.", "Remove it from this device.")
        case .quarantine: ("This change was put aside.", "Ask your administrator to look at it.")
        case .serverFull:
            (
                "The server's disk is full, so nothing can be saved.",
                "Go on reading; ask your administrator to make room."
            )
        }
    }

    private var simplifiedChinese: (sentence: String, step: String) {
        switch self {
        case .retry: ("服务器这次无法应答。", "请稍后再同步，数据没有丢失。")
        case .slowDown: ("请求太多。", "请等待所示时间后再试。")
        case .signIn: ("您尚未登录。", "请用电子邮箱和密码登录。")
        case .revoked: ("此设备已不能同步。", "请联系管理员，然后重新登录。")
        case .wipe: ("此设备已报失，必须删除本地副本。", "请联系管理员。")
        case .upgrade: ("此版本太旧，服务器不再支持。", "请更新 Waybook 后再同步。")
        case .fixRecord: ("发送的内容不符合规则，未被接受。", "请更正后重新发送。")
        case .tooLarge: ("发送的内容超过服务器的上限。", "请减少一次发送的内容。")
        case .gap: ("缺少此设备较早的更改。", "请从所示编号起重新发送更改。")
        case .fork: ("此设备的另一个副本已使用相同的编号。", "请领取新的副本编号，再重新发送更改。")
        case .timeline: ("服务器已恢复到较早的状态。", "请保留全部内容，并联系服务器管理者。")
        case .stale: ("此同步进度不属于本服务器。", "请保留未发送的修改，不带进度重新获取全部记录。")
        case .erased: ("此记录已被永久删除。", "请从此设备中移除。")
        case .quarantine: ("此更改已被搁置。", "请管理员查看。")
        case .serverFull: ("服务器磁盘已满，无法保存。", "可以继续查看，请管理员腾出空间。")
        }
    }
}
