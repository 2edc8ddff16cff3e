import Foundation

/// The benchmark. Without a role it leads the run and starts itself again as server and client, each a process of its
/// own, so that memory and processor time are told apart.
@main
struct WaybookBench {
    static func main() async {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            if arguments.first == ServerProcess.role { exit(await ServerProcess.run(Array(arguments.dropFirst()))) }
            let options = try Options(arguments)
            switch options.role {
            case nil: exit(try await Suite(options).run() ? 0 : 1)
            case "seed": try SeedRole(options).run()
            case "import": try await ClientRole(options).importRecords()
            case "push": try await ClientRole(options).push()
            case "pull": try await ClientRole(options).pull()
            case "change": try await ChangeRole(options).run()
            case "bodies":
                var role = try BodiesRole(options)
                try await role.run()
            case "load": try await LoadRole(options).run()
            case "wire": try await WireRole(options).run()
            default: throw Failure("unknown role")
            }
        } catch {
            FileHandle.standardError.write(Data("waybook-bench: \(error)\n".utf8))
            exit(1)
        }
    }
}

/// Why the benchmark stopped.
struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
