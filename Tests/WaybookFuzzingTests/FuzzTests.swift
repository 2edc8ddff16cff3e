import Foundation
import Testing
import WaybookFuzzing

/// Every reader of what is not to be trusted meets its examples, its corpus, what once broke it, and changes of these
/// (`docs/testing.md#fuzzing`): `WAYBOOK_SEED` and `WAYBOOK_CASES` set which changes, and how many a reader.
@Suite struct FuzzTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fuzz")
    private static let usualCases = 2_000

    private static func number(_ variable: String) -> Int? {
        ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
    }

    private static func inputs(_ target: FuzzTarget) throws -> [[UInt8]] {
        let kinds = ["corpus", "found"]
        return try target.examples
            + kinds.flatMap { kind in
                try Corpus.inputs(folder.appending(path: "\(kind)/\(target.name).txt"))
            }
    }

    @Test(arguments: FuzzTarget.all.map(\.name)) func itKeepsItsLawsWhateverItReads(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let inputs = try Self.inputs(target)
        let seed = UInt64(Self.number("WAYBOOK_SEED") ?? Int(Date.now.timeIntervalSince1970))
        print("\(name): changes of seed \(seed)")
        var mutator = Mutator(seed: seed, words: target.words, others: inputs)
        for index in 0..<(inputs.count + (Self.number("WAYBOOK_CASES") ?? Self.usualCases)) {
            let input = index < inputs.count ? inputs[index] : mutator.mutated(inputs[index % inputs.count])
            do {
                try target.run(input)
            } catch {
                Issue.record("\(name), seed \(seed): \(error): \(Data(input).base64EncodedString())")
                return
            }
        }
    }

    /// An example that is refused leads nowhere.
    @Test func everyExampleIsTaken() throws {
        for target in FuzzTarget.all {
            for example in target.examples {
                #expect(try target.run(example), "\(target.name): \(String(decoding: example, as: UTF8.self))")
            }
        }
    }

    @Test func everyReaderHasACorpus() throws {
        for target in FuzzTarget.all {
            #expect(try Self.inputs(target).count > target.examples.count, "\(target.name)")
        }
    }
}
