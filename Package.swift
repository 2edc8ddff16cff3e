// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "waybook",
    defaultLocalization: "en",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "waybook", targets: ["waybook"]),
        .executable(name: "waybook-server", targets: ["waybook-server"]),
        .library(name: "WaybookModel", targets: ["WaybookModel"]),
        .library(name: "WaybookFuzzing", targets: ["WaybookFuzzing"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C libraries of the system.
        .systemLibrary(
            name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"]), .brew(["argon2"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

        // The shared core.
        .target(name: "WaybookModel"),
        .target(
            name: "WaybookProtocol",
            dependencies: ["WaybookModel", "CZlib", "CZstd", .product(name: "Crypto", package: "swift-crypto")]
        ),
        .target(
            name: "WaybookStore",
            dependencies: [
                "WaybookModel", "WaybookProtocol",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]
        ),
        .target(name: "WaybookCRM", dependencies: ["WaybookModel"]),

        // What both programs show on a terminal.
        .target(name: "WaybookTerminal", dependencies: ["WaybookModel", "WaybookProtocol", "WaybookCRM"]),

        // The server.
        .target(
            name: "WaybookServerCore",
            dependencies: [
                "WaybookModel", "WaybookProtocol", "WaybookStore", "CArgon2",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .target(
            name: "WaybookServer",
            dependencies: [
                "WaybookModel", "WaybookProtocol", "WaybookStore", "WaybookServerCore", "WaybookCRM", "WaybookTerminal",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(name: "waybook-server", dependencies: ["WaybookServer"]),

        // The client.
        .target(name: "WaybookSync", dependencies: ["WaybookModel", "WaybookProtocol", "WaybookStore"]),
        .target(
            name: "WaybookClient",
            dependencies: [
                "WaybookModel", "WaybookProtocol", "WaybookStore", "WaybookSync", "WaybookCRM",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),
        .target(
            name: "WaybookCLI",
            dependencies: [
                "WaybookClient", "WaybookCRM", "WaybookModel", "WaybookProtocol", "WaybookStore", "WaybookSync",
                "WaybookTerminal",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]
        ),
        .executableTarget(name: "waybook", dependencies: ["WaybookCLI"]),

        // The benchmark.
        .executableTarget(
            name: "waybook-bench",
            dependencies: [
                "WaybookClient", "WaybookCRM", "WaybookModel", "WaybookProtocol", "WaybookServer", "WaybookServerCore",
                "WaybookStore", "WaybookSync",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),

        // Tests, and what only they use.
        .target(name: "CFaultVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(
            name: "WaybookTesting",
            dependencies: [
                "CFaultVFS", "WaybookModel", "WaybookProtocol", "WaybookStore", "WaybookSync", "WaybookServerCore",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .executableTarget(
            name: "store-probe",
            dependencies: ["WaybookStore", "WaybookTesting", .product(name: "GRDB", package: "GRDB.swift")]
        ),
        .target(
            name: "WaybookFuzzing",
            dependencies: [
                "WaybookModel", "WaybookProtocol", "WaybookStore", "WaybookServerCore", "WaybookCRM", "WaybookTesting",
            ]
        ),
        .executableTarget(name: "waybook-simulate", dependencies: ["WaybookCRM", "WaybookTesting"]),
        .testTarget(name: "WaybookFuzzingTests", dependencies: ["WaybookFuzzing"]),
        .testTarget(name: "WaybookModelTests", dependencies: ["WaybookModel", "WaybookProtocol", "WaybookTesting"]),
        .testTarget(
            name: "WaybookStoreTests",
            dependencies: [
                "WaybookModel", "WaybookProtocol", "WaybookStore", "WaybookTesting", "store-probe",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "WaybookSyncTests",
            dependencies: [
                "WaybookModel", "WaybookProtocol", "WaybookStore", "WaybookSync", "WaybookServerCore", "WaybookCRM",
                "WaybookTesting", .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),
        .testTarget(
            name: "WaybookServerCoreTests",
            dependencies: [
                "WaybookModel", "WaybookProtocol", "WaybookStore", "WaybookServerCore", "WaybookTesting", "WaybookCRM",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
        .testTarget(name: "WaybookProtocolTests", dependencies: ["WaybookModel", "WaybookProtocol", "WaybookTesting"]),
        .testTarget(
            name: "WaybookServerTests",
            dependencies: [
                "WaybookServer", "WaybookServerCore", "WaybookStore", "WaybookProtocol", "WaybookModel", "WaybookCRM",
                "WaybookTesting", "waybook-server",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "WaybookClientTests",
            dependencies: [
                "WaybookClient", "WaybookCRM", "WaybookModel", "WaybookProtocol", "WaybookStore", "WaybookSync",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "WaybookCLITests",
            dependencies: [
                "WaybookCLI", "WaybookClient", "WaybookCRM", "WaybookModel", "WaybookProtocol", "WaybookStore",
                "WaybookTerminal", "waybook", "waybook-server",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            exclude: ["Transcripts"]
        ),
        .testTarget(name: "WaybookCRMTests", dependencies: ["WaybookCRM", "WaybookModel"]),
        .testTarget(name: "WaybookTerminalTests", dependencies: ["WaybookTerminal", "WaybookCRM", "WaybookModel"]),
    ],
    swiftLanguageModes: [.v6]
)
