import AsyncHTTPClient
import NIOCore
import WaybookProtocol

/// Reads server-sent events (WHATWG HTML §9.2) as far as the wake-up stream needs them, in bounded memory.
struct EventParser {
    /// What a line means.
    enum Signal: Hashable {
        /// Something is there to be fetched.
        case wake
        /// The stream lives.
        case alive
    }

    static let lineBytes = 4_096
    private var splitter = LineSplitter(maximumLineBytes: lineBytes)

    mutating func push(_ chunk: some Collection<UInt8>) throws -> [Signal] {
        var signals: [Signal] = []
        try splitter.push(chunk) { line in
            if line.starts(with: "data:".utf8) {
                signals.append(.wake)
            } else if line.first == UInt8(ascii: ":") {
                signals.append(.alive)
            }
        }
        return signals
    }
}

extension ServerConnection {
    /// Listens to `GET /v1/events` until the stream ends; tells each wake-up, and once that the stream has begun.
    func listen(token: String, _ heard: (EventParser.Signal) -> Void) async throws {
        var request = request(.get, "/v1/events", token: token)
        request.headers.add(name: "Accept", value: "text/event-stream")
        let response = try await client.execute(request, timeout: .seconds(limits.silenceSeconds))
        guard response.status == .ok else { throw try await refusal(response) }
        heard(.alive)
        var parser = EventParser()
        for try await buffer in response.body {
            for signal in try parser.push(buffer.readableBytesView) { heard(signal) }
        }
    }
}
