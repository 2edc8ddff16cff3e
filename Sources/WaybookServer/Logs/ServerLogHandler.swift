import Foundation
import Logging
import Synchronization
import WaybookModel

/// How log lines look.
public enum LogFormat: String, Sendable, CaseIterable {
    case text, json
}

/// The server's log: one line an event, of fixed messages and metadata whose names are allowed.
///
/// Metadata under any other name prints as `***`, and the text of errors is never written: what libraries put there may
/// hold a request's content. Control characters are escaped, so that no value can forge a line (`docs/threat-model.md`).
public struct ServerLogHandler: LogHandler {
    /// The names of metadata that are written: numbers, ids and kinds.
    public static let allowedMetadata: Set<String> = [
        "hb.request.id", "kind", "code", "route", "status", "replica", "user", "count", "milliseconds", "bytes", "port",
        "sequence", "sl-signal", "sl-service",
    ]
    /// The most characters of a value.
    public static let maximumValueCharacters = 200

    public var metadata: Logger.Metadata = [:]
    public var logLevel: Logger.Level = .info
    private let label: String
    private let format: LogFormat
    private let now: @Sendable () -> Date
    private let write: @Sendable (String) -> Void

    /// Makes a handler.
    ///
    /// - Parameters:
    ///   - write: takes one finished line, with its line feed, from any thread.
    public init(
        label: String, format: LogFormat, level: Logger.Level = .info,
        now: @escaping @Sendable () -> Date = { Date() },
        write: @escaping @Sendable (String) -> Void = Self.standardError
    ) {
        self.label = label
        self.format = format
        self.now = now
        self.write = write
        logLevel = level
    }

    /// Writes a line to standard error in one call.
    public static let standardError: @Sendable (String) -> Void = { line in
        // A log that cannot be written must not stop the server.
        try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let shown = all.keys.sorted().map { key in
            (key, Self.allowedMetadata.contains(key) ? Self.value(all[key]) : "***")
        }
        let time = now().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        switch format {
        case .json: write(json(time, event, shown))
        case .text:
            let pairs = shown.map { " \($0)=\($1)" }.joined()
            write("\(time) \(event.level) \(label): \(Self.clean("\(event.message)"))\(pairs)\n")
        }
    }

    private func json(_ time: String, _ event: LogEvent, _ shown: [(String, String)]) -> String {
        var object: [String: Value] = [:]
        for (key, value) in shown { object[key] = .string(value) }
        object["time"] = .string(time)
        object["level"] = .string(event.level.rawValue)
        object["logger"] = .string(label)
        object["message"] = .string(Self.clean("\(event.message)"))
        return String(decoding: CanonicalJSON.bytes(.map(object)), as: UTF8.self) + "\n"
    }

    private static func value(_ value: Logger.Metadata.Value?) -> String {
        switch value {
        case .string(let text): clean(text)
        case .stringConvertible(let convertible): clean("\(convertible)")
        default: "***"
        }
    }

    private static func clean(_ text: String) -> String {
        String(
            text.prefix(maximumValueCharacters).unicodeScalars.map { scalar in
                switch scalar.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate: "?"
                default: Character(scalar)
                }
            })
    }
}
