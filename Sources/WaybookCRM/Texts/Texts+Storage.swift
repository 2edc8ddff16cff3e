import WaybookModel

extension Texts {
    /// What a store may be unable to do, and what to do then.
    package enum Storage {
        package static func notFound(path: String) -> LocalizedText {
            LocalizedText(
                en: "There is no store in \(path).",
                zh: "\(path) 中没有数据。"
            )
        }

        package static func newerVersion(path: String) -> LocalizedText {
            LocalizedText(
                en: "The store in \(path) was written by a newer Waybook; this one leaves it as it is.",
                zh: "\(path) 中的数据由更新版本的 Waybook 写入；本版本不作任何改动。"
            )
        }

        package static var newerVersionHint: LocalizedText {
            LocalizedText(
                en: "Install the newer version.",
                zh: "请安装新版本。"
            )
        }

        package static func damaged(path: String, detail: String) -> LocalizedText {
            LocalizedText(
                en: "The store in \(path) is damaged (\(detail)); nothing was overwritten.",
                zh: "\(path) 中的数据已损坏（\(detail)）；未覆盖任何内容。"
            )
        }

        package static var damagedHint: LocalizedText {
            LocalizedText(
                en: "Copy the folder to a safe place, then sign in with a new store; what was sent is on the server.",
                zh: "请先把该目录复制到安全的地方，再用新的数据目录登录；已发送的内容都在服务器上。"
            )
        }

        package static func diskFull(path: String) -> LocalizedText {
            LocalizedText(
                en: "The disk is full; \(path) can be read but not changed until there is space.",
                zh: "磁盘已满；\(path) 可读，但在腾出空间之前无法修改。"
            )
        }

        package static func busy(path: String) -> LocalizedText {
            LocalizedText(
                en: "Another program has been writing to \(path) for too long.",
                zh: "另一个程序长时间占用 \(path)。"
            )
        }

        /// - Parameter isReadOnly: whether the disk takes no writes from anybody.
        package static func notPermitted(path: String, isReadOnly: Bool = false) -> LocalizedText {
            guard !isReadOnly else {
                return LocalizedText(
                    en: "The disk with \(path) is read-only. Nothing was changed.",
                    zh: "\(path) 所在的磁盘是只读的，未做任何更改。"
                )
            }
            return LocalizedText(
                en: "No permission to use \(path).",
                zh: "没有使用 \(path) 的权限。"
            )
        }

        package static var homeUnknown: LocalizedText {
            LocalizedText(
                en: "No folder for the data: neither --store nor WAYBOOK_HOME, XDG_DATA_HOME or HOME says one.",
                zh: "无法确定数据目录：--store、WAYBOOK_HOME、XDG_DATA_HOME 和 HOME 均未指定。"
            )
        }

        package static func pathNotAbsolute(variable: String, path: String) -> LocalizedText {
            LocalizedText(
                en: "\(variable) must be an absolute path, not “\(path)”.",
                zh: "\(variable) 必须是绝对路径，而不是“\(path)”。"
            )
        }
    }
}
