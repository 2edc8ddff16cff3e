import Foundation
import WaybookProtocol
import WaybookStore

extension Problem {
    /// What a client is told when the file could not be read or written.
    public init(storeError error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as StoreFileError:
            switch error.code {
            case .diskFull: self.init(.serverFull)
            case .busy, .closed, .unconfirmedWrite: self.init(.unavailable, retryAfterSeconds: 5)
            default: self.init(.internalError)
            }
        case SecurityLedgerError.notWritten(let errno) where errno == ENOSPC || errno == EDQUOT: self.init(.serverFull)
        case is SecurityLedgerError: self.init(.unavailable, retryAfterSeconds: 60)
        case is CancellationError: self.init(.unavailable, retryAfterSeconds: 5)
        default: self.init(.internalError)
        }
    }
}
