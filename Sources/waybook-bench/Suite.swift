import Foundation
import WaybookProtocol

/// Leads a run: references and product, side by side, at each size.
struct Suite {
    private let options: Options
    private let folder: String
    private var report = Report()

    init(_ options: Options) throws {
        self.options = options
        folder = options.folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// Returns whether the thresholds hold, where that was asked for.
    func run() async throws -> Bool {
        var suite = self
        let sizes = try options.sizes()
        for (index, size) in sizes.enumerated() {
            var run = SizedRun(folder: folder + "/\(size)", count: size, isSmallest: index == 0)
            run.isSeeded = options.has("seeded")
            try run.perform(&suite.report)
            if !options.has("keep") { try? FileManager.default.removeItem(atPath: run.folder) }
        }
        suite.report.print()
        if let path = options.jsonPath { try suite.report.write(to: path) }
        return !options.has("check") || suite.report.allHold
    }
}

/// All rows at one size.
struct SizedRun {
    let folder: String
    let count: Int
    /// What does not grow with the number of records is measured at one size only.
    let isSmallest: Bool

    private var reference: Reference { Reference(folder: folder, count: count) }
    /// The server's folder, and the file in it.
    private var data: String { folder + "/server" }
    private var serverFile: String { data + "/server.db" }
    private var records: Double { Double(count) }
    private var repeats: Int { count <= 200_000 ? 3 : 1 }
    /// Whether the server is filled without a push.
    var isSeeded = false
    private var plainBytes = 0.0
    private var importing: (none: Shell.Outcome, slim: Shell.Outcome)

    init(folder: String, count: Int, isSmallest: Bool) {
        self.folder = folder
        self.count = count
        self.isSmallest = isSmallest
        let nothing = Shell.Outcome(output: "", seconds: .nan, processorSeconds: .nan)
        importing = (nothing, nothing)
    }

    mutating func perform(_ report: inout Report) throws {
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try reference.writeFiles()
        plainBytes = try reference.plainTableBytes()
        try references(&report)
        try ServerProcess.initialise(data)
        if isSeeded {
            _ = try Shell.role("seed", ["--data", data, "--records", "\(count)"])
        } else {
            try push(&report)
        }
        try pull(&report)
        if isSmallest, !isSeeded {
            try wire(&report)
            try changes(&report)
            try commits(&report)
        }
    }

    // MARK: References

    private mutating func references(_ report: inout Report) throws {
        importing.none = try median { try reference.importing(.none) }
        importing.slim = try median { try reference.importing(.slim) }
        let command = "sqlite3 reference.db < script (Reference.swift)"
        report.add(
            "reference.plain", count, "sqlite3 .import, no search", records / importing.none.seconds, "records/s",
            command: command)
        report.add(
            "reference.search", count, "sqlite3 .import, FTS5 slim", records / importing.slim.seconds, "records/s",
            command: command)
        guard isSmallest else { return }
        let standard = try reference.importing(.standard)
        report.add(
            "reference.standard", count, "sqlite3 .import, FTS5 with positions", records / standard.seconds,
            "records/s", command: command)
    }

    private func median(_ body: () throws -> Shell.Outcome) rethrows -> Shell.Outcome {
        let outcomes = try (0..<repeats).map { _ in try body() }
        return outcomes.sorted { $0.seconds < $1.seconds }[outcomes.count / 2]
    }

    private func median(of figures: [Figures], by name: String) -> Figures {
        figures.sorted { $0[name] < $1[name] }[figures.count / 2]
    }

    // MARK: Push

