import HTTPTypes
import Hummingbird
import WaybookProtocol

/// How a problem looks in HTTP.
enum ProblemResponse {
    /// Returns the head, without the length of the body.
    static func head(_ problem: Problem, _ language: ProblemLanguage) -> HTTPResponse {
        var head = HTTPResponse(status: .init(code: problem.status))
        head.headerFields = CommonFields.fields
        head.headerFields[.contentType] = Problem.mediaType
        head.headerFields[.contentLanguage] = language.rawValue
        if let seconds = problem.retryAfterSeconds { head.headerFields[.retryAfter] = String(seconds) }
        // What the server as a whole takes, until somebody knows better (RFC 9110 §15.5.6 asks for the field).
        if problem.status == 405 { head.headerFields[.allow] = "GET, POST" }
        if problem.status == 401 { head.headerFields[.wwwAuthenticate] = "Bearer" }
        if problem.refusal == .unsupportedCoding { head.headerFields[.acceptEncoding] = ContentCoding.acceptEncoding }
        return head
    }

    /// Returns the whole response.
    ///
    /// - Parameter request: the request's number in the log.
    static func response(_ problem: Problem, _ language: ProblemLanguage, request: String) -> Response {
        let head = head(problem, language)
        return Response(
            status: head.status, headers: head.headerFields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: problem.json(language, request: request))))
    }
}

/// The fields that every response carries: nothing is kept by a cache, guessed at, run, framed or told to others by a browser
/// that somebody points here (OWASP REST Security Cheat Sheet, "Security Headers").
enum CommonFields {
    static let fields: HTTPFields = {
        var fields = HTTPFields()
        fields[.cacheControl] = "no-store"
        fields[.xContentTypeOptions] = "nosniff"
        fields[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        if let name = HTTPField.Name("Referrer-Policy") { fields[name] = "no-referrer" }
        return fields
    }()
}
