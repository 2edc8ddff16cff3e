import Foundation
import Testing

@testable import WaybookStore

@Suite struct DurableFileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(
        path: "wb-file-\(UUID().uuidString.prefix(8))")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    @Test func aFileIsMadeWholeForItsOwnerAloneAndNeverOverAnother() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let bytes = Array(repeating: UInt8(ascii: "x"), count: 3 << 20)
        try DurableFile.make(path("whole"), of: bytes, isPrivate: true)
        #expect(FileManager.default.contents(atPath: path("whole")).map { Array($0) } == bytes)
        let mode = try FileManager.default.attributesOfItem(atPath: path("whole"))[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(throws: DurableFile.Refused(errno: EEXIST)) { try DurableFile.make(path("whole"), of: [1]) }
        try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: path("elsewhere"))
        #expect(throws: DurableFile.Refused(errno: EEXIST)) { try DurableFile.make(path("link"), of: [1]) }
        #expect(throws: DurableFile.Refused(errno: ENOENT)) { try DurableFile.make(path("none/file"), of: [1]) }
        #expect(!FileManager.default.fileExists(atPath: path("elsewhere")))
        var read: [UInt8] = []
        try DurableFile.read(path("whole")) { read += $0 }
        #expect(read == bytes)
    }
}
