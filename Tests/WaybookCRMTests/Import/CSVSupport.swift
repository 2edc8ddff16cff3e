import Foundation
import WaybookCRM

/// Reads all rows of bytes that come in chunks of the given size.
func rows(
    _ bytes: [UInt8], chunk: Int = 1 << 16, encoding: TextEncoding = .utf8, limits: CSVLimits = .standard
) throws -> [CSVRow] {
    var position = 0
    var reader = try CSVReader(encoding: encoding, limits: limits) { () throws(ImportFileProblem) -> [UInt8] in
        let end = min(bytes.count, position + chunk)
        defer { position = end }
        return Array(bytes[position..<end])
    }
    var rows: [CSVRow] = []
    while let row = try reader.next() { rows.append(row) }
    return rows
}

/// Runs a Python program with some input and returns what it wrote.
func python(_ program: String, input: [UInt8] = []) throws -> Data {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("waybook-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (source, output) = (folder.appendingPathComponent("input"), folder.appendingPathComponent("output"))
    try Data(input).write(to: source)
    try Data().write(to: output)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program]
    process.standardInput = try FileHandle(forReadingFrom: source)
    process.standardOutput = try FileHandle(forWritingTo: output)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw PythonFailed(status: process.terminationStatus) }
    return try Data(contentsOf: output)
}

struct PythonFailed: Error {
    let status: Int32
}

/// SplitMix64 (Steele, Lea, Flood 2014): one seed, the same numbers everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
