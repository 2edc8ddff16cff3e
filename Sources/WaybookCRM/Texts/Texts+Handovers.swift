import WaybookModel

extension Texts {
    /// Work that reached the server after its customer had moved on.
    package enum Handovers {
        package static var empty: LocalizedText {
            LocalizedText(
                en: "Nothing waits for a decision.",
                zh: "没有待处理的移交内容。"
            )
        }

        package static func howToGoOn(id: String) -> LocalizedText {
            LocalizedText(
                en: "Take it over with “waybook handover take \(id)”, or drop it with “waybook handover drop \(id)”.",
                zh: "用 waybook handover take \(id) 采纳，或用 waybook handover drop \(id) 放弃。"
            )
        }

        package static func decided(id: String, state: String) -> LocalizedText {
            LocalizedText(
                en: "There is nothing to decide about \(id): \(state).",
                zh: "\(id) 无需处理：\(state)。"
            )
        }

        package static func unreadable(id: String) -> LocalizedText {
            LocalizedText(
                en: "What was written in \(id) is not here, or only a newer version of waybook can read it.",
                zh: "\(id) 的内容不在本机，或需更新版本的 waybook 才能读取。"
            )
        }

        package static func notHere(id: String) -> LocalizedText {
            LocalizedText(
                en: "The customer that \(id) is about is not on this laptop: you may not see it.",
                zh: "\(id) 涉及的客户不在本机：您无权查看。"
            )
        }

        package static var notHereHint: LocalizedText {
            LocalizedText(
                en: "Whoever is responsible for it can take it over; you can drop it.",
                zh: "可由其负责人采纳；您也可以放弃。"
            )
        }

        package static func taken(id: String) -> LocalizedText {
            LocalizedText(
                en: "Took over \(id); it will be sent with the next sync.",
                zh: "已采纳 \(id)，将在下次同步时发送。"
            )
        }

        package static func dropped(id: String) -> LocalizedText {
            LocalizedText(
                en: "Dropped \(id).",
                zh: "已放弃 \(id)。"
            )
        }
    }
}
