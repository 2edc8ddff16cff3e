/// The closed list of what can go wrong between client and server (`protocol/5-errors.md`).
///
/// A client decides by the code, never by the status or the text.
public enum ProblemCode: String, Sendable, CaseIterable {
    /// The server stumbled; the same request may be sent again later.
    case retry
    /// Too many requests, or too many at once.
    case slowDown = "slow-down"
    /// No token, an unknown token, a wrong password.
    case signIn = "sign-in"
    /// The device or its user was cut off.
    case revoked
    /// The device must delete its copy.
    case wipe
    /// The protocol or schema version is no longer served.
    case upgrade
    /// What was sent is malformed or breaks a rule, and will be refused again.
    case fixRecord = "fix-record"
    /// What was sent is beyond a limit.
    case tooLarge = "too-large"
    /// Change sets are missing before the one sent.
    case gap
    /// The replica's numbers were used by another copy of it.
    case fork
    /// The server was restored; the checkpoint is of an older timeline.
    case timeline
    /// The replica was away longer than deletions are remembered.
    case stale
    /// The record was erased for good.
    case erased
    /// The set was put aside for a person to look at.
    case quarantine
    /// The server's disk is full: reading goes on, writing does not.
    case serverFull = "server-full"
}

/// What of an invitation is refused, beside the code `fix-record` (`protocol/6-http.md`).
public enum InvitationRule: String, Error, Sendable, CaseIterable {
    /// No e-mail address.
    case email
    /// No name, or too long a one.
    case name
    /// No role of the closed list.
    case role
    /// No language of the product.
    case language
    /// No time zone.
    case zone
    /// Too short or too long a new password.
    case password
    /// The person to be added is there, and has a password: they are invited, not added.
    case exists
    /// The person is disabled.
    case disabled
    /// There is no such person.
    case unknown
}

/// A language that problems are told in.
public enum ProblemLanguage: String, Sendable, CaseIterable {
    case english = "en"
    case simplifiedChinese = "zh-Hans"

    /// Chooses by the first language of `Accept-Language` that is known, else English.
    public static func preferred(acceptLanguage: String?) -> ProblemLanguage {
        for member in (acceptLanguage ?? "").split(separator: ",").prefix(16) {
            let tag = String(member.split(separator: ";").first ?? "").trimmedOfBlanks().lowercased()
            if tag == "zh" || tag.hasPrefix("zh-") { return .simplifiedChinese }
            if tag == "en" || tag.hasPrefix("en-") { return .english }
        }
        return .english
    }
}
