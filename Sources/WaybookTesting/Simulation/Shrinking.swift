import Foundation
import WaybookModel

/// Makes a history that breaks a law as short and as plain as it can, so that a person can read it: takes away steps in
/// halves, quarters, … (delta debugging: Zeller and Hildebrandt, 2002), then makes numbers small.
///
/// What counts is that the same law is broken, wherever.
public struct Shrinking: Sendable {
    private let schemas: SimulatedSchemas
    private let templates: SimulatedTemplates
    private let folder: URL
    /// The most histories that are tried.
    public static let mostTries = 3_000

    public init(schema: Schema, in folder: URL) throws {
        schemas = SimulatedSchemas(schema)
        self.folder = folder
        templates = try SimulatedTemplates(in: folder.appending(path: "templates"))
    }

    /// Removes its files.
    public func end() { try? FileManager.default.removeItem(at: folder) }

    /// - Returns: the shortest history found, and what it breaks.
    public func shrink(
        _ history: SimulatedHistory, breaking law: String
    ) async -> (history: SimulatedHistory, tries: Int) {
        var search = Search(best: history)
        // What comes after the broken step has no part in it.
        if let step = await broken(history, law, &search), step < history.steps.count {
            var cut = history
            cut.steps = Array(history.steps.prefix(step + 1))
            _ = await accept(cut, law, &search)
        }
        var before = -1
        while before != search.accepted, search.tries < Self.mostTries {
            before = search.accepted
            await removeSteps(law, &search)
            await simplifyWorld(law, &search)
            await simplifyNumbers(law, &search)
        }
        return (search.best, search.tries)
    }

    private struct Search {
        var best: SimulatedHistory
        var tries = 0
        var accepted = 0
    }

    /// The step at which a history breaks the law; nil where it does not.
    private func broken(_ history: SimulatedHistory, _ law: String, _ search: inout Search) async -> Int? {
        search.tries += 1
        let place = folder.appending(path: "try-\(search.tries)")
        guard case .failure(let violation) = await Campaign.run(history, schemas, templates, in: place),
            violation.failure.law == law
        else { return nil }
        return violation.step
    }

    private func accept(_ history: SimulatedHistory, _ law: String, _ search: inout Search) async -> Bool {
        guard search.tries < Self.mostTries, history != search.best,
            await broken(history, law, &search) != nil
        else { return false }
        search.best = history
        search.accepted += 1
        return true
    }

    private func removeSteps(_ law: String, _ search: inout Search) async {
        var size = max(1, search.best.steps.count / 2)
        while true {
            var start = 0
            while start < search.best.steps.count {
                var shorter = search.best
                shorter.steps.removeSubrange(start..<min(start + size, shorter.steps.count))
                if await !accept(shorter, law, &search) { start += size }
            }
            if size == 1 { return }
            size /= 2
        }
    }

    private func simplifyWorld(_ law: String, _ search: inout Search) async {
        let changes: [(inout SimulatedHistory) -> Void] = [
            { $0.hasMachines = false },
            { $0.schemas = $0.schemas.map { _ in 0 } },
            { $0.skews = $0.skews.map { _ in 0 } },
            { $0.people = $0.people.map { _ in 0 } },
            { $0.pageRows = 40 },
            { $0.children = 1 },
            { $0.customers = 1 },
        ]
        for change in changes {
            var plainer = search.best
            change(&plainer)
            _ = await accept(plainer, law, &search)
        }
        while search.best.laptops.count > 1 {
            var fewer = search.best
            fewer.laptops.removeLast()
            fewer.schemas = Array(fewer.schemas.prefix(fewer.laptops.count))
            fewer.skews = Array(fewer.skews.prefix(fewer.laptops.count))
            if await !accept(fewer, law, &search) { break }
        }
        while search.best.people.count > 1 {
            var fewer = search.best
            fewer.people.removeLast()
            if await !accept(fewer, law, &search) { break }
        }
    }

    private func simplifyNumbers(_ law: String, _ search: inout Search) async {
        for index in search.best.steps.indices {
            await simplify(law, &search) {
                $0.steps[index].elapsed
            } put: {
                $0.steps[index].elapsed = $1
            }
            await simplify(law, &search) {
                $0.steps[index].actor
            } put: {
                $0.steps[index].actor = $1
            }
            for (place, parameter) in search.best.steps[index].verb.parameters.enumerated()
            where parameter.name != "mark" {
                await simplify(law, &search) {
                    $0.steps[index].numbers[place]
                } put: {
                    $0.steps[index].numbers[place] = $1
                }
            }
        }
    }

    /// Tries 0, then halves.
    private func simplify(
        _ law: String, _ search: inout Search, get: (SimulatedHistory) -> Int,
        put: (inout SimulatedHistory, Int) -> Void
    ) async {
        var number = get(search.best)
        for smaller in [0, number / 2, number - number.signum()] where number != 0 && smaller != number {
            var plainer = search.best
            put(&plainer, smaller)
            if await accept(plainer, law, &search) { number = smaller }
        }
    }
}
