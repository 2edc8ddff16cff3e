import WaybookModel
import WaybookServerCore
import WaybookStore

/// How a simulation opens its stores.
public struct StoreOpening: Sendable {
    public var server: @Sendable (_ path: String) throws -> StoreFile
    public var client: @Sendable (_ path: String, _ schema: Schema) throws -> ClientStore

    public init(
        server: @escaping @Sendable (_ path: String) throws -> StoreFile,
        client: @escaping @Sendable (_ path: String, _ schema: Schema) throws -> ClientStore
    ) {
        self.server = server
        self.client = client
    }

    /// As the programs do.
    public static let production = production(.init())

    /// As the programs do, with other options.
    public static func production(_ options: StoreFile.Options) -> StoreOpening {
        StoreOpening(
            server: {
                try StoreFile(
                    path: $0, role: .server, migrations: ServerSchema.migrations, options: options)
            },
            client: { try ClientStore(path: $0, schema: $1, options: options) })
    }
}
