import Foundation

/// The dictionary of zstd-wb1 (`protocol/6-http.md#zstd-wb1`): what bodies of small exchanges have in common. Part of the
/// programs and not a file beside them, and frozen: another dictionary is another coding.
enum SharedDictionary {
    /// What every zstd frame begins with (RFC 8878 §3.1.1), and what zstd-wb1 leaves out.
    static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

    /// In zstd's own format of dictionaries (RFC 8878 §5).
    static let bytes = [UInt8](Data(base64Encoded: base64) ?? Data())
}
