import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1
import WaybookProtocol

/// Turns every error into `application/problem+json` with a fixed text; the log gets the kind of the error, never its
/// text.
struct ProblemMiddleware: RouterMiddleware {
    typealias Context = ServerRequestContext

    /// The methods of each path, to tell 405 from 404.
    let methods: [String: [HTTPRequest.Method]]

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            var response = try await next(request, context)
            for field in CommonFields.fields where response.headers[field.name] == nil {
                response.headers.append(field)
            }
            return response
        } catch let error as HTTPParserError {
            throw error
        } catch {
            return respond(to: error, request, context)
        }
    }

    /// The methods of the route that a path belongs to; nil where it belongs to none.
    private func allowed(_ path: String) -> [HTTPRequest.Method]? {
        if let exact = methods[path] { return exact }
        let steps = path.split(separator: "/", omittingEmptySubsequences: false)
        return methods.first { route, _ in
            let parts = route.split(separator: "/", omittingEmptySubsequences: false)
            return parts.count == steps.count && zip(parts, steps).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
        }?.value
    }

    private func respond(to error: any Error, _ request: Request, _ context: Context) -> Response {
        let problem = problem(for: error, request)
        if problem.status >= 500, problem.code != .slowDown {
            context.logger.error(
                "request failed",
                metadata: ["kind": "\(type(of: error))", "code": "\(problem.code.rawValue)"])
        }
        let language = ProblemLanguage.preferred(acceptLanguage: request.headers[.acceptLanguage])
        var response = ProblemResponse.response(problem, language, request: context.id)
        if problem.refusal == .methodNotAllowed, let allowed = allowed(request.uri.path) {
            response.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
        }
        return response
    }

    private func problem(for error: any Error, _ request: Request) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case is RequestGuard.Refused: return Problem(.tooSlow)
        case let error as any HTTPResponseError where error.status == .notFound:
            return Problem(allowed(request.uri.path) == nil ? .notFound : .methodNotAllowed)
        case let error as any HTTPResponseError where error.status == .contentTooLarge: return Problem(.bodyTooLarge)
        case let error as any HTTPResponseError where error.status.kind == .clientError: return Problem(.badRequest)
        default: return Problem(storeError: error)
        }
    }
}
