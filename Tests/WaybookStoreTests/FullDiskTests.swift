import Foundation
import Testing
import WaybookTesting

@testable import WaybookStore

@Suite struct FullDiskTests {
    @Test func aFullDiskRefusesWritesGoesOnReadingAndResumes() throws {
        let folder = try TestFolder()
        let shim = try FaultVFS(watching: folder.path)
        defer { shim.forget() }
        let store = try openNotes(folder.store)
        try store.addNote(1)
        shim.inject(.diskFull, isLasting: true)
        for _ in 0..<3 { #expect(storeErrorCode { try store.addNote(2) } == .diskFull) }
        let meanwhile = try store.noteNumbers()
        #expect(meanwhile == [1])
        shim.inject(.none)
        try store.addNote(2)
        let found = try store.noteNumbers()
        #expect(found == [1, 2])
        #expect(try store.isIntact())
        try store.close()
    }

    @Test func aDiskThatIsFullForCheckpointsOnlyDoesNotRefuseCommits() throws {
        let folder = try TestFolder()
        let shim = try FaultVFS(watching: folder.path)
        defer { shim.forget() }
        let store = try openNotes(folder.store, options: .init(checkpointPages: 5))
        shim.inject(.diskFull, on: .database, isLasting: true)
        for number in 1...50 { try store.addNote(number) }
        #expect(storeErrorCode { try store.checkpoint(.truncate) } == .diskFull)
        shim.inject(.none)
        try store.checkpoint(.truncate)
        let found = try store.noteNumbers()
        #expect(found.count == 50)
        try store.close()
    }

    @Test(.enabled(if: SmallDisk.isPossible, "needs the right to mount a tmpfs"))
    func aStoreOnAFullDiskCanBeOpenedAndReadAgainAndAgain() throws {
        let folder = try TestFolder()
        let disk = try SmallDisk(at: folder.path + "/disk", megabytes: 2)
        defer { disk.unmount() }
        let first = try openNotes(disk.path + "/store.db")
        try first.addNote(1, text: "kept")
        try first.close()
        let other = URL(fileURLWithPath: disk.path + "/other")
        #expect(throws: (any Error).self) { try Data(repeating: 1, count: 4 << 20).write(to: other) }
        let status = try run("dd", ["if=/dev/zero", "of=\(disk.path)/filling", "bs=4k", "count=1000"])
        #expect(status != 0)
        for _ in 1...3 {
            let store = try openNotes(disk.path + "/store.db")
            #expect(try store.noteNumbers() == [1])
            try store.close()
        }
        try FileManager.default.removeItem(atPath: disk.path + "/filling")
        try? FileManager.default.removeItem(at: other)
        let store = try openNotes(disk.path + "/store.db")
        try store.addNote(2, text: "resumed")
        #expect(try store.noteNumbers() == [1, 2])
    }

    @Test(.enabled(if: SmallDisk.isPossible, "needs the right to mount a tmpfs"))
    func whatOpeningNeedsIsNeverWritten() throws {
        let folder = try TestFolder()
        let disk = try SmallDisk(at: folder.path + "/disk", megabytes: 2)
        defer { disk.unmount() }
        let path = disk.path + "/store.db"
        try openNotes(path).close()
        let status = try run("dd", ["if=/dev/zero", "of=\(disk.path)/filling", "bs=4k", "count=1000"])
        #expect(status != 0)
        var kept: [Int] = []
        for number in 1...40 {
            // What a command does, again and again, each time taking what room closing left.
            let store = try openNotes(path)
            let refusal = storeErrorCode { try store.addNote(number, text: String(repeating: "x", count: 3_000)) }
            #expect(refusal == nil || refusal == .diskFull)
            if refusal == nil { kept.append(number) }
            #expect(try store.noteNumbers() == kept)
            try store.close()
        }
        #expect(kept.count < 40)
        try FileManager.default.removeItem(atPath: disk.path + "/filling")
        let store = try openNotes(path)
        try store.addNote(41)
        #expect(try store.noteNumbers() == kept + [41] && store.isIntact())
        try store.close()
    }

    @Test(.enabled(if: SmallDisk.isPossible, "needs the right to mount a tmpfs"))
    func aRealFullDiskRefusesWritesGoesOnReadingAndResumes() throws {
        let folder = try TestFolder()
        let disk = try SmallDisk(at: folder.path + "/disk", megabytes: 2)
        defer { disk.unmount() }
        let store = try openNotes(disk.path + "/store.db")
        let ballast = URL(fileURLWithPath: disk.path + "/ballast")
        try Data(repeating: 1, count: 500_000).write(to: ballast)
        var acknowledged = 0
        var refusal: StoreFileError.Code?
        for number in 1...1_000 where refusal == nil {
            refusal = storeErrorCode { try store.addNote(number, text: String(repeating: "x", count: 3_000)) }
            if refusal == nil { acknowledged = number }
        }
        #expect(refusal == .diskFull)
        #expect(try store.noteNumbers().count == acknowledged)
        try FileManager.default.removeItem(at: ballast)
        try store.addNote(acknowledged + 1)
        #expect(try store.noteNumbers().count == acknowledged + 1)
        #expect(try store.isIntact())
        try store.close()
    }
}

/// A tmpfs of a few megabytes.
struct SmallDisk {
    let path: String

    static var isPossible: Bool {
        guard let folder = try? TestFolder(), let disk = try? SmallDisk(at: folder.path + "/disk", megabytes: 1) else {
            return false
        }
        disk.unmount()
        return true
    }

    init(at path: String, megabytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let status = try run("mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path])
        guard status == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    func unmount() { _ = try? run("umount", ["-l", path]) }
}

private func run(_ command: String, _ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [command] + arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
}
