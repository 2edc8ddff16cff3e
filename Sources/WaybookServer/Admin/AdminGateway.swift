import WaybookModel
import WaybookServerCore

/// Brings a command to where it can be done: to the running server through its socket, to the file when none runs.
public struct AdminGateway: Sendable {
    /// How long a command waits for a server that is starting or stopping, or for another command.
    public static let patience = Duration.seconds(10)
    private static let pause = Duration.milliseconds(50)

    private let folder: DataFolder
    private let now: @Sendable () -> Int64
    private let tell: @Sendable (Timeline) -> Void

    /// Names the folder.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - tell: told of a timeline that begins because the database had gone back.
    public init(
        _ folder: DataFolder, now: @escaping @Sendable () -> Int64,
        tell: @escaping @Sendable (Timeline) -> Void = { _ in }
    ) {
        self.folder = folder
        self.now = now
        self.tell = tell
    }

    /// Performs a command.
    ///
    /// - Throws: `AdminFailure`, `StoreFileError`, `AdminSocketError`.
    public func perform(_ command: AdminCommand) async throws -> Value {
        let socket = AdminSocketClient(path: try AdminSocket.path(inDataFolder: folder.path))
        let end = ContinuousClock.now + Self.patience
        while true {
            if let lock = try DataFolderLock(folder) {
                return try withExtendedLifetime(lock) { try performOnFile(command) }
            }
            do {
                return try Self.value(try await socket.send(command))
            } catch AdminSocketError.notRunning {
                guard ContinuousClock.now < end else { throw AdminFailure(.busy, folder.path) }
                try await Task.sleep(for: Self.pause)
            }
        }
    }

    private func performOnFile(_ command: AdminCommand) throws -> Value {
        let opened = try folder.openGuarded(now: now())
        let (file, ledger) = (opened.file, opened.ledger)
        if let timeline = opened.raised { tell(timeline) }
        let reply = Administration(file: file, ledger: ledger, now: now).perform(command)
        // Nobody else works on the file: what was erased goes from it at once; of one of several parts with the last.
        if !reply.goesOn { try ErasurePurge(file, now: now).perform() }
        try file.close()
        return try Self.value(reply)
    }

    private static func value(_ reply: AdminReply) throws(AdminFailure) -> Value {
        switch reply {
        case .done(let value): return value
        case .failed(let failure): throw failure
        }
    }
}
