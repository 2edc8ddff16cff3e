import WaybookModel

/// Why a card could not be taken; the other cards of the file go on.
public struct VCardProblem: Error, Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// Lines that belong to no card; told once for a row of them.
        case outsideCard
        /// The card has no `END:VCARD` before the next begins or the file ends.
        case notClosed
        /// A line has no colon, no name, or too many parameters (``ContentLine``).
        case malformedLine
        /// A line of a property that Waybook takes is longer than the limit, in bytes.
        case lineTooLong(limitBytes: Int)
        /// The card has more lines than the limit.
        case tooManyLines(limit: Int)
        /// The card is larger than the limit, in bytes.
        case cardTooLarge(limitBytes: Int)
        /// Cards within cards go deeper than the limit.
        case nestedTooDeep(limit: Int)
        /// VERSION is none of 2.1, 3.0 and 4.0.
        case versionUnknown(String)
        /// A value is no text of its character set.
        case textInvalid(property: String, encoding: TextEncoding)
        /// Nothing tells what to call it: neither name nor organisation, telephone number or e-mail address.
        case nameMissing
    }

    /// The file's line, counted from 1.
    public let line: Int
    public let reason: Reason

    public init(line: Int, _ reason: Reason) {
        self.line = line
        self.reason = reason
    }

    /// The sentence for people.
    public var text: LocalizedText {
        switch reason {
        case .outsideCard: Texts.Cards.outsideCard
        case .notClosed: Texts.Cards.notClosed
        case .malformedLine: Texts.Cards.malformedLine
        case .lineTooLong(let limit): Texts.Cards.lineTooLong(limit: limit)
        case .tooManyLines(let limit): Texts.Cards.tooManyLines(limit: limit)
        case .cardTooLarge(let limit): Texts.Cards.cardTooLarge(limit: limit)
        case .nestedTooDeep(let limit): Texts.Cards.nestedTooDeep(limit: limit)
        case .versionUnknown(let version): Texts.Cards.versionUnknown(version: version)
        case .textInvalid(let property, let encoding):
            Texts.Cards.textInvalid(property: property, encoding: encoding.displayName)
        case .nameMissing: Texts.Cards.nameMissing
        }
    }
}
