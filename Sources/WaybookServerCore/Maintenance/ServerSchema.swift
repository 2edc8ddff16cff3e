import WaybookStore

/// The tables of a server's file.
public enum ServerSchema {
    /// The frozen list of migrations, in order.
    public static let migrations = [
        ServerMigrations.records,
        StoreMigration(number: 2, name: "directory", sql: directoryMigrationSQL),
        ServerMigrations.access,
        StoreMigration(number: 4, name: "audit", sql: auditMigrationSQL),
        StoreMigration(number: 5, name: "device-state", sql: deviceStateMigrationSQL),
        ServerMigrations.erasure,
        StoreMigration(number: 7, name: "token", sql: tokenMigrationSQL),
        ServerMigrations.scopes,
        ServerMigrations.losses,
        StoreMigration(number: 10, name: "timeline", sql: timelineMigrationSQL),
        StoreMigration(number: 11, name: "invitation", sql: invitationMigrationSQL),
        StoreMigration(number: 12, name: "healing", sql: healingMigrationSQL),
        StoreMigration(number: 13, name: "ruled", sql: ruledMigrationSQL),
        StoreMigration(number: 14, name: "foretold-access", sql: foretoldAccessMigrationSQL),
        StoreMigration(number: 15, name: "waiting", sql: waitingMigrationSQL),
        StoreMigration(number: 16, name: "witness", sql: witnessMigrationSQL),
        StoreMigration(number: 17, name: "floor", sql: floorMigrationSQL),
        StoreMigration(
            number: 18, name: "healing-close", sql: witnessBoundsMigrationSQL + "\n" + closedHealingMigrationSQL),
        ServerMigrations.erasureReach,
    ]
}