    private func push(_ report: inout Report) throws {
        let server = try ServerProcess(data)
        let arguments = ["--workspace", folder + "/author", "--server", server.address]
        let made = try Shell.role("import", arguments + ["--records", "\(count)"])
        let pushed = try Shell.role("push", arguments)
        let served = try server.stop()
        guard pushed["sets"] == records, pushed["refused"] == 0 else { throw Failure("push: \(pushed.values)") }
        let command = Shell.command("push", arguments)
        let plain = ("records/s .import", records / importing.none.seconds)
        report.add(
            "offline", count, "made offline, durable at the laptop", records / made["seconds"], "records/s",
            reference: plain, command: Shell.command("import", arguments + ["--records", "\(count)"]))
        report.add(
            "push", count, "first push, durable at the server", records / pushed["seconds"], "records/s",
            reference: plain, command: command)
        report.add(
            "push.cpu", count, "first push, processor time, both sides",
            (pushed["cpu"] + served["cpu"]) / records * 1e6, "µs/record",
            reference: ("µs .import", importing.none.processorSeconds / records * 1e6), command: command)
        report.add(
            "push.cpu.server", count, "  of it the server", served["cpu"] / records * 1e6, "µs/record",
            command: command)
        memory("client.push", "laptop, first push", pushed, &report, command)
        memory("client.import", "laptop, making records", made, &report, command)
        memory("server.push", "server, first push", served, &report, command)
        let bytes = Machine.fileBytes(serverFile)
        report.add(
            "size.server", count, "server's file", bytes / records, "bytes/record",
            reference: ("plain table", plainBytes / records), command: command)
        report.add(
            "metadata.server", count, "metadata at the server", (bytes - plainBytes) / records, "bytes/record",
            command: command)
        // The stamps, the author and the place in the feed, apart from who sees it.
        let own = try Reference.treeBytes(["record", "record_id"], of: serverFile)
        report.add(
            "metadata.server.record", count, "  of it the record's own", (own - plainBytes) / records, "bytes/record",
            command: command)
        let seen = try Reference.treeBytes(["member", "member_touched", "unit_size"], of: serverFile)
        report.add(
            "metadata.server.scopes", count, "  of it who sees a customer", seen / records, "bytes/record",
            command: command)
    }

    private func memory(
        _ key: String, _ what: String, _ figures: Figures, _ report: inout Report, _ command: String
    ) {
        report.add(
            "memory." + key, count, "peak memory, \(what) (idle \(Format.number(figures["idle"])) MB)", figures["peak"],
            "MB", command: command)
    }

    // MARK: Pull

    private func pull(_ report: inout Report) throws {
        var runs: [Figures] = []
        var command = ""
        for round in 0..<repeats {
            let server = try ServerProcess(data)
            let arguments = ["--workspace", folder + "/reader\(round)", "--server", server.address]
            command = Shell.command("pull", arguments)
            var figures = try Shell.role("pull", arguments)
            let served = try server.stop()
            // The two people are records too.
            guard figures["records"] == records + 2 else { throw Failure("pull: \(figures.values)") }
            for name in ["cpu", "idle", "peak"] { figures["server." + name] = served[name] }
            runs.append(figures)
        }
        let plain = median(of: runs, by: "seconds")
        let reference = ("records/s .import", records / importing.none.seconds)
        report.add(
            "pull.plain", count, "first pull, no search index", records / plain["seconds"], "records/s",
            reference: reference, command: command)
        for index in runs.indices { runs[index]["whole"] = runs[index]["seconds"] + runs[index]["indexSeconds"] }
        let whole = median(of: runs, by: "whole")
        report.add(
            "pull.search", count, "first pull, search index built", records / whole["whole"], "records/s",
            reference: ("records/s .import + FTS5", records / importing.slim.seconds), command: command)
        report.add(
            "pull.index", count, "  of it the index alone", records / whole["indexSeconds"], "records/s",
            command: command)
        report.add(
            "pull.cpu", count, "first pull, no index, processor time, both sides",
            (plain["cpu"] + plain["server.cpu"]) / records * 1e6, "µs/record",
            reference: ("µs .import", importing.none.processorSeconds / records * 1e6), command: command)
        report.add(
            "pull.cpu.server", count, "  of it the server", plain["server.cpu"] / records * 1e6, "µs/record",
            command: command)
        report.add(
            "pull.cpu.search", count, "first pull with index, processor time, both sides",
            (whole["cpu"] + whole["indexCPU"] + whole["server.cpu"]) / records * 1e6, "µs/record",
            reference: ("µs .import + FTS5", importing.slim.processorSeconds / records * 1e6), command: command)
        memory("client.pull", "laptop, first pull and index", whole, &report, command)
        report.add(
            "memory.server.pull", count,
            "peak memory, server, first pull (idle \(Format.number(whole["server.idle"])) MB)", whole["server.peak"],
            "MB", command: command)
        report.add(
            "size.client", count, "laptop's file before the index", whole["bytesBeforeIndex"] / records,
            "bytes/record", reference: ("plain table", plainBytes / records), command: command)
        report.add(
            "size.client.search", count, "laptop's file with the index", whole["bytes"] / records, "bytes/record",
            reference: ("plain table", plainBytes / records), command: command)
        report.add(
            "metadata.client", count, "metadata at the laptop, before the index",
            (whole["bytesBeforeIndex"] - plainBytes) / records, "bytes/record", command: command)
    }

