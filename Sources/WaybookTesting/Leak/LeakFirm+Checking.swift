import Foundation
import GRDB
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookSync

extension LeakFirm {
    /// One exchange of a laptop, and the look at its files.
    func synchronise(_ one: Held) async throws {
        clock.advance(milliseconds: Int64(random.below(30_000)))
        try catchUp()
        one.allowed.formUnion(units.codes(of: units.units(seenBy: one.person, at: clock.milliseconds)))
        let putsAside = plan.fault == nil && random.chance(10)
        if putsAside {
            try putAside(on: one)
            one.laptop.transport.set(weather(cutPercent, keepsWitness: true))
        }
        let done = try await one.laptop.synchronise(seed: random.next())
        if putsAside { one.laptop.transport.set(weather(cutPercent)) }
        report.exchanges += done.exchanges
        report.departures += done.departedUnits
        report.refusals += done.refusedSets
        note("\(one.name) syncs: \(done.ending), \(done.departedUnits) left")
        if random.chance(70) { while try one.laptop.store.indexForSearch() {} }
        try plantWords(on: one)
        try look(at: one, isWhole: done.ending == .upToDate)
    }

    /// Has a laptop put aside all that it holds of others' writes, as behind a server that was put back: it lies there until it
    /// is answered, and leaves with what leaves.
    private func putAside(on one: Held) throws {
        try one.laptop.store.file.write { db in
            let values = "('witnessFrom', 0), ('witnessFork', 0), ('witnessStart', \(Int64(1) << 34))"
            try db.execute(sql: "INSERT OR REPLACE INTO meta (name, value) VALUES \(values)")
        }
        try one.laptop.store.gatherWitness()
        report.putAside += try one.laptop.store.hasWitness() ? 1 : 0
    }

    func catchUp() throws { try service.file.read { try units.catchUp(ServerRows($0)) } }

    /// Whether what is on a laptop is what its holder may hold.
    func look(at one: Held, isWhole: Bool) throws {
        try catchUp()
        let seen = units.units(seenBy: one.person, at: clock.milliseconds)
        let now = units.codes(of: seen)
        let refused = try one.laptop.store.file.read { try Data.fetchAll($0, sql: "SELECT line FROM rejected") }
        one.allowed = try (isWhole ? now : one.allowed.union(now))
            .union(units.codesRefused(in: refused, seen, schema: schema))
        let found = try codes(inFilesOf: one)
        report.markersFound += found.count
        try require(found.subtracting(one.allowed), of: one, isWhole ? "though it read everything" : "after a break")
        if try !isPurgeDue(one) {
            try require(found.subtracting(try codes(inTablesOf: one)), of: one, "though its tables do not")
        }
        guard isWhole else {
            report.brokenChecks += 1
            return
        }
        report.wholeChecks += 1
        try compare(one, with: seen)
    }

    private func require(_ leaked: Set<Int>, of one: Held, _ when: String) throws {
        guard !leaked.isEmpty else { return }
        let names = codes.filter { leaked.contains($0.value) }.keys.sorted().prefix(3).map(\.description)
        throw LeakFound(
            what: "seed \(plan.seed): \(one.name) of \(units.person(one.person)?.name ?? "?") holds "
                + "\(leaked.count) markers \(when): of \(names) \(try places(leaked, on: one))", story: story)
    }

    // MARK: Files

