import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookServerCore
import WaybookStore

/// A server that is put back to an earlier backup, and what the laptops bring back.
extension Simulation {
    /// What a set that had been accepted may be refused for once the server was put back (`docs/limitations.md`): what it is
    /// about was erased, or it was refused so when it came again before. What is about a record that is not back waits.
    static let mayBeRefusedFor: Set<RefusalRule> = [.erased, .before]
    /// The journal keeps 30 days by the server's clock; what is older, or was when that ran ahead, need not come back.
    private static let keptMilliseconds: Int64 = 29 * 86_400_000

    func backUp() throws {
        serial += 1
        let file = folder.appending(path: "backup-\(serial).db")
        _ = try ServerBackup.write(service.file, to: file.path, ledger: ledger)
        backups.append(file)
        model.enteredInBackups.append(model.entered)
        note("the server is backed up")
    }

    /// Stops the server, puts a backup back on its machine, and starts it.
    func putBack(_ number: Int) throws {
        guard !backups.isEmpty else { return }
        try settleUnconfirmed()
        try catchUp()
        noteHeard()
        for one in laptops { one.allowed.formUnion(codes(seenBy: one.person)) }
        // On a disk that fails this may fail, and so may what is done before the backup is in place; that comes from elsewhere.
        try? service.file.close()
        guard let place = try restored(from: backups[number % backups.count]) else {
            coverage.count("restore before its time")
            return try reopenServer()
        }
        if let machine = serverMachine {
            serverFolder = try machine.moveOn()
            try FileManager.default.copyItem(
                at: place.appending(path: Self.database), to: serverFolder.appending(path: Self.database))
        } else {
            serverFolder = place
        }
        serverFaults = []
        ledger = try SecurityLedger(path: place.appending(path: SecurityLedger.fileName).path)
        service = try Self.open(serverFolder, schemas.server, history.pageRows, ledger, wall)
        try requireWholeServer()
        coverage.count("restore")
        note("the server is put back to \(backups[number % backups.count].lastPathComponent)")
        model.entered = model.enteredInBackups[number % backups.count]
        try forgetWhatWas()
    }

    /// A folder in which the server's files are as the command leaves them; nil where the clock is behind the backup's.
    private func restored(from backup: URL) throws -> URL? {
        serial += 1
        let place = folder.appending(path: "put-back-\(serial)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for name in [Self.database, Self.database + "-wal"] {
            let file = serverFolder.appending(path: name)
            guard FileManager.default.fileExists(atPath: file.path) else { continue }
            try FileManager.default.copyItem(at: file, to: place.appending(path: name))
        }
        try FileManager.default.copyItem(
            at: ledgerFolder.appending(path: SecurityLedger.fileName),
            to: place.appending(path: SecurityLedger.fileName))
        var random = SeededRandom(seed: serial)
        do {
            _ = try RestorableServer.putBack(
                backup, in: place, schema: schemas.server, now: wall.milliseconds, random: &random)
        } catch ServerRestore.Failure.clockBehind {
            return nil
        }
        ledgerFolder = place
        return place
    }

    /// Takes note of the answers that laptops have heard, and of what left them, also in an exchange that is under way. One
    /// that is off tells what it has when it is on.
    private func noteHeard() {
        for one in laptops {
            guard let look = try? LaptopLook(at: one.laptop.store, withRows: false) else { continue }
            try? checkAcknowledged(one, look)
            try? forgetWhatLeft(one, look)
        }
    }

    /// Of a set whose answer its laptop, or the copy of one, has not heard, what the server said counts no more where the
    /// server has forgotten it: it is still to be sent.
    private func forgetUnheard() throws {
        model.forgotten = []
        for text in laptops.flatMap({ $0.saved + ($0.copy?.saved ?? []) }).flatMap(\.texts) {
            guard let set = model.ruledIn[text] else { continue }
            if try service.file.read({ try ServerView.lastSet(of: set.replica, $0) }) < set.number {
                model.forgotten.insert(text)
            }
        }
    }

