import Foundation
import WaybookModel

extension ServerRestore {
    /// What an interrupted command had found before it changed anything.
    struct Mark {
        static let infix = ".before-"

        /// The name that the former database is given; nil where there was none.
        var kept: String?
        var ledger: LedgerSource
        /// Whether all timelines that were ever given are known.
        var isComplete: Bool

        init(kept: String?, ledger: LedgerSource, isComplete: Bool) {
            (self.kept, self.ledger, self.isComplete) = (kept, ledger, isComplete)
        }

        /// Reads it; nil where there is none, or a half written one.
        init?(at path: String, database: String) {
            guard let data = FileManager.default.contents(atPath: path),
                let entries = (try? JSONParser.parse(Array(data)))?.entries, let kept = entries["kept"],
                kept == .null || kept.text.map({ $0.hasPrefix(database + Self.infix) && !$0.contains("/") }) == true,
                let ledger = entries["ledger"]?.text.flatMap({ LedgerSource(rawValue: $0) }),
                let isComplete = entries["complete"]?.boolean
            else { return nil }
            self.init(kept: kept.text, ledger: ledger, isComplete: isComplete)
        }

        var bytes: [UInt8] {
            CanonicalJSON.bytes([
                "complete": .bool(isComplete), "kept": kept.map { .string($0) } ?? .null,
                "ledger": .string(ledger.rawValue),
            ])
        }
    }
}
