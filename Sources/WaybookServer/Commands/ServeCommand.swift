import ArgumentParser
import Foundation
import Logging
import NIOCore
import NIOSSL
import WaybookCRM
import WaybookModel
import WaybookTerminal

/// `waybook-server serve`: until SIGTERM or Ctrl-C.
struct ServeCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "serve", abstract: Texts.Help.serverServe(Speech.language))
    }

    @OptionGroup var options: CommandOptions
    @Option(help: ArgumentHelp(Texts.HelpOptions.host(Speech.language)))
    var host = "127.0.0.1"
    @Option(help: ArgumentHelp(Texts.HelpOptions.port(Speech.language)))
    var port = 8_080
    @Option(help: ArgumentHelp(Texts.HelpOptions.tlsCertificate(Speech.language), valueName: "file"))
    var tlsCertificate: String?
    @Option(help: ArgumentHelp(Texts.HelpOptions.tlsKey(Speech.language), valueName: "file"))
    var tlsKey: String?
    @Flag(help: ArgumentHelp(Texts.HelpOptions.behindProxy(Speech.language)))
    var behindProxy = false
    @Flag(help: ArgumentHelp(Texts.HelpOptions.allowPlainHTTP(Speech.language)))
    var allowPlainHttp = false
    @Flag(help: ArgumentHelp(Texts.HelpOptions.litestream(Speech.language)))
    var litestream = false
    @Option(help: ArgumentHelp(Texts.HelpOptions.logFormat(Speech.language)))
    var logFormat = LogFormat.text

    func run() async throws {
        let server = ServerOptions(
            host: host, port: port, tls: try tls(), isBehindProxy: behindProxy, isReplicated: litestream)
        try checkAddress(isEncrypted: server.tls != nil)
        let folder = options.folder
        guard folder.hasStore else { throw FailureWording.notInitialised(folder) }
        do {
            let running = try await RunningServer(folder: folder, options: server, logger: logger())
            try await running.run { [self] port in announce(port, running.workspace, isEncrypted: server.tls != nil) }
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw CommandFailure("port-taken", Texts.Server.portTaken(port: port))
        } catch let error as NIOSSLError {
            throw CommandFailure(
                "tls-unreadable", Texts.Server.tlsUnreadable(path: tlsCertificate ?? "", reason: "\(error)"))
        } catch {
            throw FailureWording.failure(error, path: folder.path)
        }
    }

    private func tls() throws -> ServerOptions.TLSFiles? {
        switch (tlsCertificate, tlsKey) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return ServerOptions.TLSFiles(certificate: certificate, key: key)
        default: throw CommandFailure("tls-incomplete", Texts.Server.tlsIncomplete, status: .usage)
        }
    }

    /// Passwords and tokens cross the network: without TLS only on this machine, or when somebody says so.
    private func checkAddress(isEncrypted: Bool) throws {
        guard (0...65_535).contains(port) else {
            throw CommandFailure("port-invalid", Texts.Server.portInvalid(port: String(port)), status: .usage)
        }
        guard !isEncrypted, !isLoopback else { return }
        guard allowPlainHttp else {
            throw CommandFailure(
                "plain-http", Texts.Server.plainHTTPRefused(host: host), hint: Texts.Server.plainHTTPRefusedHint,
                status: .usage)
        }
        try Terminal.error.write(Texts.Server.plainHTTPWarning(host: host)(Speech.language) + "\n")
    }

    private var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    private func announce(_ port: Int, _ workspace: String, isEncrypted: Bool) {
        let name = host.contains(":") ? "[\(host)]" : host
        let address = "\(isEncrypted ? "https" : "http")://\(name):\(port)"
        // A closed standard output is no reason to stop serving.
        try? options.write(
            ["address": .string(address), "port": .int(Int64(port)), "workspace": .string(workspace)],
            [Texts.Server.serving(workspace: workspace, address: address)(Speech.language)])
    }

    private func logger() -> Logger {
        let format = logFormat
        return Logger(label: "waybook-server") { label in ServerLogHandler(label: label, format: format) }
    }
}

extension LogFormat: ExpressibleByArgument {}
