/// The file of cards that were not taken: each as it stood, with a line that says why, so that it can be mended and imported
/// again.
public enum VCardFaults {
    /// The property that says why; the reader passes over it.
    static let property = "X-WAYBOOK-ERROR"

    /// A card with the reason behind its first line. Empty for what is no card.
    /// - Parameters:
    ///   - source: as ``VCardEntry`` has it.
    ///   - reason: of one line; control characters are left out.
    public static func bytes(_ source: [UInt8], reason: String) -> [UInt8] {
        guard let end = source.firstIndex(of: Ascii.lineFeed) else { return [] }
        var writer = ContentWriter()
        writer.line(property + ":", ContentText.escaped(ContentText.line(Array(reason.utf8)), .standard))
        return Array(source[...end]) + writer.bytes + source[(end + 1)...]
    }
}
