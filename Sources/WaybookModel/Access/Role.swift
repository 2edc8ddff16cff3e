/// What a person is in the organisation. A role says what may be done; which units it may be done to says ``Standing``.
public enum Role: String, Hashable, Sendable, CaseIterable {
    /// Runs the workspace: sees and does everything.
    case admin
    /// Leads teams: sees and does everything in the books of the teams that they are in, and below, and in the pool.
    case manager
    /// Keeps a book of customers; may claim from the pool.
    case rep
    /// Serves the customers of the teams that they are in, and below: logs what happens, changes nothing else.
    case service
    /// Sees the books of the teams that they are in, and below; writes nothing.
    case viewer

    /// Whether the role sees the books of its teams.
    public var seesTeams: Bool { self == .manager || self == .service || self == .viewer }
    /// Whether the role sees the customers that nobody is responsible for, whole.
    public var seesPool: Bool { self == .manager }
    /// Whether the role sees the cards of the customers that nobody is responsible for.
    public var seesCards: Bool { self == .manager || self == .rep }
}

/// What binds a person to a unit that they see.
public enum Standing: Hashable, Sendable, CaseIterable {
    /// They administer the workspace.
    case administrator
    /// They are responsible for it.
    case owner
    /// It lies in a book of their teams, or in the pool that they look after.
    case superior
    /// It is shared with them, to edit.
    case editor
    /// It is shared with them, to view.
    case reader
    /// It is about them alone: their own entry in the directory, or what they handed over.
    case subject
    /// Everybody sees it.
    case audience
}
