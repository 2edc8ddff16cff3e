import Foundation

/// What the command line asks for.
///
/// `waybook-bench [--quick] [--records N,N] [--dir D] [--json F] [--check] [--keep] [--seeded]`; `--seeded` fills
/// the server without a push. The roles' options are the bench's own business.
struct Options {
    var role: String?
    private var values: [String: String] = [:]

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        if let first = rest.first, !first.hasPrefix("--") {
            role = first
            rest = rest.dropFirst()
        }
        while let name = rest.popFirst() {
            guard name.hasPrefix("--") else { throw Failure("unexpected argument \(name)") }
            let hasValue = rest.first.map { !$0.hasPrefix("--") } ?? false
            values[String(name.dropFirst(2))] = hasValue ? rest.popFirst() : ""
        }
    }

    func text(_ name: String) throws -> String {
        guard let value = values[name] else { throw Failure("--\(name) is missing") }
        return value
    }

    func number(_ name: String, default standard: Int? = nil) throws -> Int {
        guard let value = values[name] ?? standard.map(String.init), let number = Int(value) else {
            throw Failure("--\(name) wants a number")
        }
        return number
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    /// The sizes to run at, ascending.
    func sizes() throws -> [Int] {
        guard let list = values["records"] else { return has("quick") ? [100_000] : [100_000, 1_000_000] }
        let sizes = list.split(separator: ",").compactMap { Int($0) }.sorted()
        guard !sizes.isEmpty else { throw Failure("--records wants numbers") }
        return sizes
    }

    var folder: String { values["dir"] ?? FileManager.default.currentDirectoryPath + "/.bench" }
    var jsonPath: String? { values["json"] }
}
