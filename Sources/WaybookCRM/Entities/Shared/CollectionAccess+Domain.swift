import WaybookModel

extension CollectionAccess {
    /// What hangs on a customer and is part of looking after them: service writes it too.
    public static let care = CollectionAccess(
        .book(owner: "owner", members: nil), create: .servers, edit: .servers, delete: .sellers)
    /// What hangs on a customer and is about money: those who sell write it.
    public static let sale = CollectionAccess(
        .book(owner: "owner", members: nil), create: .sellers, edit: .sellers, delete: .responsible)
}
