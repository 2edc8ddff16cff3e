import WaybookModel

/// A user as administrators see it; the password stays inside.
public struct DirectoryUser: Sendable, Equatable {
    /// The id.
    public var id: UserID
    /// The normalised e-mail address.
    public var email: String
    /// The name for display.
    public var name: String
    /// The language of messages, `en` or `zh-Hans`.
    public var language: String
    /// Whether the user administers the server.
    public var isAdmin: Bool
    /// Whether there is a password to sign in with.
    public var hasPassword: Bool
    /// When the user was disabled, in milliseconds since 1970.
    public var disabled: Int64?
    /// When the user was added, in milliseconds since 1970.
    public var created: Int64
}

/// A device as its owner and administrators see it; the token stays inside.
public struct DirectoryDevice: Sendable, Equatable {
    /// The replica number.
    public var replica: ReplicaID
    /// Whose it is.
    public var user: UserID
    /// The name given at sign-in.
    public var name: String
    /// When it signed in first, in milliseconds since 1970.
    public var created: Int64
    /// When its token was given, in milliseconds since 1970.
    public var issued: Int64
    /// When it was last heard of, to the minute, in milliseconds since 1970.
    public var lastSeen: Int64
    /// When it was cut off, in milliseconds since 1970.
    public var revoked: Int64?
    /// When it was told to delete its copy, in milliseconds since 1970.
    public var wipeOrdered: Int64?
    /// When it was told to delete its copy after a last upload, in milliseconds since 1970.
    public var wipeAfterUpload: Int64?
}

/// Who sends a request: what every exchange, access decision and audit line hangs on.
public struct Principal: Sendable, Hashable {
    /// The user.
    public var user: UserID
    /// The replica number of the device.
    public var replica: ReplicaID
    /// Whether the user administers the server.
    public var isAdmin: Bool
    /// Whether the user is disabled: the device may send what is unsent, and nothing else.
    public var isDisabled: Bool
    /// Whether the device is to delete its copy once it has sent what is unsent.
    public var isToWipe: Bool

    /// Makes a principal.
    public init(
        user: UserID, replica: ReplicaID, isAdmin: Bool, isDisabled: Bool = false, isToWipe: Bool = false
    ) {
        self.user = user
        self.replica = replica
        self.isAdmin = isAdmin
        self.isDisabled = isDisabled
        self.isToWipe = isToWipe
    }

    /// Whether an exchange takes what the device has and gives nothing back but verdicts.
    public var onlyUploads: Bool { isDisabled || isToWipe }
}

/// What a token turned out to be.
public enum Authentication: Sendable, Equatable {
    /// A device that may exchange, last heard of at the time given. The principal says what else it may.
    case accepted(Principal, lastSeen: Int64)
    /// As `accepted`, by a successor of the device's token that was not used before: it is to be taken up.
    case successor(Principal, lastSeen: Int64)
    /// A token of a device in force that another took the place of, and that took up: by renewal, or by signing in again.
    case replaced(ReplicaID, UserID, byRenewal: Bool)
    /// No token of this server, or one that ended by its age.
    case unknown
    /// The device was cut off, or its user disabled longer ago than the grace period.
    case revoked
    /// The device must delete its copy.
    case wipe
}

/// Why the directory refuses. The sentences are for administrators.
public enum DirectoryError: Error, Sendable, Equatable {
    case invalidEmail
    case emailTaken
    case passwordTooShort
    case invalidName
    case unknownUser
    /// Who is disabled is not invited.
    case userDisabled
    case unknownDevice
    case tooManyDevices
    case numbersExhausted
    /// The successor of a token was given just now.
    case tooSoon(milliseconds: Int64)
    /// Nobody would be left to administer the workspace.
    case lastAdministrator
    case passwordHash(PasswordHashError)
    /// A row of the directory cannot be read.
    case damaged

    /// The sentence, in English, with the next step.
    public var sentence: String {
        switch self {
        case .invalidEmail: "This is not an e-mail address; give one like name@example.com."
        case .emailTaken: "There is already a user with this e-mail address; list the users to see it."
        case .passwordTooShort: "The password needs at least 8 characters; choose a longer one."
        case .invalidName: "The name must have 1 to 200 characters; give another."
        case .unknownUser: "There is no such user; list the users to see who there is."
        case .userDisabled: "The user is disabled; enable them first."
        case .unknownDevice: "There is no such device; list the devices to see which there are."
        case .tooManyDevices: "The user has 50 devices already; revoke one that is no longer used."
        case .numbersExhausted:
            "All replica numbers of this server are used; start a new server and let the devices sign in there."
        case .tooSoon: "A new token was given a moment ago; ask again in a minute."
        case .lastAdministrator: "This is the last administrator; make somebody else one first."
        case .passwordHash: "The password could not be hashed; look whether the machine has 64 MB of free memory."
        case .damaged: "The directory is damaged; check the server's data and restore a backup."
        }
    }
}
