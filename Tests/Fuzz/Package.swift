// swift-tools-version: 6.1
import PackageDescription

// A package of its own, for all of it is built with the fuzzer's counters: `make fuzz`.
let package = Package(
    name: "waybook-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "waybook", path: "../..")],
    targets: [
        .executableTarget(
            name: "waybook-fuzz",
            dependencies: [.product(name: "WaybookFuzzing", package: "waybook")],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]
        )
    ]
)
