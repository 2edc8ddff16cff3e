import GRDB

extension StoreFile {
    /// The connections to use; after an unconfirmed sync a writer (`healing`) first replaces them.
    func currentPool(healing: Bool) throws -> DatabasePool {
        try state.withLock { state in
            guard !state.isClosed else { throw StoreFileError(.closed, context: place.name) }
            if let pool = state.pool {
                guard healing, needsReopening.load(ordering: .acquiring) else { return pool }
                try retire(pool)
                state.pool = nil
            }
            let pool = try reopened()
            state.pool = pool
            needsReopening.store(false, ordering: .releasing)
            return pool
        }
    }

    /// Empties the log through the connection that knows which of its frames count, then closes the connections.
    ///
    /// After a failed sync Linux takes the log's pages for clean: a connection that recovered the log from memory would
    /// build on frames that the disk does not have. So the log goes first, the connections after it.
    func retire(_ pool: DatabasePool) throws {
        try pool.barrierWriteWithoutTransaction { db in
            try lock.withLock(timeout: options.lockTimeout) {
                do {
                    _ = try checkpoint(db, .truncate)
                } catch let error as StoreFileError {
                    // Another process reads: it keeps the log's index alive, and will empty the log itself.
                    guard case .busy = error.code else { throw error }
                }
            }
        }
        try pool.close()
    }

    private func reopened() throws -> DatabasePool {
        do {
            return try lock.withLock(timeout: options.lockTimeout) { try opener.connect() }
        } catch {
            throw StoreFileError(error, context: place.name) ?? error
        }
    }

    /// One checkpoint on the writer. Call under the writer lock.
    func checkpoint(_ db: Database, _ kind: Database.CheckpointMode) throws -> CheckpointProgress {
        do {
            let (pages, copied) = try db.checkpoint(kind)
            return CheckpointProgress(logPages: max(0, pages), copiedPages: max(0, copied))
        } catch {
            throw interpreted(error, db)
        }
    }

    /// Gives an error its type, and remembers when the connections cannot be trusted any more.
    func interpreted(_ error: any Error, _ db: Database) -> any Error {
        guard let failure = StoreFileError(error, systemError: db.systemError, context: place.name) else {
            return error
        }
        if failure.code == .unconfirmedWrite { needsReopening.store(true, ordering: .releasing) }
        return failure
    }
}

extension DatabaseError {
    /// Whether the connection had been closed before it was asked.
    var isClosedConnection: Bool { resultCode == .SQLITE_MISUSE && message == "Connection is closed" }
}
