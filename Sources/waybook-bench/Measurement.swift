import Foundation

/// Reads the machine's clocks and counters.
enum Machine {
    /// Seconds of a clock that only goes forward.
    static var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

    /// Processor seconds, user and system, of this process or of its ended children.
    static func processorSeconds(ofChildren: Bool = false) -> Double {
        var usage = rusage()
        getrusage(ofChildren ? RUSAGE_CHILDREN.rawValue : RUSAGE_SELF.rawValue, &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    /// A figure of `/proc/<process>/status` in MB: `VmRSS` resident now, `VmHWM` the most so far.
    /// - Parameter process: its number; this one unless told otherwise.
    static func megabytes(_ name: String, of process: String = "self") -> Double {
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") } ?? ""
        return line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Double($0) }.map { $0 / 1024 } ?? 0
    }

    /// The load averages over 1, 5 and 15 minutes.
    static var load: String {
        let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
        return text.split(separator: " ").prefix(3).joined(separator: " ")
    }

    static func fileBytes(_ path: String) -> Double {
        var info = stat()
        return stat(path, &info) == 0 ? Double(info.st_size) : 0
    }
}

/// Times of many equal steps, in milliseconds.
struct Samples {
    private(set) var milliseconds: [Double] = []

    mutating func add(seconds: Double) { milliseconds.append(seconds * 1_000) }

    static func + (left: Samples, right: Samples) -> Samples {
        var sum = left
        sum.milliseconds += right.milliseconds
        return sum
    }

    /// The time below which this part of the steps stayed.
    func quantile(_ part: Double) -> Double {
        guard !milliseconds.isEmpty else { return 0 }
        let sorted = milliseconds.sorted()
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
    }
}

/// The figures that a role hands to whoever started it: one line of JSON.
struct Figures: Codable {
    var values: [String: Double] = [:]

    subscript(_ name: String) -> Double {
        get { values[name] ?? .nan }
        set { values[name] = newValue }
    }

    var line: String {
        get throws { String(decoding: try JSONEncoder().encode(values), as: UTF8.self) }
    }

    init() {}

    /// Notes the time and the processor time of a step.
    mutating func measure<T>(_ step: () async throws -> T) async throws -> T {
        let (start, processor) = (Machine.seconds, Machine.processorSeconds())
        let result = try await step()
        self["seconds"] = Machine.seconds - start
        self["cpu"] = Machine.processorSeconds() - processor
        return result
    }

    init(line: String) throws { values = try JSONDecoder().decode([String: Double].self, from: Data(line.utf8)) }
}