    // MARK: What one size tells

    private func wire(_ report: inout Report) throws {
        let lines = folder + "/answer.ndjson"
        let arguments = ["--data", data, "--store", folder + "/raw.db", "--lines", lines]
        let figures = try Shell.role("wire", arguments)
        let json = try Reference.packedBytes(reference.linesPath, "zstd", "-3 -q") / records
        let jsonPlain = Machine.fileBytes(reference.linesPath) / records
        let command = Shell.command("wire", arguments)
        let packed = { try Reference.packedBytes(lines, $0, $1) / records }
        report.add(
            "wire.raw", count, "first pull's lines, unpacked", figures["plain"] / records, "bytes/record",
            reference: ("JSONL", jsonPlain), command: command)
        report.add(
            "pull.wire", count, "first pull on the wire, as the programs pack it",
            figures[ContentCoding.zstdShared.rawValue] / records, "bytes/record",
            reference: ("JSONL, zstd -3", json), command: command)
        report.add(
            "wire.gzip", count, "first pull's lines, gzip -6", try packed("gzip", "-6"), "bytes/record",
            reference: ("JSONL, zstd -3", json), command: command + " && gzip -6 -c answer.ndjson | wc -c")
        report.add(
            "wire.zstd", count, "first pull's lines, zstd -3", try packed("zstd", "-3 -q"), "bytes/record",
            reference: ("JSONL, zstd -3", json), command: command + " && zstd -3 -c answer.ndjson | wc -c")
    }

    private func changes(_ report: inout Report) throws {
        let arguments = ["--author", folder + "/author", "--reader", folder + "/reader0", "--data", data]
        let figures = try Shell.role("change", arguments)
        let command = Shell.command("change", arguments)
        for count in [1, 100, 1_000] {
            for coding in ContentCoding.allCases.map(\.rawValue) {
                let parts = ["pushUp", "pushDown", "pullUp", "pullDown"].map { figures["\(coding).\(count).\($0)"] }
                let name = coding == "identity" ? "unpacked" : coding
                let key = coding == "identity" ? "change.\(count)" : "change.\(count).\(coding)"
                let bodies: [(String, String, ArraySlice<Double>)] = [
                    ("", "all four bodies", parts[...]), (".sender", "  sender's", parts[..<2]),
                    (".receiver", "  receiver's", parts[2...]),
                ]
                for (end, whose, parts) in bodies {
                    let split = parts.map(Format.number).joined(separator: " + ")
                    report.add(
                        key + end, 0, "one field, 1 of \(count), \(name), \(whose): \(split)", parts.reduce(0, +),
                        "bytes/change", command: command)
                }
            }
        }
        report.add(
            "change.line", 0, "  the change set's own line", figures["setLine"], "bytes", command: command)
        report.add(
            "change.nothing", 0, "an exchange with nothing to do, zstd-wb1, both ways", figures["zstd-wb1.1.nothing"],
            "bytes", command: command)
    }

    private func commits(_ report: inout Report) throws {
        var disk = try Reference.synchronising(folder)
        let single = try Reference.committing(folder)
        let server = try ServerProcess(data)
        let common = ["--server", server.address]
        let alone = ["--clients", "1", "--rounds", "300"] + common
        let many = ["--clients", "50", "--rounds", "20"] + common
        let one = try Shell.role("load", alone)
        let fifty = try Shell.role("load", many)
        _ = try server.stop()
        disk = disk + (try Reference.synchronising(folder))
        for (name, part) in [("p50", 0.5), ("p99", 0.99)] {
            let sync = ("ms fdatasync of 4 KiB", disk.quantile(part))
            report.add(
                "commit.sqlite." + name, 0, "one row a durable SQLite commit, \(name)", single.quantile(part), "ms",
                reference: sync, command: "Reference.committing")
            report.add(
                "commit.1." + name, 0, "durable push, 1 client, \(name)", one[name], "ms", reference: sync,
                command: Shell.command("load", alone))
            report.add(
                "commit.50." + name, 0, "durable push, 50 clients, \(name)", fifty[name], "ms", reference: sync,
                command: Shell.command("load", many))
        }
        let seconds = single.milliseconds.reduce(0, +) / 1_000
        report.add(
            "commit.50.rate", 0, "durable pushes, 50 clients", fifty["perSecond"], "changes/s",
            reference: ("one row a commit/s", Double(single.milliseconds.count) / seconds),
            command: Shell.command("load", many))
    }
}
