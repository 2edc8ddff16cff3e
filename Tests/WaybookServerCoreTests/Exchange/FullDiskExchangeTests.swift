import Foundation
import Testing
import WaybookModel
import WaybookProtocol
import WaybookStore
import WaybookTesting

@testable import WaybookServerCore

/// A disk that fills up in the middle of a commit.
@Suite(.serialized) struct FullDiskExchangeTests {
    @Test func aFullDiskLeavesNothingHalfDoneAndEverythingIsSentAgain() throws {
        let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("waybook-full-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let shim = try FaultVFS(watching: folder)
        defer { shim.forget() }
        try run(Workspace(folder: folder), shim)
    }

    private func run(_ workspace: Workspace, _ shim: FaultVFS) throws {
        let ann = Laptop(workspace, 1)
        let id = ann.create(["name": "Acme"])
        try ann.sync()
        for operations in 0..<6 {
            ann.make([
                ann.change(id, ["city": .string("\(operations)")]), ann.change(ann.freshID(), ["name": "n"], new: true),
            ])
            let before = try workspace.dump()
            shim.inject(.diskFull, afterOperations: operations, isLasting: true)
            var failure: StoreFileError.Code?
            do { try ann.sync(pulls: false) } catch let error as StoreFileError { failure = error.code }
            shim.inject(.none)
            let after = try workspace.dump()
            if failure != nil {
                #expect(failure == .diskFull)
                #expect(before == after, "after \(operations) operations")
                try ann.sync()
            }
            #expect(ann.state.outbox.isEmpty)
            let city = try workspace.value(id, "city")
            #expect(city == .string("\(operations)"))
        }
        try workspace.service.file.close()
    }
}
