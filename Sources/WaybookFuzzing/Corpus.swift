import Foundation

/// Inputs that lie in a file, an input a line in base64: what a campaign has found to reach something that no other does.
public enum Corpus {
    /// Reads the inputs of a file; none where there is no file.
    public static func inputs(_ file: URL) throws -> [[UInt8]] {
        guard FileManager.default.fileExists(atPath: file.path) else { return [] }
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
            guard let data = Data(base64Encoded: String(line)) else { throw CocoaError(.fileReadCorruptFile) }
            return Array(data)
        }
    }
}
