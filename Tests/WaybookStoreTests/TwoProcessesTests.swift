import Foundation
import Testing
import WaybookTesting

@testable import WaybookStore

@Suite struct TwoProcessesTests {
    @Test func twoProcessesThatWriteAtOnceLoseNothing() throws {
        let folder = try TestFolder()
        let probes = try (1...2).map { try Probe(["write", folder.store, "\($0)", "300"]) }
        for probe in probes {
            let acknowledged = probe.finish()
            #expect(probe.status == 0)
            #expect(acknowledged == Array(1...300))
        }
        let store = try openNotes(folder.store)
        for writer in 1...2 {
            let found = try store.noteNumbers(writer: writer)
            #expect(found == Array(1...300))
        }
        #expect(try store.isIntact())
    }

    @Test func twoStoresInOneProcessShareTheFile() throws {
        let folder = try TestFolder()
        let first = try openNotes(folder.store)
        let second = try openNotes(folder.store)
        for number in 1...50 {
            try first.addNote(number, writer: 1)
            try second.addNote(number, writer: 2)
        }
        try first.close()
        let found = try second.noteNumbers(writer: 1)
        #expect(found.count == 50)
        try second.addNote(51, writer: 2)
    }

    @Test func aWriterThatHoldsTheFileTooLongMakesOthersSayBusy() throws {
        let folder = try TestFolder()
        let first = try openNotes(folder.store)
        let second = try openNotes(folder.store, options: .init(lockTimeout: .milliseconds(20)))
        let code = try first.write { _ in storeErrorCode { try second.addNote(1) } }
        guard case .busy(let milliseconds) = code else {
            Issue.record("not busy: \(String(describing: code))")
            return
        }
        #expect(milliseconds >= 20)
        try second.addNote(1)
    }

    @Test func aKilledWriterLosesNothingAcknowledgedAndLetsOthersGoOn() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<25 {
            let folder = try TestFolder()
            let operations = Int.random(in: 0..<400, using: &random)
            let probe = try Probe(["write", folder.store, "1", "200", "\(operations)"])
            let acknowledged = probe.finish()
            #expect(probe.status != 0, "killed after \(operations) operations")
            let store = try openNotes(folder.store)
            let found = try store.noteNumbers()
            #expect(found.starts(with: acknowledged), "killed after \(operations) operations")
            #expect(try store.isIntact())
            try store.addNote(1, writer: 2)
            try store.close()
        }
    }
}

/// A running `store-probe`.
final class Probe {
    private let process = Process()
    private let output = Pipe()

    init(_ arguments: [String]) throws {
        let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        process.executableURL = folder.appendingPathComponent("store-probe")
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
    }

    var status: Int32 { process.terminationStatus }

    /// Waits for the end; the numbers that it acknowledged.
    func finish() -> [Int] {
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { Int($0) }
    }
}
