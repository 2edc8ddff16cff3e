import ArgumentParser
import WaybookCRM
import WaybookModel

/// The verbs that one kind of record has beside those that all have.
enum KindVerbs {
    static func own(of collection: CollectionName) -> [any ParsableCommand.Type] {
        switch collection {
        case Customer.shape.name:
            [
                CustomerAssignCommand.self, CustomerShareCommand.self, CustomerUnshareCommand.self,
                CustomerOwnersCommand.self, CustomerOrphansCommand.self,
            ]
        case Team.shape.name: [TeamMembersCommand.self, TeamJoinCommand.self, TeamLeaveCommand.self]
        default: []
        }
    }
}
