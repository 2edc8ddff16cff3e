import WaybookCRM
import WaybookModel
import WaybookStore
import WaybookTerminal

/// What a person is told of an action that the store did not take.
enum EditReport {
    /// Throws a sentence unless the action was stored or there was nothing to do.
    static func check(_ outcome: EditOutcome, of kind: CollectionSchema, _ book: RecordBook) throws(CommandFailure) {
        switch outcome {
        case .saved, .unchanged: return
        case .deleted where book.isLocked:
            // It may be what was named, or what that belongs to.
            throw CommandFailure("record-deleted", Texts.Lease.isDeleted, hint: Texts.Lease.doesNotFitHint)
        case .deleted(let id): throw deleted(id, kind, book)
        case .refused(let violation, let id): throw refused(violation, id, kind)
        case .denied where book.isLocked:
            // Who may is told of what is here.
            throw CommandFailure("access", Texts.Lease.notPermitted, hint: Texts.Lease.doesNotFitHint)
        case .denied(let denial): throw failure(denial)
        case .leaving: throw CommandFailure("leaving", Texts.Access.leaving, hint: Texts.Access.leavingHint)
        case .erased: throw CommandFailure("erased", Texts.Privacy.isErased)
        }
    }

    private static func deleted(_ id: RecordID, _ kind: CollectionSchema, _ book: RecordBook) -> CommandFailure {
        let collection = (try? book.workspace.store.record(id)?.record.collection) ?? kind.name
        return CommandFailure(
            "record-deleted", Texts.Records.isDeleted(name: book.name(collection, id)),
            hint: Texts.Records.isDeletedHint(command: "waybook \(collection.text) restore \(id)"))
    }

    private static func refused(_ violation: Violation, _ id: RecordID, _ kind: CollectionSchema) -> CommandFailure {
        CommandFailure("not-valid", sentence(violation, kind), hint: hint(violation), status: .usage)
    }

    /// How a required field is given.
    private static func hint(_ violation: Violation) -> LocalizedText? {
        guard violation.rule == .required, let path = violation.path, let type = violation.expected else { return nil }
        return Texts.Values.requiredHint(field: path.field.text, expected: FieldWording.expected(type))
    }

    static func failure(_ denial: Denial) -> CommandFailure { CommandFailure("access", sentence(denial)) }

    /// Why a person may not do something, and who may.
    static func sentence(_ denial: Denial) -> LocalizedText {
        if denial.isOfLastAdministrator { return Texts.Access.lastAdministrator }
        if denial.role == .viewer { return Texts.Access.viewer }
        let kind = FieldWording.kind(denial.collection)
        let who =
            denial.owner.map { owner in
                denial.isForManagers ? Texts.Access.ownerOrManager(name: owner) : Texts.Access.owner(name: owner)
            } ?? (denial.isForManagers ? Texts.Access.manager : Texts.Access.administrator)
        switch denial.action {
        case .create where denial.isBeyondRole:
            return Texts.Access.roleMayNotAdd(role: denial.role.label.spoken, kind: kind)
        case .create: return Texts.Access.mayAdd(who: who.spoken, kind: kind)
        case .delete: return Texts.Access.mayDelete(who: who.spoken, kind: kind)
        case .erase: return Texts.Privacy.mayErase(who: Texts.Access.administrator.spoken)
        case .edit(let field):
            return Texts.Access.mayChange(
                who: who.spoken, field: FieldWording.path(FieldPath(field), in: denial.collection))
        }
    }

    /// Why a write does not fit the schema.
    static func sentence(_ violation: Violation, _ kind: CollectionSchema) -> LocalizedText {
        let field = violation.path.map { FieldWording.path($0, in: kind.name) } ?? kind.label.spoken
        switch violation.rule {
        case .required: return Texts.Values.required(field: field)
        case .immutable: return Texts.Values.fieldImmutable(field: field)
        case .access: return Texts.Values.fieldDerived(field: field)
        case .limit: return Texts.Values.tooMuch(field: field)
        case .type:
            return Texts.Values.typeInvalid(
                field: field, expected: violation.expected.map { FieldWording.expected($0) } ?? "")
        case .path, .unknown, .served, .depends, .erased, .before: return Texts.Values.notTaken(field: field)
        }
    }
}
