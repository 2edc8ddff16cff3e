import Foundation
import WaybookTesting

/// What was asked for.
struct Options {
    var seed: UInt64 = 1
    var histories = 1_000
    var steps = 200
    var replicas = 5
    var folder = Campaign.memory
    var minutes: Double?
    var jobs = ProcessInfo.processInfo.activeProcessorCount
    var history: String?
    var ledger: String?
    var most = 1
    var commit = "unknown"
    var shrinks = false
    var replays = false
    var showsCoverage = false

    init?(_ arguments: some Collection<String>) {
        var rest = Array(arguments)
        while !rest.isEmpty {
            let option = rest.removeFirst()
            switch option {
            case "--shrink": (shrinks, replays) = (true, true)
            case "--replay": replays = true
            case "--coverage": showsCoverage = true
            default:
                guard !rest.isEmpty, take(option, rest.removeFirst()) else { return nil }
            }
        }
    }

    private mutating func take(_ option: String, _ value: String) -> Bool {
        switch option {
        case "--seed": return take(UInt64(value)) { $0.seed = $1 }
        case "--histories": return take(Int(value)) { $0.histories = $1 }
        case "--steps": return take(Int(value)) { $0.steps = max(1, $1) }
        case "--replicas": return take(Int(value)) { $0.replicas = max(1, $1) }
        case "--violations": return take(Int(value)) { $0.most = max(1, $1) }
        case "--minutes": return take(Double(value)) { $0.minutes = $1 }
        case "--jobs": return take(Int(value)) { $0.jobs = $1 }
        case "--dir":
            folder = URL(filePath: value).appending(
                path: "waybook-simulation-\(ProcessInfo.processInfo.processIdentifier)")
        case "--history": history = value
        case "--ledger": ledger = value
        case "--commit": commit = value
        default: return false
        }
        return true
    }

    private mutating func take<Value>(_ value: Value?, _ set: (inout Self, Value) -> Void) -> Bool {
        guard let value else { return false }
        set(&self, value)
        return true
    }
}
