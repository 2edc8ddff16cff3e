import Foundation
import Testing
import WaybookCRM
import WaybookModel

/// Reads the catalogue's source, because it is there that every entry can be found.
@Suite struct TextCatalogueTests {
    private struct Entry {
        let name: String
        let parameters: Set<String>
        let en: String
        let zh: String
    }

    private static func entries() throws -> [Entry] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../Sources/WaybookCRM/Texts").standardizedFileURL
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        var entries: [Entry] = []
        for file in files where file.lastPathComponent.hasPrefix("Texts") {
            let source = try String(contentsOf: file, encoding: .utf8)
            // Entries that only choose among others have no literals of their own.
            for piece in source.components(separatedBy: "package static ").dropFirst()
            where piece.contains(#/\ben: "/#) {
                guard let en = literal("en: \"", "zh: \"", in: piece), let zh = literal("zh: \"", nil, in: piece) else {
                    Issue.record("cannot read an entry of \(file.lastPathComponent): \(piece)")
                    continue
                }
                let signature = piece.prefix { $0 != "{" }
                let name = signature.dropFirst(piece.hasPrefix("var") ? 4 : 5).prefix { $0 != "(" && $0 != ":" }
                entries.append(
                    Entry(
                        name: "\(file.lastPathComponent) \(name)", parameters: parameters(String(signature)),
                        en: en, zh: zh))
            }
        }
        return entries
    }

    private static func literal(_ mark: String, _ next: String?, in piece: String) -> String? {
        guard let start = piece.range(of: mark) else { return nil }
        let rest = piece[piece.index(before: start.upperBound)...]
        let end = next.map { rest.range(of: $0)?.lowerBound ?? rest.endIndex } ?? rest.endIndex
        let text = rest[..<end]
        let mark = text.hasPrefix("\"\"\"") ? "\"\"\"" : "\""
        guard text.hasPrefix(mark), let close = text.range(of: mark, options: .backwards) else { return nil }
        let inside = text[text.index(text.startIndex, offsetBy: mark.count)..<close.lowerBound]
        return inside.replacing(/\\\n\s*/, with: "").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func parameters(_ signature: String) -> Set<String> {
        Set(signature.matches(of: /(?:_ )?(\w+): (?:String|Int|\[String\])/).map { String($0.1) })
    }

    private static func shown(_ text: String) -> Set<String> {
        Set(text.matches(of: /\\\((?:plural )?(\w+)/).map { String($0.1) })
    }

    @Test func everyEntryIsThereInBothLanguagesAndShowsTheSameValues() throws {
        let entries = try Self.entries()
        #expect(entries.count >= 300)
        for entry in entries {
            #expect(!entry.en.isEmpty && !entry.zh.isEmpty, "\(entry.name)")
            #expect(Self.shown(entry.en) == entry.parameters, "\(entry.name): \(entry.en)")
            #expect(Self.shown(entry.zh) == entry.parameters, "\(entry.name): \(entry.zh)")
        }
    }

    @Test func everyEntryIsInItsOwnLanguage() throws {
        let isHan = { (scalar: Unicode.Scalar) in (0x3400...0x9FFF).contains(scalar.value) }
        // The example of a condition shows a Chinese value in both languages.
        let mixed = ["whereHint", "conditions"]
        for entry in try Self.entries() where !mixed.contains(where: { entry.name.hasSuffix(" " + $0) }) {
            #expect(!entry.en.unicodeScalars.contains(where: isHan), "\(entry.name): \(entry.en)")
            let hasWords = entry.en.replacing(/\\\([^)]*\)/, with: "").contains(where: \.isLetter)
            #expect(
                !hasWords || entry.zh.unicodeScalars.contains(where: isHan), "\(entry.name): \(entry.zh)")
        }
    }

    @Test func sentencesEndAlikeInBothLanguages() throws {
        for entry in try Self.entries() {
            #expect(entry.en.hasSuffix(".") == entry.zh.hasSuffix("。"), "\(entry.name): \(entry.en) | \(entry.zh)")
            #expect(entry.en.hasSuffix("?") == entry.zh.hasSuffix("？"), "\(entry.name)")
        }
    }

    @Test func namesAreUniqueInTheirFile() throws {
        let names = try Self.entries().map(\.name)
        #expect(Set(names).count == names.count)
    }
}

@Suite struct WordingTests {
    @Test func countsTakeTheirEnglishForm() {
        #expect(
            Texts.Session.logoutRefused(count: 1)(.english) == "Not signed out: 1 change set is not sent yet.")
        #expect(
            Texts.Session.logoutRefused(count: 4_812)(.english)
                == "Not signed out: 4\u{202F}812 change sets are not sent yet."
        )
        #expect(Texts.Session.logoutRefused(count: 3)(.chinese) == "未退出：还有 3 组修改尚未发送。")
    }

    @Test func completenessReadsAsInTheManual() {
        #expect(Texts.Status.completeness(present: 4_812, total: 4_812)(.english) == "4\u{202F}812 of 4\u{202F}812")
    }

    @Test func longSentencesHaveNoGapsWhereTheirSourceIsBroken() {
        let text = Texts.Records.deletedWithUnit(name: "Ada", count: 2)
        #expect(text(.english) == "Deleted Ada and the 2 records that belong to it.")
        #expect(text(.chinese) == "已删除 Ada 及其所属的 2 条记录。")
    }

    @Test func agesAreWordedByTheirSize() {
        #expect(Texts.Words.ago(seconds: -5)(.english) == "just now")
        #expect(Texts.Words.ago(seconds: 61)(.english) == "1 minute ago")
        #expect(Texts.Words.ago(seconds: 7_200)(.chinese) == "2 小时前")
        #expect(Texts.Words.ago(seconds: 259_200)(.english) == "3 days ago")
    }

    @Test func misspeltNamesGetSuggestions() {
        let fields = ["name", "city", "tier", "phones", "emails", "birthday"]
        #expect(Spelling.nearest(to: "ciyt", among: fields) == ["city"])
        #expect(Spelling.nearest(to: "phone", among: fields) == ["phones"])
        #expect(Spelling.nearest(to: "Birth", among: fields) == ["birthday"])
        #expect(Spelling.nearest(to: "zzz", among: fields).isEmpty)
        #expect(Spelling.nearest(to: "", among: fields).isEmpty)
        #expect(Spelling.nearest(to: String(repeating: "x", count: 1_000_000), among: fields).isEmpty)
    }
}
