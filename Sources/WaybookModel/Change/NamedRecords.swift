extension Schema {
    /// All records that changes name as whom they are about, in what unit, or of whom they tell.
    package func named(by changes: [Change]) -> Set<RecordID> {
        var named: Set<RecordID> = []
        for change in changes {
            named.insert(change.id)
            let root = self[change.collection]?.rootField.map { FieldPath($0) }
            for write in change.writes {
                if let subject = subject(of: write, in: change.collection) { named.insert(subject) }
                if write.path == root, let unit = write.value?.text.flatMap({ RecordID($0) }) { named.insert(unit) }
            }
        }
        return named
    }
}
