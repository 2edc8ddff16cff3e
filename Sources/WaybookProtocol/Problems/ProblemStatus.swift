/// What plain HTTP can refuse before any record is looked at.
public enum HTTPRefusal: String, Sendable, CaseIterable {
    case badRequest = "bad-request"
    case missingHost = "missing-host"
    case notFound = "not-found"
    case methodNotAllowed = "method-not-allowed"
    case notAcceptable = "not-acceptable"
    case unsupportedCoding = "unsupported-coding"
    case unsupportedMediaType = "unsupported-media-type"
    case tooSlow = "too-slow"
    case bodyTooLarge = "body-too-large"
    case targetTooLong = "target-too-long"
    case headersTooLarge = "headers-too-large"
    case forbidden
    case internalError = "internal-error"
    case unavailable
}

// The one place where problems meet HTTP statuses.

extension ProblemCode {
    /// The status that carries the code when nothing more exact is known.
    public var status: Int {
        switch self {
        case .fixRecord, .quarantine: 422
        case .signIn, .revoked: 401
        case .gap, .fork, .timeline, .stale, .upgrade: 409
        case .wipe, .erased: 410
        case .tooLarge: 413
        case .slowDown: 429
        case .retry: 503
        case .serverFull: 507
        }
    }
}

extension HTTPRefusal {
    /// The status of the refusal.
    public var status: Int {
        switch self {
        case .badRequest, .missingHost: 400
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .notAcceptable: 406
        case .tooSlow: 408
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .unsupportedCoding, .unsupportedMediaType: 415
        case .headersTooLarge: 431
        case .internalError: 500
        case .unavailable: 503
        }
    }

    /// The code of the closed list that a client decides by.
    public var code: ProblemCode {
        switch self {
        case .tooSlow, .internalError, .unavailable: .retry
        case .bodyTooLarge, .targetTooLong, .headersTooLarge: .tooLarge
        case .badRequest, .missingHost, .notFound, .methodNotAllowed, .notAcceptable, .unsupportedCoding,
            .unsupportedMediaType, .forbidden:
            .fixRecord
        }
    }

    /// Returns the one sentence that says what is wrong with the request.
    public func sentence(_ language: ProblemLanguage) -> String {
        switch language {
        case .english: english
        case .simplifiedChinese: simplifiedChinese
        }
    }

    private var english: String {
        switch self {
        case .badRequest: "The request is malformed."
        case .missingHost: "The request names no host, or more than one."
        case .forbidden: "This page is served to this machine and to administrators only."
        case .notFound: "There is nothing at this address."
        case .methodNotAllowed: "This address does not take this method."
        case .notAcceptable: "The server has none of the codings that were asked for."
        case .unsupportedCoding: "The server does not read this content coding."
        case .unsupportedMediaType: "The server does not read this media type."
        case .tooSlow: "The request came in too slowly."
        case .bodyTooLarge: "The body is larger than the server takes."
        case .targetTooLong: "The address or its parameters are longer than the server takes."
        case .headersTooLarge: "The header fields are larger than the server takes."
        case .internalError: "The server made a mistake."
        case .unavailable: "The server is not ready, or is stopping."
        }
    }

    private var simplifiedChinese: String {
        switch self {
        case .badRequest: "请求格式错误。"
        case .missingHost: "请求没有指明主机，或指明了多个主机。"
        case .forbidden: "此页面只供本机和管理员查看。"
        case .notFound: "此地址没有内容。"
        case .methodNotAllowed: "此地址不接受该方法。"
        case .notAcceptable: "服务器没有所要求的编码。"
        case .unsupportedCoding: "服务器不能读取此内容编码。"
        case .unsupportedMediaType: "服务器不能读取此媒体类型。"
        case .tooSlow: "请求发送得太慢。"
        case .bodyTooLarge: "请求内容超过服务器的上限。"
        case .targetTooLong: "地址或参数超过服务器的上限。"
        case .headersTooLarge: "请求头超过服务器的上限。"
        case .internalError: "服务器出错了。"
        case .unavailable: "服务器尚未就绪，或正在停止。"
        }
    }
}
