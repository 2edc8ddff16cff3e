import ArgumentParser
import WaybookCRM
import WaybookClient
import WaybookModel

/// The record that a command is about.
struct ReferenceArgument: ParsableArguments {
    @Argument(help: ArgumentHelp(Texts.HelpOptions.reference.spoken, valueName: "record"))
    var reference: String
}

/// What people set.
struct AssignmentOptions: ParsableArguments {
    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(Texts.HelpOptions.assignment.spoken, valueName: "field=value"))
    var assignments: [String] = []

    /// Reads the assignments for a kind of record.
    func writes(
        _ kind: CollectionSchema, in book: RecordBook, current: VersionedRecord? = nil
    ) throws -> [Write] {
        let reader = FieldReader(kind, book)
        var writes: [FieldPath: Write] = [:]
        for assignment in assignments {
            for write in try reader.writes(assignment, current: current) { writes[write.path] = write }
        }
        return writes.values.sorted { $0.path < $1.path }
    }
}
