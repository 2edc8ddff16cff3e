import Foundation
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// A file for its owner alone (0600) that is made with the first thing that is written to it; one that is there is never
/// overwritten.
///
/// A class for the handle, which is opened once.
final class NewFile {
    private let path: String
    private var handle: FileHandle?

    /// Throws where something is there already.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        guard access(path, F_OK) != 0 else { throw CommandFailure("file-exists", Texts.Failure.fileExists(path: path)) }
    }

    /// Writes at the end.
    /// - Parameter beginning: what stands before all else.
    func append(_ bytes: [UInt8], beginning: () -> [UInt8] = { [] }) throws {
        if let handle { return try handle.write(contentsOf: Data(bytes)) }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw CommandFailure("file-unwritable", Texts.Failure.fileUnwritable(path: path, reason: reason))
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data(beginning() + bytes))
        handle = file
    }
}
