import WaybookModel

/// The language of the running command.
///
/// ArgumentParser asks types, not values, for their help, so the language cannot be passed to it: the entry point binds it
/// once around parsing and running, and help texts read it as `Texts.Help.login(Speech.language)`.
public enum Speech {
    /// English until the entry point binds another.
    @TaskLocal public static var language: Language = .english
}
