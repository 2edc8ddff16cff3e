import Foundation
import WaybookFuzzing

private let environment = ProcessInfo.processInfo.environment

/// What is read: the reader that the variable WAYBOOK_FUZZ names.
private let target: FuzzTarget = {
    guard let target = FuzzTarget.named(environment["WAYBOOK_FUZZ"] ?? "") else {
        fatalError("WAYBOOK_FUZZ must be one of \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
    }
    return target
}()

/// With WAYBOOK_FUZZ_LIST prints the names of the readers, and with WAYBOOK_FUZZ_FOLDER writes a reader's examples and
/// its dictionary there, and ends.
@_cdecl("LLVMFuzzerInitialize")
public func prepare(_ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
    if environment["WAYBOOK_FUZZ_LIST"] != nil {
        for target in FuzzTarget.all { print(target.name) }
        exit(0)
    }
    guard let folder = environment["WAYBOOK_FUZZ_FOLDER"].map({ URL(filePath: $0) }) else { return 0 }
    do {
        for (index, example) in target.examples.enumerated() {
            try Data(example).write(to: folder.appending(path: "example-\(index)"))
        }
        let words = target.words.map { word in
            "\"" + word.utf8.map { "\\x" + String(format: "%02x", $0) }.joined() + "\"\n"
        }
        try Data(words.joined().utf8).write(to: folder.appending(path: "words.dict"))
    } catch {
        fatalError("\(error)")
    }
    exit(0)
}

/// Reads one input. A broken law traps: that is how libFuzzer learns of it and keeps the input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    do {
        try target.run(input)
    } catch {
        fatalError("\(error)")
    }
    return 0
}
