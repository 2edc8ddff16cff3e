/// Tells whose store a file is: a server and a workspace replica share the machinery, never a file.
public enum StoreRole: String, Hashable, Sendable, CaseIterable {
    case server
    case client

    /// The number in the file's header (`PRAGMA application_id`): "WBKs" and "WBKc" in ASCII.
    public var applicationID: Int32 {
        switch self {
        case .server: 0x5742_4B73
        case .client: 0x5742_4B63
        }
    }

    /// The role that a header's number stands for, or nil if the file is no Waybook store.
    init?(applicationID: Int32) {
        guard let role = Self.allCases.first(where: { $0.applicationID == applicationID }) else { return nil }
        self = role
    }
}
