import ArgumentParser
import WaybookCRM
import WaybookModel

/// `waybook customer …`: the verbs of one kind of record.
struct KindCommand<Kind: Entity>: ParsableCommand {
    static var configuration: CommandConfiguration {
        let kind = Kind.collection
        return CommandConfiguration(
            commandName: kind.name.text, abstract: Texts.Help.entity(kind: kind.label.within).spoken,
            discussion: KindHelp.fields(of: kind),
            subcommands: [
                AddCommand<Kind>.self, ListCommand<Kind>.self, ShowCommand<Kind>.self, EditCommand<Kind>.self,
                DeleteCommand<Kind>.self, RestoreCommand<Kind>.self, HistoryCommand<Kind>.self,
                ImportCommand<Kind>.self,
            ] + KindVerbs.own(of: kind.name)
                + (kind.isErasable ? [EraseCommand<Kind>.self, PersonExportCommand<Kind>.self] : []),
            aliases: KindHelp.aliases(of: kind))
    }
}

extension Entity {
    /// The collection's schema, from the catalogue.
    static var collection: CollectionSchema { Catalogue.schema[shape.name] ?? makeSchema() }
}

/// What help says of a kind of record; all of it from the schema.
enum KindHelp {
    /// Other names of the command: the labels, where they differ from its name (`task` for `followup`).
    static func aliases(of kind: CollectionSchema) -> [String] {
        let labels = [kind.label.en.lowercased(), kind.label.zhHans]
        return labels.filter { $0 != kind.name.text && !$0.contains(" ") }
    }

    /// The fields that people may set, with what they take.
    static func fields(of kind: CollectionSchema) -> String {
        let fields = kind.fields.filter { $0.access != .server }
        return ([Texts.Help.fieldsHeading.spoken] + fields.map(line)).joined(separator: "\n")
    }

    private static func line(_ field: FieldSchema) -> String {
        "  \(field.name.text) (\(field.label.spoken)): \(FieldWording.expected(field.type))"
            + (field.isRequired ? Texts.Help.required.spoken : "")
    }

    /// The examples at the end of a command's help.
    static func examples(_ lines: [String]) -> String {
        ([Texts.Help.examplesHeading.spoken] + lines.map { "  " + $0 }).joined(separator: "\n")
    }
}
