import WaybookCRM
import WaybookModel

/// An invitation as both programs tell it to the administrator who asked for it.
public struct InvitationWording {
    private let name: String
    private let email: String
    /// Nil where nobody was to be added.
    private let adding: (isAdded: Bool, role: String)?

    /// - Parameters:
    ///   - role: the name of a ``Role``.
    ///   - isAdded: whether the person was added by this; nil where nobody was to be.
    public init(name: String, email: String, role: String, isAdded: Bool?) {
        self.name = name
        self.email = email
        adding = isAdded.map { ($0, role) }
    }

    /// What is said, a line each.
    ///
    /// - Parameters:
    ///   - expires: milliseconds since 1970.
    ///   - server: the address that the person signs in at, as far as it is known.
    public func sentences(
        code: String, expires: Int64, zone: Zone, server: String?, _ language: Language
    ) -> [String] {
        let wall = zone.wallTime(at: Instant(milliseconds: expires))
        return [
            opening(language), Texts.Invitations.code(code: code),
            Texts.Invitations.goodUntil(time: "\(wall.date) \(wall.clock())"),
            Texts.Invitations.howToAccept(server: server ?? "URL", email: email),
        ].map { $0(language) }
    }

    private func opening(_ language: Language) -> LocalizedText {
        guard let adding else { return Texts.Invitations.invited(name: name, email: email) }
        let role = Role(rawValue: adding.role)?.label.text(in: language) ?? adding.role
        return adding.isAdded
            ? Texts.Invitations.added(name: name, email: email, role: role)
            : Texts.Invitations.addedBefore(name: name, email: email, role: role)
    }
}
