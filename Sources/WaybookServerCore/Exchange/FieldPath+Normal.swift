import Foundation
import WaybookModel

extension FieldPath {
    /// Whether the path is in Unicode normal form C: two spellings of one key would be one atom to some programs and two
    /// to others. Cost: nothing for ASCII.
    var isNormalised: Bool {
        text.utf8.allSatisfy { $0 < 0x80 }
            || text.precomposedStringWithCanonicalMapping.utf8.elementsEqual(text.utf8)
    }
}
