import WaybookCLI

@main
struct Main {
    static func main() async { await WaybookProgram.main() }
}
