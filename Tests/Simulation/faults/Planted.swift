import Foundation

private let planted = ProcessInfo.processInfo.environment["WAYBOOK_FAULT"]

/// Whether a fault of that name is to happen. Only in the copy of the tree that `faults.py` makes.
public func isPlanted(_ name: String) -> Bool { planted == name }
