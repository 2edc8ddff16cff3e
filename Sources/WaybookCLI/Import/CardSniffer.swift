import Foundation
import WaybookCRM
import WaybookModel

/// Tells files of cards from files of rows: by their name, else by how they begin.
enum CardSniffer {
    private static let names = [".vcf", ".vcard"]
    private static let mark = Array("BEGIN:VCARD".utf8)

    /// Whether the file holds cards. Throws where it cannot be read, and for UTF-16.
    static func holdsCards(_ path: String) throws(ImportFileProblem) -> Bool {
        let isNamed = names.contains { path.lowercased().hasSuffix($0) }
        // What comes through a pipe is read once: looked at, it would lose its beginning.
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        if let type, type != .typeRegular, type != .typeSymbolicLink { return isNamed }
        let beginning = try FileBytes(path: path).next()
        let isUTF16 = beginning.starts(with: [0xFF, 0xFE]) || beginning.starts(with: [0xFE, 0xFF])
        if isUTF16, isNamed { throw .encodingUTF16(path: path) }
        var text = beginning[...]
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        text = text.drop { [0x09, 0x0A, 0x0D, 0x20].contains($0) }
        let isMarked = text.prefix(mark.count).map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 } == mark
        return isNamed || isMarked
    }
}
