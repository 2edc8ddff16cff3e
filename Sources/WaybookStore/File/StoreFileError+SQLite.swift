import Foundation
import GRDB
import GRDBSQLite

extension StoreFileError {
    /// Turns an error of the file, the disk or a lock into a typed one; any other (a constraint, a mistake in SQL, an
    /// error of the caller's own) is not the file's concern and gives nil.
    ///
    /// - Parameter systemError: what `sqlite3_system_errno` says, 0 if unknown.
    init?(_ error: any Error, systemError: Int32 = 0, context: String) {
        guard let error = error as? DatabaseError,
            let code = Self.code(of: error.extendedResultCode, systemError: systemError)
        else { return nil }
        self.init(code, context: context)
    }

    private static func code(of result: ResultCode, systemError: Int32) -> Code? {
        switch result.primaryResultCode {
        case .SQLITE_FULL: .diskFull
        case .SQLITE_CORRUPT: .damaged(.structure)
        case .SQLITE_NOTADB: .damaged(.notADatabase)
        case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(waitedMilliseconds: 0)
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: .inaccessible(errno: systemError)
        case .SQLITE_IOERR where systemError == ENOSPC || systemError == EDQUOT: .diskFull
        // The index of the log could not be given its size: there is no room for it.
        case .SQLITE_IOERR where result == .SQLITE_IOERR_SHMSIZE: .diskFull
        case .SQLITE_IOERR where isSync(result): .unconfirmedWrite
        case .SQLITE_IOERR: .inputOutput(resultCode: result.rawValue)
        default: nil
        }
    }

    private static func isSync(_ result: ResultCode) -> Bool {
        result == .SQLITE_IOERR_FSYNC || result == .SQLITE_IOERR_DIR_FSYNC
    }
}

extension Database {
    /// What the operating system said when an operation of this connection last failed.
    var systemError: Int32 { sqlite3_system_errno(sqliteConnection) }
}
