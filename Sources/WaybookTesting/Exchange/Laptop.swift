import Foundation
import Synchronization
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore
import WaybookSync

/// A simulated laptop: the production store and sync engine, with a clock of its own and files that can be copied away
/// and put back.
public final class Laptop: Sendable {
    // A class, because the world and the exchange under way both hold it.

    private struct State {
        var store: ClientStore
        var folder: URL
        var wallShiftMilliseconds: Int64
        var bootStartMilliseconds: Int64
        var bootCount = 1
        var copy: URL?
    }

    public let name: String
    public let transport: InProcessTransport
    private let open: @Sendable (_ path: String) throws -> ClientStore
    private let world: WorldClock
    private let state: Mutex<State>

    /// - Parameters:
    ///   - wallShiftMilliseconds: how far its wall clock is ahead of true time.
    ///   - open: opens its store.
    public init(
        name: String, folder: URL, replica: ReplicaID, transport: InProcessTransport, world: WorldClock,
        wallShiftMilliseconds: Int64, open: @escaping @Sendable (_ path: String) throws -> ClientStore
    ) throws {
        self.name = name
        self.open = open
        self.transport = transport
        self.world = world
        let store = try open(folder.appending(path: "store.db").path)
        try store.adopt(replica)
        state = Mutex(
            State(
                store: store, folder: folder, wallShiftMilliseconds: wallShiftMilliseconds,
                bootStartMilliseconds: world.milliseconds))
    }

    public var store: ClientStore { state.withLock { $0.store } }

    /// Reads the laptop's clocks.
    public var now: ClientTime {
        state.withLock { state in
            ClientTime(
                wallMilliseconds: world.milliseconds + state.wallShiftMilliseconds,
                bootMilliseconds: world.milliseconds - state.bootStartMilliseconds,
                bootID: "\(name)-\(state.bootCount)")
        }
    }

    /// Someone sets the wall clock.
    public func setWallShift(_ milliseconds: Int64) { state.withLock { $0.wallShiftMilliseconds = milliseconds } }

    /// The machine starts anew, with its wall clock set to something: until the next exchange nothing corrects it.
    public func reboot(wallShiftMilliseconds: Int64) {
        state.withLock { state in
            state.bootCount += 1
            state.bootStartMilliseconds = world.milliseconds
            state.wallShiftMilliseconds = wallShiftMilliseconds
        }
    }

    /// Synchronises once; problems of the way are in the report.
    public func synchronise(seed: UInt64) async throws -> SyncReport {
        let random = Mutex(SeededRandom(seed: seed))
        let surroundings = SyncEngine.Surroundings(
            now: { self.now }, random: { random.withLock { $0.next() } }, pause: { _ in })
        return try await SyncEngine(store, over: transport, surroundings).synchronise()
    }

    /// Keeps a copy of the files as they are.
    public func copyFiles() throws {
        try state.withLock { state in
            try state.store.file.checkpoint(.truncate)
            let copy = state.folder.appending(path: "copy.db")
            try? FileManager.default.removeItem(at: copy)
            try FileManager.default.copyItem(at: state.folder.appending(path: "store.db"), to: copy)
            state.copy = copy
        }
    }

    /// Puts the copy back in place of the files: the laptop is an older self. Nothing happens without a copy.
    public func restoreFiles() throws {
        try state.withLock { state in
            guard let copy = state.copy else { return }
            try state.store.close()
            for ending in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(at: state.folder.appending(path: "store.db" + ending))
            }
            try FileManager.default.moveItem(at: copy, to: state.folder.appending(path: "store.db"))
            state.copy = nil
            state.store = try open(state.folder.appending(path: "store.db").path)
            state.bootCount += 1
            state.bootStartMilliseconds = world.milliseconds
        }
    }

    /// The machine starts anew on what a power cut left of its files, in another folder. Throws what opening throws;
    /// then it may be asked again.
    public func restart(on folder: URL) throws {
        try state.withLock { state in
            // Its power is off: closing cannot succeed, and nothing depends on it.
            try? state.store.close()
            state.bootCount += 1
            state.bootStartMilliseconds = world.milliseconds
            state.folder = folder
            state.store = try open(folder.appending(path: "store.db").path)
        }
    }

    public func close() throws { try store.close() }
}

/// True time, which only the simulation moves.
public final class WorldClock: Sendable {
    private let time: Mutex<Int64>

    public init(milliseconds: Int64) { time = Mutex(milliseconds) }

    public var milliseconds: Int64 { time.withLock { $0 } }

    public func advance(milliseconds: Int64) { time.withLock { $0 += milliseconds } }
}
