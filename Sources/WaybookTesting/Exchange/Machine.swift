import Foundation
import Synchronization

/// A machine whose power can be cut. Its files lie in a watched folder; what a cut leaves of them lies in the next one,
/// where the machine starts anew.
public final class Machine: Sendable {
    // A class, because the store at work on it and the simulation that cuts it share its state.

    /// It has lost its power in the midst of something.
    struct PowerIsOff: Error {}

    private static let mostStarts = 20

    private struct State {
        var lives: [FaultVFS] = []
        var next: URL?
        var folders = 0
    }

    public let name: String
    private let parent: URL
    private let state = Mutex(State())

    /// Makes its first folder.
    public init(_ name: String, in parent: URL) throws {
        self.name = name
        self.parent = parent
        try begin(in: try makeFolder())
    }

    /// Where its files now lie.
    public var folder: URL { URL(filePath: shim.folder, directoryHint: .isDirectory) }

    /// Whether a cut has been asked for, or has come without a new start since.
    public var isThreatened: Bool { state.withLock { $0.next != nil } }

    private var shim: FaultVFS { state.withLock { $0.lives[$0.lives.count - 1] } }

    private func makeFolder() throws -> URL {
        let number = state.withLock { state in
            state.folders += 1
            return state.folders
        }
        let folder = parent.appending(path: "\(name)-\(number)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private func begin(in folder: URL) throws {
        let shim = try FaultVFS(watching: folder.path)
        state.withLock { $0.lives.append(shim) }
    }

    /// Cuts the power just before the operation on files that follows so many further ones, or (`atSync`) before the
    /// first sync from there on.
    public func cutPower(afterOperations operations: Int, survivors: FaultVFS.Survivors, atSync: Bool, seed: UInt64)
        throws
    {
        let next = try makeFolder()
        state.withLock { $0.next = next }
        shim.cutPower(
            afterOperations: operations, to: next.path, survivors: survivors, seed: seed, atSync: atSync, staysOff: true
        )
    }

    /// Lets a cut that was asked for come now, if it has not.
    public func cutNow() { shim.cutNow() }

    /// Whether the power has been cut: since then nothing reaches the files.
    public func isOff() throws -> Bool { try shim.powerWasCut() }

    /// Switches the power on again: from now on ``folder`` holds what the cut left.
    public func start() throws {
        guard let next = state.withLock({ $0.next }) else { return }
        try begin(in: next)
        state.withLock { $0.next = nil }
    }

    /// Starts it again and again, until a start ends with the power on.
    /// - Parameter open: opens what lies on it; told how often it has fallen in this.
    func startAnew(_ open: (_ falls: Int) throws -> Void) throws {
        for falls in 0..<Self.mostStarts {
            try start()
            do {
                try open(falls)
            } catch let failure as SimulationFailure {
                throw failure
            } catch {
                guard try isOff() else { throw SimulationFailure(law: "reopen", detail: "\(name): \(error)") }
            }
            guard try isOff() else { return }
        }
        throw SimulationFailure(law: "reopen", detail: "\(name) fell \(Self.mostStarts) times")
    }

    /// Ends what it is about, if its power is off.
    func requirePower() throws {
        if try isOff() { throw PowerIsOff() }
    }

    /// Lets operations on its files fail.
    public func inject(_ fault: FaultVFS.Fault, afterOperations operations: Int, isLasting: Bool) {
        shim.inject(fault, afterOperations: operations, isLasting: isLasting)
    }

    /// Goes on in another, empty folder, as a machine whose disk somebody puts a copy on. A cut that was asked for is
    /// called off.
    public func moveOn() throws -> URL {
        try begin(in: try makeFolder())
        state.withLock { $0.next = nil }
        return folder
    }

    /// Frees what is known of its files, which must all be closed.
    public func end() {
        for life in state.withLock({ $0.lives }) { life.forget() }
    }
}
