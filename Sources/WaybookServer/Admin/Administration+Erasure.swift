import Foundation
import GRDB
import WaybookCRM
import WaybookModel
import WaybookServerCore
import WaybookStore

/// Commands about people's own data.
extension Administration {
    /// Erases a record and all that it reaches; the ledger has it before anybody is answered.
    func erase(_ command: AdminCommand) throws -> Value {
        let id = try recordID(command)
        guard let reason = ErasureReason(rawValue: command.arguments["reason"] ?? "") else {
            throw AdminFailure(.malformed)
        }
        let now = now()
        let isNew: Bool
        do {
            isNew = try file.writeSecurity(ledger, now: now) { db in
                let writer = ErasureWriter(db, schema: Catalogue.schema, now: now)
                let facts = try writer.erase(ErasureRequest(record: id, reason: reason))
                return (!facts.isEmpty, facts)
            }
        } catch ErasureWriter.Obstacle.unknownRecord {
            throw AdminFailure(.recordNotFound, id.description)
        } catch ErasureWriter.Obstacle.notErasable(let collection) {
            throw AdminFailure(.notErasable, collection.text)
        }
        if isNew { changed() }
        guard var told = try receipt(id)?.entries else { return ["done": .bool(isNew), "id": .string(id.description)] }
        told["done"] = .bool(isNew)
        return .map(told)
    }

    func listErasures() throws -> Value {
        .list(
            try file.read { db in
                let log = ErasureLog(db)
                return try ServerRows(db).erasures().map { Self.value($0, try log.holders(of: $0.record)) }
            })
    }

    func showErasure(_ command: AdminCommand) throws -> Value {
        let id = try recordID(command)
        guard let receipt = try receipt(id) else { throw AdminFailure(.recordNotFound, id.description) }
        return receipt
    }

    /// An erasure with the devices that held it; nil where there was none of that identity.
    private func receipt(_ id: RecordID) throws -> Value? {
        let (entry, holders, devices, users) = try file.read { db in
            (
                try ServerRows(db).erasure(of: id), try ErasureLog(db).holders(of: id), try directory.devices(db),
                try directory.users(db)
            )
        }
        guard let entry, var value = Self.value(entry, holders).entries else { return nil }
        let emails = Dictionary(users.map { ($0.id, $0.email) }, uniquingKeysWith: { first, _ in first })
        value["devices"] = .list(
            holders.map { holder in
                let device = devices.first { $0.replica == holder.replica }
                return [
                    "confirmed": holder.confirmedMilliseconds.map { .int($0) } ?? .null,
                    "email": device.flatMap { emails[$0.user] }.map { .string($0) } ?? .null,
                    "name": device.map { .string($0.name) } ?? .null,
                    "replica": .int(Int64(holder.replica.number)),
                    "revoked": .bool(device.map { $0.revoked != nil } ?? true),
                ]
            })
        value["by"] = entry.by.flatMap { UserID($0.description) }.flatMap { emails[$0] }.map { .string($0) } ?? .null
        return .map(value)
    }

    private static func value(_ entry: ErasureEntry, _ holders: [ErasureHolder]) -> Value {
        [
            "at": .int(entry.milliseconds), "holders": .int(Int64(holders.count)),
            "id": .string(entry.record.description), "in": .string(entry.collection.text),
            "outstanding": .int(Int64(holders.count { $0.confirmedMilliseconds == nil })),
            "reason": .string(entry.reason.rawValue), "records": .int(Int64(entry.records)),
            "serverFree": entry.purgedMilliseconds.map { .int($0) } ?? .null,
        ]
    }

    /// Writes all about a person to a file of its own (0600), and notes that it was done.
    func exportPerson(_ command: AdminCommand) throws -> Value {
        let id = try recordID(command)
        guard let path = command.arguments["path"], path.hasPrefix("/") else { throw AdminFailure(.malformed) }
        let now = now()
        let document = try file.write { db in
            let found = try PersonFinder(db, schema: Catalogue.schema).document(about: id, at: now)
            if let found {
                try Audit(db).note(
                    .exported, about: .record(id), at: now, detail: [.count: .int(Int64(found.recordCount))])
            }
            return found
        }
        guard let document else { throw AdminFailure(.recordNotFound, id.description) }
        try Self.write(CanonicalJSON.bytes(document.value) + [0x0A], to: path)
        return ["path": .string(path), "records": .int(Int64(document.recordCount))]
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(AdminFailure) {
        do {
            try DurableFile.make(path, of: bytes, isPrivate: true)
        } catch {
            throw AdminFailure(error.errno == EEXIST ? .fileExists : .fileUnwritable, path)
        }
    }

    private func recordID(_ command: AdminCommand) throws -> RecordID {
        let typed = command.arguments["id"] ?? ""
        guard let id = RecordID(typed) else { throw AdminFailure(.invalidValue, typed) }
        return id
    }
}
