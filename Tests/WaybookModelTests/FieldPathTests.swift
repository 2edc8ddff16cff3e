import Testing
import WaybookModel
import WaybookTesting

@Suite struct FieldPathTests {
    @Test func theThreeFormsAreReadBack() {
        for path in [
            FieldPath("city"), FieldPath("tags", key: "vip"), FieldPath("phones", key: "+86", flag: "optOut"), .life,
        ] {
            #expect(FieldPath(parsing: path.text) == path)
        }
        let flag = FieldPath("phones", key: "+86", flag: "optOut")
        #expect(flag.field == "phones" && flag.key == "+86" && flag.flag == "optOut" && flag.isElement)
        #expect(FieldPath("city").key == nil && !FieldPath("city").isElement)
    }

    @Test func keysAreEscapedAsInAJSONPointer() {
        #expect(FieldPath("tags", key: "a/b~c").text == "tags/a~1b~0c")
        #expect(FieldPath("tags", key: "~1").text == "tags/~01" && FieldPath("tags", key: "~1").key == "~1")
        var random = SeededRandom(seed: Seeds.first)
        for _ in 0..<10_000 {
            let key = (0...random.below(6)).map { _ in random.pick(["~", "/", "0", "1", "a", "é", "上", "~/"]) }.joined()
            let path = FieldPath("tags", key: key)
            if FieldPath(parsing: path.text) != path || path.key != key { Issue.record("\(key)") }
        }
    }

    @Test func malformedPathsAreRefused() {
        let long = "tags/" + String(repeating: "x", count: 512)
        for text in [
            "", "/", "1a", "a-b", "ci ty", "é", "tags/", "tags//x", "tags/a~", "tags/a~2", "tags/a/b/c", "tags/a/",
            "tags/a/1", "$life/x", "$other", "$", long, String(repeating: "a", count: 65),
        ] {
            #expect(FieldPath(parsing: text) == nil, "\(text)")
        }
    }

    @Test func pathsAreInTheOrderOfTheirBytes() {
        let paths = [
            FieldPath.life, FieldPath("city"), FieldPath("tags"), FieldPath("tags", key: "é"),
            FieldPath("tags", key: "上"),
        ]
        #expect(paths.shuffled().sorted() == paths)
    }
}