    /// What was known of the server is no longer so; what the laptops owe it is.
    private func forgetWhatWas() throws {
        model.putBacks += 1
        model.unconfirmed = []
        model.ruledAgain = [:]
        try forgetUnheard()
        let former = units
        units = UnitScopes(schemas.server)
        try catchUp()
        noteErasuresDoneAgain()
        model.deleted = try service.file.read { try Self.deleted($0) }
        model.removed = []
        try noteRemoved()
        units.keepRemoved(model.removed, from: former)
        for one in laptops {
            (one.isBehind, one.stored) = (true, 0)
            one.transport.forgetSent()
            // What was sent under a former number is not sent again.
            let replica = one.transport.principal.replica
            one.owed = one.answered.filter {
                $0.at > wall.highest - Self.keptMilliseconds && model.sentBy[$0.text] == replica
            }
            coverage.count("restore owed", one.owed.count)
        }
    }

    /// What the author's own laptop still had is back, or was refused for a reason that may be, and is listed then.
    func checkOwed(_ one: SimulatedLaptop) throws {
        guard !one.owed.isEmpty else { return }
        let look = try LaptopLook(at: one.laptop.store, withRows: false)
        for owed in one.owed
        where !model.erased.contains(owed.place.record) && !model.onceRemoved.contains(owed.place.record) {
            if try service.file.read({ try ServerView.traces(of: owed.place.record, at: owed.place.path, $0) })
                .contains(owed.text)
            {
                if model.ruledAgain[owed.text] != nil { coverage.count("restore ruled again") }
                noteAnswered(owed, again: one)
                continue
            }
            try requireRefused(owed, one, look)
            // What was handed over has an item, and comes again after another restore for as long as that is here.
            if case .handover? = model.ruledAgain[owed.text]?.verdict { continue }
            one.answered.removeAll { $0.text == owed.text }
        }
        one.owed = []
    }

    /// Whether an item of the handover box on a laptop tells of a write, and is about its record.
    func isInItem(_ owed: SimulatedLaptop.Owed, on one: SimulatedLaptop) throws -> Bool {
        let sql = """
            SELECT EXISTS (
                SELECT 1 FROM record WHERE collection = (SELECT number FROM collection WHERE name = ?)
                    AND fields ->> '$.about' = ? AND instr(fields ->> '$.changes', ?) > 0
            )
            """
        let arguments: StatementArguments = [
            HandoverRecord.collection.text, owed.place.record.description, owed.text,
        ]
        return try one.laptop.store.file.read { try Bool.fetchOne($0, sql: sql, arguments: arguments) } ?? false
    }

    /// Whether an item at the server tells of a write that was not applied.
    private func isHandedOver(_ owed: SimulatedLaptop.Owed) throws -> Bool {
        try service.file.read { db in
            try ["open", "taken", "dropped"].contains { status in
                try ServerView.items(db, status: status).contains { $0.contains(owed.text) }
            }
        }
    }

    /// The journal has it from now on as answered now: if the clock has gone back meanwhile, for a shorter time.
    private func noteAnswered(_ owed: SimulatedLaptop.Owed, again one: SimulatedLaptop) {
        for index in one.answered.indices where one.answered[index].text == owed.text {
            one.answered[index].at = min(one.answered[index].at, wall.milliseconds)
        }
    }

    private func requireRefused(_ owed: SimulatedLaptop.Owed, _ one: SimulatedLaptop, _ look: LaptopLook) throws {
        switch model.ruledAgain[owed.text]?.verdict {
        case .handover?: coverage.count("restore handed over")
        // The backup knew it as handed over, so that it need not come again.
        case nil where try isHandedOver(owed): coverage.count("restore handed over before")
        case .rejected(let refusal)? where Self.mayBeRefusedFor.contains(refusal.rule):
            coverage.count("restore refused \(refusal.rule)")
            guard look.rejected.write(owed.text) || !look.holds(owed.place.record) else {
                throw SimulationFailure(
                    law: "I9", detail: "\(one.name): “\(owed.text)” was refused after a restore and is not listed")
            }
        case let verdict:
            let told = verdict.map { "\($0)" } ?? "nothing was said of it"
            throw SimulationFailure(
                law: "restore", detail: "\(one.name) brought “\(owed.text)” at \(owed.place), it is not there: \(told)")
        }
    }
}
