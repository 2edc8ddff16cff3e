import Hummingbird
import WaybookProtocol

/// A small JSON body of a request.
enum JSONBody {
    /// Reads it whole.
    ///
    /// - Throws: `Problem`: `fix-record` for another media type or a packed body, `too-large`.
    static func read(_ request: Request, upTo maximumBytes: Int) async throws -> [UInt8] {
        guard ContentCoding.ofContent(request.headers[.contentEncoding]) == .identity else {
            throw Problem(.unsupportedCoding)
        }
        guard request.headers[.contentType]?.lowercased().hasPrefix("application/json") == true else {
            throw Problem(.unsupportedMediaType)
        }
        return Array(try await request.body.collect(upTo: maximumBytes).readableBytesView)
    }

    /// Answers with one.
    static func answer(_ json: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json)))
    }
}
