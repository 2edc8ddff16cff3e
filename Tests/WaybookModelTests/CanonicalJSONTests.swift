import Foundation
import Testing
import WaybookModel
import WaybookTesting

@Suite struct CanonicalJSONTests {
    @Test func aValueHasOneText() {
        let value: Value = ["b": [1, .null, true], "a": ["z": -5, "é": "x\u{1}\n\"\\/"], "": ""]
        #expect(CanonicalJSON.text(value) == #"{"":"","a":{"z":-5,"é":"x\u0001\n\"\\/"},"b":[1,null,true]}"#)
    }

    @Test func keysAreInTheOrderOfTheirBytesNotOfTheirCharacters() {
        // U+FF61 is EF BD A1, U+1F600 is F0 9F 98 80: in UTF-16 the second would come first.
        #expect(CanonicalJSON.text(["😀": 1, "｡": 2, "é": 3, "z": 4]) == #"{"z":4,"é":3,"｡":2,"😀":1}"#)
        #expect(CanonicalJSON.sortedKeys(["e\u{301}x", "ez", "éa"]) == ["ez", "e\u{301}x", "éa"])
    }

    @Test func pythonWritesTheSameTextWhereBothAreDefined() throws {
        var random = SeededRandom(seed: 7)
        // ASCII keys only: Python sorts by code point, which for ASCII is the order of bytes.
        let values: [Value] = (0..<500).map { _ in .list([RandomValue.make(&random, depth: 3)]) }
        let script = """
            import json, sys
            def order(v):
                if isinstance(v, dict):
                    return {k: order(v[k]) for k in sorted(v, key=lambda k: k.encode())}
                return [order(x) for x in v] if isinstance(v, list) else v
            for line in sys.stdin:
                print(json.dumps(order(json.loads(line)), ensure_ascii=False, separators=(",", ":")))
            """
        let input = values.map(CanonicalJSON.text).joined(separator: "\n") + "\n"
        guard let output = try Tool.run("python3", ["-X", "utf8", "-c", script], input: input) else { return }
        #expect(output == input)
    }
}
