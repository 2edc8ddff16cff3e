import WaybookCRM
import WaybookModel

/// Says what ArgumentParser finds wrong with a command line in the person's language. Its errors are not public, so its
/// sentences are read; a test runs the program, so that another version's sentences are noticed.
public enum ParserWording {
    /// Returns one of the parser's sentences as the catalogue has it; nil for any other text.
    public static func text(_ sentence: String) -> LocalizedText? {
        for (pattern, text) in forms {
            if let values = values(in: sentence[...], pattern) { return text(values) }
        }
        return nil
    }

    private typealias Form = (pattern: [String], text: @Sendable ([String]) -> LocalizedText)

    /// What stands around the values of a sentence; a more exact form stands before a shorter one.
    private static let forms: [Form] = [
        (["Unexpected argument '", "'"], { Texts.Parser.unexpectedArgument($0[0]) }),
        (["", " unexpected arguments: ", ""], { Texts.Parser.unexpectedArguments(count: $0[0], $0[1]) }),
        (["Missing expected argument '", "'"], { Texts.Parser.missingArgument($0[0]) }),
        (["Missing one of: ", ""], { Texts.Parser.missingOneOf($0[0]) }),
        (["Missing value for '", "'"], { Texts.Parser.missingValue($0[0]) }),
        (["Unknown option '", "'. Did you mean '", "'?"], { Texts.Parser.unknownOptionNear($0[0], nearest: $0[1]) }),
        (["Unknown option '", "'"], { Texts.Parser.unknownOption($0[0]) }),
        (
            ["The option '", "' does not take any value, but '", "' was specified."],
            { Texts.Parser.needlessValue($0[0], value: $0[1]) }
        ),
        (
            ["The value '", "' is invalid for '", "'. Please provide one of ", "."],
            { Texts.Parser.invalidChoice($0[0], option: $0[1], choices: choices($0[2])) }
        ),
        (["The value '", "' is invalid for '", "'"], { Texts.Parser.invalidValue($0[0], option: $0[1]) }),
        (
            ["Value to be set with flag '", "' had already been set with flag '", "'"],
            { Texts.Parser.exclusiveFlags($0[0], earlier: $0[1]) }
        ),
        (["Missing required subcommand."], { _ in Texts.Parser.missingSubcommand }),
    ]

    /// The values between the pieces of a pattern; nil where the text is not of that form.
    private static func values(in text: Substring, _ pattern: [String]) -> [String]? {
        guard let first = pattern.first, text.hasPrefix(first) else { return nil }
        var rest = text.dropFirst(first.count)
        var values: [String] = []
        for piece in pattern.dropFirst().dropLast() {
            guard let place = rest.firstRange(of: piece) else { return nil }
            values.append(String(rest[..<place.lowerBound]))
            rest = rest[place.upperBound...]
        }
        guard pattern.count > 1, let last = pattern.last else { return rest.isEmpty ? values : nil }
        guard rest.hasSuffix(last) else { return nil }
        return values + [String(rest.dropLast(last.count))]
    }

    /// `'a', 'b' or 'c'` without the English word.
    private static func choices(_ list: String) -> String {
        list.replacing("' or '", with: "', '").replacing("' and '", with: "', '")
    }
}
