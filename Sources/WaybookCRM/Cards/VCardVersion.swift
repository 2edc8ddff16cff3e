/// The version of a card.
public enum VCardVersion: String, Sendable, CaseIterable {
    /// vCard 2.1 (versit Consortium, 1996): quoted-printable, types without names. What old telephones and Outlook read.
    case v2 = "2.1"
    /// vCard 3.0 (RFC 2426): what most address books write and read.
    case v3 = "3.0"
    /// vCard 4.0 (RFC 6350).
    case v4 = "4.0"

    /// Which escapes its texts know.
    var escapes: EscapeStyle { self == .v2 ? .legacy : .standard }
}
