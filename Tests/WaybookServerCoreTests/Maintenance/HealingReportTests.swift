import GRDB
import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore

@testable import WaybookServerCore

/// What an administrator is told of a server that was put back.
@Suite struct HealingReportTests: WithRestoredStaff {
    let staff: RestoredStaff

    init() throws {
        staff = try RestoredStaff()
        for name in ["Ada", "Ann", "Bob", "Mia"] { try staff.register(name) }
    }

    private func report() throws -> HealingReport {
        try server.workspace.service.file.read { try HealingReport($0) }
    }

    private func device(_ name: String) throws -> HealingReport.Device {
        let replica = try laptop(name).state.replica
        return try #require(try report().devices.first { $0.device.replica == replica })
    }

    private func note(_ sql: String, _ name: String) throws {
        let replica = try laptop(name).state.replica.number
        try server.workspace.service.file.write { try $0.execute(sql: sql, arguments: [replica]) }
    }

    @Test func aServerThatWasNeverPutBackHasNothingToTell() throws {
        let report = try report()
        #expect(report.timeline == nil && report.timelines.isEmpty && report.devices.isEmpty && report.awaited.isEmpty)
    }

    @Test func eachDeviceIsToldOfAndWhatIsAwaited() throws {
        try server.backUp("old.db")
        let acme = try laptop("Ann").create(["name": "Acme", try member("Bob"): "edit"])
        try settle("Ann", "Bob")
        try laptop("Bob").edit(acme, ["city": "Lyon"])
        try settle("Bob")
        let reached = try server.workspace.service.lastSequence()
        try restore()
        var report = try report()
        let timeline = try #require(report.timeline)
        #expect(timeline.lostCommits == timeline.reached.map { $0 - timeline.fork } && timeline.lostCommits ?? 1 > 0)
        #expect(timeline.reached.map { $0 <= reached } ?? true)
        #expect(report.devices.count == 4 && report.devices.allSatisfy { $0.state == .notSeen && $0.healing == nil })

        // What is about a record that is not back waits, and is no more than that.
        try settle("Bob")
        #expect(try device("Bob").state == .healed && device("Bob").waiting == 1 && device("Bob").waitingItems == 1)
        report = try self.report()
        #expect(report.awaited.map(\.record) == [acme] && report.awaited.map(\.sets) == [1])
        #expect(report.awaited.map(\.devices) == [1] && !report.awaited[0].isThere && report.awaitedRecords == 1)
        #expect(report.back == (0, 0))

        try settle("Ann")
        report = try self.report()
        #expect(try report.awaited.isEmpty && report.back == (2, 0) && device("Bob").healing?.back == 1)
        #expect(try device("Ann").state == .healed && device("Bob").waiting == 0 && device("Mia").state == .notSeen)

        // Whoever lost nothing has nothing to send again: their exchange came to its end.
        let synced = "INSERT INTO device_state (replica, told, synced, offset) VALUES (?, 1, 9000000000000, 0)"
        try note(synced, "Mia")
        try note("UPDATE device SET revoked = 5 WHERE replica = ?", "Ada")
        #expect(try device("Mia").state == .unaffected && device("Ada").state == .cutOff)
        try note("UPDATE healing SET ended = NULL WHERE replica = ?", "Ann")
        #expect(try device("Ann").state == .underWay)
        try note("UPDATE healing SET trimmed = 7 WHERE replica = ?", "Ann")
        #expect(try self.report().trimmed == 7)
    }

    @Test func aSecondRestoreBeginsAnew() throws {
        try server.backUp("old.db")
        _ = try laptop("Ann").create(["name": "Acme"])
        try settle("Ann")
        try restore()
        try settle("Ann")
        #expect(try device("Ann").state == .healed && report().back.sets == 1)
        try restore()
        let report = try report()
        #expect(
            try device("Ann").state == .notSeen && report.back.sets == 0 && report.timelines.map(\.number) == [1, 2])
        // Of the first timeline: the rest of it was lost before, and stands with the first restore.
        #expect(try #require(report.timeline).fork < Timeline.start(of: 1))
        #expect(report.timeline?.lostCommits.map { $0 < 100 } ?? true)
    }
}
