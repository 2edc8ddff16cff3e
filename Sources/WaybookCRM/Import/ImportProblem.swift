import WaybookModel

/// Why one row of a file could not be taken; the other rows go on.
public enum CSVRowProblem: Error, Sendable, Hashable {
    /// Text follows the closing quote of a column (counted from 1).
    case textAfterQuote(column: Int)
    /// The quote that opens a column is not closed before the file, or the limit of a row, ends.
    case quoteNotClosed(column: Int, limitBytes: Int)
    /// The row is longer than the limit, in bytes of UTF-8.
    case rowTooLong(limitBytes: Int)
    /// The row has more columns than the limit.
    case tooManyColumns(limit: Int)
    /// The row has another number of columns than the heading.
    case columnCount(found: Int, expected: Int)
    /// A column is not valid text in the file's encoding.
    case textInvalid(column: Int, encoding: TextEncoding)
    /// Too many rows had unclosed quotes; nothing after this row was read.
    case tooManyUnclosedQuotes(limit: Int)

    /// The sentence for people.
    public var text: LocalizedText {
        switch self {
        case .textAfterQuote(let column): Texts.Import.textAfterQuote(column: column)
        case .quoteNotClosed(let column, let limit): Texts.Import.quoteNotClosed(column: column, limit: limit)
        case .rowTooLong(let limit): Texts.Import.rowTooLong(limit: limit)
        case .tooManyColumns(let limit): Texts.Import.tooManyColumns(limit: limit)
        case .columnCount(let found, let expected): Texts.Import.columnCount(found: found, expected: expected)
        case .textInvalid(let column, let encoding):
            Texts.Import.textInvalid(column: column, encoding: encoding.displayName)
        case .tooManyUnclosedQuotes(let limit): Texts.Import.tooManyUnclosedQuotes(limit: limit)
        }
    }
}

/// Why a whole file could not be read.
public enum ImportFileProblem: Error, Sendable, Hashable {
    /// The system could not open or read the file.
    case unreadable(path: String, reason: String)
    /// The file has no heading.
    case empty(path: String)
    /// The bytes are neither UTF-8 nor GB18030.
    case encodingUnknown(path: String)
    /// The file is UTF-16, which is not read.
    case encodingUTF16(path: String)
    /// The system's C library lacks the converter.
    case encodingUnavailable(TextEncoding)

    /// The sentence for people.
    public var text: LocalizedText {
        switch self {
        case .unreadable(let path, let reason): Texts.Import.fileUnreadable(path: path, reason: reason)
        case .empty(let path): Texts.Import.fileEmpty(path: path)
        case .encodingUnknown(let path): Texts.Import.encodingUnknown(path: path)
        case .encodingUTF16(let path): Texts.Import.encodingUTF16(path: path)
        case .encodingUnavailable(let encoding): Texts.Import.encodingUnavailable(name: encoding.displayName)
        }
    }
}
