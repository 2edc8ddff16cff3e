import Foundation
import WaybookModel
import WaybookSync

/// A laptop of a simulated history, and what is known of it outside the system.
final class SimulatedLaptop: @unchecked Sendable {
    // A class: the history changes it in place. Unchecked for the same reason as the simulation.

    /// An exchange under way.
    struct Run {
        var turnstile: Turnstile
        var task: Task<Result<SyncReport, any Error>, Never>
    }

    /// An edit that was acknowledged to the rep, until the server is known to have ruled on it.
    struct Saved {
        var changes: [Change]
        /// The writes that the oracle follows.
        var writes: [(place: WriteOracle.Place, text: String)]
        /// The server's clock when it was last known to be unsent.
        var at: Int64
        /// The roots that it was about and that were there.
        var roots: Set<RecordID> = []

        var texts: [String] { writes.map(\.text) }
    }

    /// What was on it when its files were copied.
    struct Copy {
        var file: URL
        var principal: ReplicaID
        var saved: [Saved]
        var allowed: Set<Int>
        var made: Set<Int>
        var hasReadAll: Bool
        /// How often the server had been put back; -1 where the laptop had not met it since.
        var putBacks: Int
    }

    /// A write that the server had accepted before it was put back, and that the laptop still has.
    struct Owed: Hashable {
        var place: WriteOracle.Place
        var text: String
        /// The server answered it no sooner.
        var at: Int64
    }

    let index: Int
    let name: String
    let person: RecordID
    /// Which of ``SimulatedSchemas/laptop(_:)`` it has.
    let kind: Int
    let schema: Schema
    let transport: InProcessTransport
    let laptop: Laptop
    let machine: Machine?
    var folder: URL
    var run: Run?
    var saved: [Saved] = []
    var copy: Copy?
    /// The codes that may be on it: of the last look at it, and of everything since.
    var allowed: Set<Int> = []
    /// The codes of the records that were made on it.
    var made: Set<Int> = []
    /// How far it has read.
    var stored: Int64 = 0
    /// How its last synchronisation ended, and what that moved.
    var lastEnding: SyncEnding?
    var lastMoved = 0
    /// Whether that compared what it holds with the server.
    var hasCompared = false
    /// How operations on its files have been asked to fail.
    var faults: Set<FaultVFS.Fault> = []
    /// Whether it has read everything since it last began anew.
    var hasReadAll = false
    /// Whether the server was put back since its last whole synchronisation.
    var isBehind = false
    /// How often the server had been put back when it last took up an exchange of this laptop.
    var putBacksMet = 0
    /// What the server has accepted and answered, as far as it is about records that are here.
    var answered: [Owed] = []
    /// What must be back at the server after its next whole synchronisation.
    var owed: [Owed] = []

    init(
        index: Int, name: String, person: RecordID, kind: Int, schema: Schema, transport: InProcessTransport,
        laptop: Laptop, machine: Machine?, folder: URL
    ) {
        self.index = index
        self.name = name
        self.person = person
        self.kind = kind
        self.schema = schema
        self.transport = transport
        self.laptop = laptop
        self.machine = machine
        self.folder = folder
    }

    /// Ends its program where it stands.
    func kill() async {
        guard let run else { return }
        try? laptop.close()
        await run.turnstile.kill()
        _ = await run.task.value
        end()
    }

    /// No exchange is under way any more. What told the transport of it refers back to this: kept, neither would ever go, nor close its
    /// files.
    func end() {
        run = nil
        transport.set(InProcessTransport.Weather())
    }
}
