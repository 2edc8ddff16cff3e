import Logging
import ServiceLifecycle
import WaybookServerCore

/// Removes what is left of records that were deleted long ago: looks at the start and once an hour whether a day has passed.
struct TombstoneKeeper: Service {
    let removal: TombstoneRemoval
    let threads: ServerThreads
    let logger: Logger

    func run() async throws {
        await Hourly.run(logger, warning: "removing deleted records was put off") { try await removeAll() }
    }

    private func removeAll() async throws {
        var place = try await threads.writer.runIfActive { [removal] in try removal.begin() }
        while !place.isDone, !Task.isCancelled {
            // One commit at a time on the writer's thread: exchanges take their turns between them.
            place = try await threads.writer.runIfActive { [removal, place] in try removal.step(place) }
        }
        guard place.deleted + place.removed > 0 else { return }
        logger.info(
            "removed deleted records",
            metadata: ["hidden": "\(place.deleted)", "removed": "\(place.removed)", "floor": "\(place.floor)"])
    }
}
