import Foundation
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// The file of rows that were not taken: the file's own columns, then line and reason, so that it can be mended and
/// imported again. Made with the first fault; a file that is there is never overwritten.
final class FaultFile {
    private let path: String
    private let headers: [String]
    private let language: Language
    private let writer = CSVWriter(guardsFormulas: false, hasByteOrderMark: true)
    private var handle: FileHandle?

    init(_ path: String, headers: [String], language: Language) throws(CommandFailure) {
        self.path = path
        self.headers = headers
        self.language = language
        guard access(path, F_OK) != 0 else { throw CommandFailure("file-exists", Texts.Failure.fileExists(path: path)) }
    }

    func write(_ fault: ImportReport.Fault) throws {
        let cells = headers.indices.map { $0 < fault.cells.count ? fault.cells[$0] : "" }
        let row = writer.row(cells + [String(fault.line), fault.reason(language)])
        try opened().write(contentsOf: Data(row.utf8))
    }

    private func opened() throws -> FileHandle {
        if let handle { return handle }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw CommandFailure("file-unwritable", Texts.Failure.fileUnwritable(path: path, reason: reason))
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let heading = headers + [Texts.Words.line(language), Texts.Words.reason(language)]
        try file.write(contentsOf: Data((writer.beginning + writer.row(heading)).utf8))
        handle = file
        return file
    }
}
