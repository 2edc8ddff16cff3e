import WaybookCRM
import WaybookModel
import WaybookTerminal

/// The file of rows that were not taken: the file's own columns, then line and reason, so that it can be mended and
/// imported again. Made with the first fault; a file that is there is never overwritten.
struct FaultFile {
    private let file: NewFile
    private let headers: [String]
    private let language: Language
    private let writer = CSVWriter(guardsFormulas: false, hasByteOrderMark: true)

    init(_ path: String, headers: [String], language: Language) throws(CommandFailure) {
        file = try NewFile(path)
        self.headers = headers
        self.language = language
    }

    func write(_ fault: ImportReport.Fault) throws {
        let cells = headers.indices.map { $0 < fault.cells.count ? fault.cells[$0] : "" }
        let row = writer.row(cells + [String(fault.line), fault.reason(language)])
        try file.append(Array(row.utf8)) {
            let heading = headers + [Texts.Words.line(language), Texts.Words.reason(language)]
            return Array((writer.beginning + writer.row(heading)).utf8)
        }
    }
}
