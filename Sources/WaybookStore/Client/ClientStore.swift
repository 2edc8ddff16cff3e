import GRDB
import Synchronization
import WaybookModel

/// A workspace replica: records as shown, the server's rows under them, the outbox, and what came of it; one file.
///
/// Every call is one transaction and blocks its thread; several processes may use one file. Nothing in it reads a clock
/// or makes up a number: readings are passed in. A class, because connections and listeners are one shared thing.
public final class ClientStore: Sendable {
    /// The collections that validation, views and search go by.
    public let schema: Schema
    /// The file: for checkpoints, backups and closing.
    public let file: StoreFile
    let journalLimits: JournalLimits
    private let listeners = Mutex<Listeners>(Listeners())

    private struct Listeners {
        var next = 0
        var continuations: [Int: AsyncStream<Void>.Continuation] = [:]
    }

    /// Opens a replica's file, or makes it. Views and index follow the schema.
    public convenience init(path: String, schema: Schema, options: StoreFile.Options = .init()) throws {
        try self.init(path: path, schema: schema, options: options, synchronous: .full)
    }

    init(
        path: String, schema: Schema, options: StoreFile.Options = .init(), synchronous: StoreOpener.Synchronous,
        journal: JournalLimits = JournalLimits()
    ) throws {
        self.schema = schema
        journalLimits = journal
        file = try StoreFile(
            path: path, role: .client, migrations: ClientMigrations.all, options: options, synchronous: synchronous)
        let isCurrent = try file.read { db in try SchemaObjects(tables: ClientTables(db, schema)).isCurrent() }
        if !isCurrent { try file.write { db in try SchemaObjects(tables: ClientTables(db, schema)).prepare() } }
        // What was cut short the last time; each sync tries again.
        try purgeDeparted()
    }

    /// Closes the file; calls after this throw.
    public func close() throws {
        let continuations = listeners.withLock { listeners in
            defer { listeners.continuations = [:] }
            return listeners.continuations
        }
        for key in continuations.keys.sorted() { continuations[key]?.finish() }
        try file.close()
    }

    /// Tells that something changed through this object, several changes as one. Changes by other processes are not
    /// told.
    public var changes: AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let key = listeners.withLock { listeners in
            listeners.next += 1
            listeners.continuations[listeners.next] = continuation
            return listeners.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { _ = $0.continuations.removeValue(forKey: key) }
        }
        return stream
    }

    func read<T>(_ body: (ClientTables) throws -> T) throws -> T {
        try file.read { db in try body(ClientTables(db, schema, journalLimits)) }
    }

    func write<T>(_ body: (ClientTables) throws -> T) throws -> T {
        let value = try file.write { db in try body(ClientTables(db, schema, journalLimits)) }
        let continuations = listeners.withLock { Array($0.continuations.values) }
        for continuation in continuations { continuation.yield() }
        return value
    }
}

extension ClientStore {
    /// The replica's number, nil before the first sign-in.
    public func replica() throws -> ReplicaID? {
        try read { tables in try tables.integer(.replica).flatMap { UInt32(exactly: $0) }.map { ReplicaID($0) } }
    }

    /// Takes the number that a sign-in gave. With unanswered sets made under another one, these move to the new number.
    public func adopt(_ replica: ReplicaID) throws {
        try write { tables in
            guard let present = try tables.integer(.replica).flatMap({ UInt32(exactly: $0) }) else {
                return try tables.set(.replica, Int64(replica.number))
            }
            guard present != replica.number else { return }
            try Renumbering(tables: tables, from: ReplicaID(present), to: replica).perform()
        }
    }

    /// A note of the caller's own that lives in the file, as the server's address; nil when there is none.
    public func note(_ name: String) throws -> String? {
        try read { tables in
            try String.fetchOne(tables.db, sql: "SELECT value FROM meta WHERE name = ?", arguments: ["note." + name])
        }
    }

    /// Sets a note of the caller's own.
    public func setNote(_ name: String, to text: String) throws {
        try write { tables in try tables.setMeta("note." + name, text.databaseValue) }
    }
}

extension ClientStore {
    /// The most rows that an edit itself takes into the search index; more wait for ``indexForSearch(atMost:)``.
    static let mostRowsIndexedInEdit = 200

    /// Stores a user action as one change set, and shows it. Durable when it returns.
    /// - Parameter user: who does it, to be asked what they may; nil leaves that to the server.
    public func edit(_ action: UserAction, at now: ClientTime, by user: RecordID? = nil) throws -> EditOutcome {
        try edit(all: CollectionOfOne(action), at: now, by: user)[0]
    }

    /// What stands in the way of a change to a record that is here; nil where nothing does. Nothing is stored.
    public func denial(of change: Change, at now: ClientTime, by user: RecordID) throws -> Denial? {
        try read { tables in
            guard let permitting = try Permitting(tables, for: user, at: now),
                let shown = try tables.load(change.id)?.shown
            else { return nil }
            return try permitting.denial(of: change, shown: shown, after: shown, created: [:])
        }
    }

    /// Stores many actions (the rows of an import), a set each, in one transaction. Callers with more than some
    /// thousands pass them in batches.
    public func edit(
        all actions: some Sequence<UserAction>, at now: ClientTime, by user: RecordID? = nil
    ) throws -> [EditOutcome] {
        try write { tables in
            let editing = try Editing(tables: tables, now: now, user: user)
            var outcomes: [EditOutcome] = []
            for action in actions { outcomes.append(try editing.perform(action)) }
            if try tables.unindexedCount(upTo: Self.mostRowsIndexedInEdit + 1) <= Self.mostRowsIndexedInEdit {
                _ = try tables.indexRows(atMost: Self.mostRowsIndexedInEdit)
            }
            return outcomes
        }
    }
}
