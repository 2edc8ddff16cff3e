// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "waybook",
    defaultLocalization: "en",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "WaybookModel", targets: ["WaybookModel"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
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

        // The server.
        .target(
            name: "WaybookServerCore",
            dependencies: [
                "WaybookModel", "WaybookProtocol", "WaybookStore", "CArgon2",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]
        ),

        // The client.
        .target(name: "WaybookSync", dependencies: ["WaybookModel", "WaybookProtocol", "WaybookStore"]),

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
            dependencies: ["WaybookModel", "WaybookProtocol", "WaybookStore", "WaybookSync", "WaybookTesting"]
        ),
        .testTarget(
            name: "WaybookServerCoreTests",
            dependencies: [
                "WaybookModel", "WaybookProtocol", "WaybookStore", "WaybookServerCore", "WaybookTesting",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
