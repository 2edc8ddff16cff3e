import Foundation
import Testing
import WaybookModel
import WaybookTesting

@Suite struct TextMergeTests {
    @Test func changesOfDifferentLinesComeTogether() {
        #expect(TextMerge.merge(base: "a\nb\nc", left: "A\nb\nc", right: "a\nb\nC") == "A\nb\nC")
        #expect(TextMerge.merge(base: "a\nb\nc", left: "b\nc", right: "a\nb\nc\nd") == "b\nc\nd")
        #expect(TextMerge.merge(base: "", left: "a", right: "") == "a")
    }

    @Test func whatBothDidAlikeIsTakenOnce() {
        #expect(TextMerge.merge(base: "a\nb\nc", left: "X\nb\nc", right: "X\nb\nC") == "X\nb\nC")
        #expect(TextMerge.merge(base: "a", left: "z", right: "z") == "z")
    }

    @Test func changesOfOnePlaceAreAContradiction() {
        #expect(TextMerge.merge(base: "a\nb\nc", left: "a\nX\nc", right: "a\nY\nc") == nil)
        #expect(TextMerge.merge(base: "a\nb", left: "X\nb", right: "a\nY") == nil)
        #expect(TextMerge.merge(base: "a", left: "a\nx", right: "a\ny") == nil)
    }

    @Test func theMergeOfTheTwoSidesIsSymmetric() {
        var random = SeededRandom(seed: Seeds.first)
        for _ in 0..<5_000 {
            let (base, left, right) = texts(&random)
            let (merged, mirrored) = (
                TextMerge.merge(base: base, left: left, right: right),
                TextMerge.merge(base: base, left: right, right: left)
            )
            if merged != mirrored { Issue.record("\([base, left, right])") }
        }
    }

    @Test func tooManyLinesAreNotMerged() {
        let long = String(repeating: "x\n", count: TextMerge.maximumLines)
        #expect(TextMerge.merge(base: long, left: "a\n" + long, right: long + "b") == nil)
        #expect(TextMerge.merge(base: long, left: long, right: long + "b") == long + "b")
    }

    @Test func whereDiff3MergesCleanlyTooTheResultsAreEqual() throws {
        let seed = Seeds.first
        var random = SeededRandom(seed: seed)
        let folder = FileManager.default.temporaryDirectory.appending(path: "waybook-diff3-\(seed)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let count = 300
        var all: [(String, String, String)] = []
        for number in 0..<count {
            let texts = texts(&random)
            all.append(texts)
            for (name, text) in [("o", texts.0), ("l", texts.1), ("r", texts.2)] {
                try Data((text + "\n").utf8).write(to: folder.appending(path: "\(number).\(name)"))
            }
        }
        let script = """
            command -v diff3 >/dev/null || exit 0
            cd '\(folder.path)'
            for n in $(seq 0 \(count - 1)); do
              if diff3 -m $n.l $n.o $n.r > $n.m 2>/dev/null; then mv $n.m $n.clean; fi
            done
            """
        _ = try Tool.run("sh", ["-c", script])
        var (both, ours, theirs) = (0, 0, 0)
        for (number, (base, left, right)) in all.enumerated() {
            let merged = TextMerge.merge(base: base, left: left, right: right)
            let clean = try? String(contentsOf: folder.appending(path: "\(number).clean"), encoding: .utf8)
            switch (merged, clean) {
            case (let merged?, let clean?):
                both += 1
                if merged + "\n" != clean {
                    Issue.record("seed \(seed), case \(number): \([base, left, right, merged, clean])")
                }
            case (.some, nil): ours += 1
            case (nil, .some): theirs += 1
            case (nil, nil): break
            }
        }
        print("diff3: both clean \(both), only ours \(ours), only diff3 \(theirs), of \(count) from seed \(seed)")
    }

    private func texts(_ random: inout SeededRandom) -> (String, String, String) {
        let base = (0..<(2 + random.below(10))).map { _ in
            random.pick(["a", "b", "c", "d", "e"]) + "\(random.below(6))"
        }
        func edited() -> String {
            var lines = base
            for _ in 0..<random.below(3) {
                let place = random.below(lines.count)
                switch random.below(3) {
                case 0 where !lines.isEmpty: lines[place] = "x\(random.below(3))"
                case 1 where lines.count > 1: lines.remove(at: place)
                default: lines.insert("y\(random.below(3))", at: place)
                }
            }
            return lines.joined(separator: "\n")
        }
        return (base.joined(separator: "\n"), edited(), edited())
    }
}