    private func files(of one: Held) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: one.folder, includingPropertiesForKeys: nil)
    }

    private func codes(inFilesOf one: Held) throws -> Set<Int> {
        var found: Set<Int> = []
        for file in try files(of: one) {
            let bytes = try Data(contentsOf: file)
            report.scannedBytes += bytes.count
            found.formUnion(bytes.withUnsafeBytes { Marker.codes(in: $0) })
        }
        return found
    }

    /// Where the first of some markers lies, for a person who looks for the reason.
    private func places(_ leaked: Set<Int>, on one: Held) throws -> [String] {
        var places: [String] = []
        for code in leaked.sorted().prefix(2) {
            for file in try files(of: one) {
                let bytes = try Data(contentsOf: file)
                for text in [Marker.latin(code), Marker.chinese(code), Marker.phone(code)] {
                    guard let range = bytes.range(of: Data(text.utf8)) else { continue }
                    let around = bytes[max(0, range.lowerBound - 100)..<min(bytes.count, range.upperBound + 60)]
                    places.append(
                        "\(file.lastPathComponent): \(String(decoding: around, as: UTF8.self).debugDescription)")
                }
            }
        }
        return places
    }

    private func isPurgeDue(_ one: Held) throws -> Bool {
        try one.laptop.store.file.read { db in
            try Bool.fetchOne(db, sql: "SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'purgeDue')") ?? false
        }
    }

    // MARK: Tables

    /// The codes of what the tables hold: of each record that is there, whatever it showed, and of own sets.
    private func codes(inTablesOf one: Held) throws -> Set<Int> {
        let (ids, lines) = try one.laptop.store.file.read { db in
            (
                try Data.fetchAll(db, sql: "SELECT id FROM record").compactMap { RecordID(bytes: $0) },
                try Data.fetchAll(
                    db,
                    sql:
                        "SELECT line FROM outbox UNION ALL SELECT line FROM rejected UNION ALL SELECT line FROM witness"
                )
            )
        }
        var known = units.codes(ofRecords: ids)
        known.formUnion(ids.compactMap { codes[$0] })
        for line in lines { known.formUnion(line.withUnsafeBytes { Marker.codes(in: $0) }) }
        return known
    }

    /// Everything that may be held is there as the server has it, and nothing else.
    private func compare(_ one: Held, with seen: Set<RecordID>) throws {
        let path = one.laptop.store.file.path
        let wrong = try lookout.writeWithoutTransaction { db -> String? in
            try db.execute(sql: "ATTACH DATABASE ? AS laptop", arguments: [path])
            defer { try? db.execute(sql: "DETACH DATABASE laptop") }
            try db.inTransaction {
                try db.execute(sql: "DELETE FROM visible")
                let insertion = try db.cachedStatement(sql: "INSERT INTO visible VALUES (?)")
                for unit in seen { try insertion.execute(arguments: [Data(unit.bytes)]) }
                return .commit
            }
            report.recordsCompared += try Int.fetchOne(db, sql: "SELECT count(*) FROM laptop.record") ?? 0
            return try Self.difference(db)
        }
        guard let wrong else { return }
        throw LeakFound(what: "seed \(plan.seed): \(one.name) \(wrong)", story: story)
    }

    private static func difference(_ db: Database) throws -> String? {
        let lacking = try Row.fetchOne(
            db,
            sql: """
                SELECT theirs.collection, hex(theirs.id), theirs.fields, (SELECT fields FROM laptop.record WHERE id = theirs.id)
                FROM server.record AS theirs
                WHERE theirs.deleted = 0 AND ifnull(theirs.unit, theirs.id) IN visible AND NOT EXISTS (
                    SELECT 1 FROM laptop.record AS ours
                    WHERE ours.id = theirs.id AND ifnull(ours.server, ours.fields) = theirs.fields)
                """)
        if let lacking {
            let ours: String = lacking[3] ?? "nothing"
            return "lacks \(lacking[0] as String) \(lacking[1] as String): \(lacking[2] as String), has \(ours)"
        }
        let surplus = try Row.fetchOne(
            db,
            sql: """
                SELECT hex(ours.id), ours.fields FROM laptop.record AS ours WHERE NOT EXISTS (
                    SELECT 1 FROM server.record AS theirs
                    WHERE theirs.id = ours.id AND ifnull(theirs.unit, theirs.id) IN visible)
                """)
        return surplus.map { "holds \($0[0] as String): \($0[1] as String)" }
    }
}
