// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "waybook",
    defaultLocalization: "en",
    platforms: [.macOS(.v15)],
    products: [.library(name: "WaybookModel", targets: ["WaybookModel"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2")
    ],
    targets: [
        // C libraries of the system.
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),

        // The shared core.
        .target(name: "WaybookModel"),
        .target(
            name: "WaybookProtocol",
            dependencies: ["WaybookModel", "CZlib", "CZstd", .product(name: "Crypto", package: "swift-crypto")]
        ),

        // Tests, and what only they use.
        .target(name: "WaybookTesting", dependencies: ["WaybookModel"]),
        .testTarget(name: "WaybookModelTests", dependencies: ["WaybookModel", "WaybookProtocol", "WaybookTesting"]),
    ],
    swiftLanguageModes: [.v6]
)
