import WaybookModel

extension Texts {
    /// Importing and exporting cards (vCard).
    package enum Cards {
        // MARK: Cards that are not taken

        package static var outsideCard: LocalizedText {
            LocalizedText(
                en: "no card begins here; a card begins with BEGIN:VCARD",
                zh: "此处没有名片开始；名片以 BEGIN:VCARD 开头"
            )
        }

        package static var notClosed: LocalizedText {
            LocalizedText(
                en: "the card that begins here has no END:VCARD",
                zh: "从此处开始的名片缺少 END:VCARD"
            )
        }

        package static var malformedLine: LocalizedText {
            LocalizedText(
                en: "the line is no property: it needs a name and a colon",
                zh: "该行不是属性：需要名称和冒号"
            )
        }

        package static func lineTooLong(limit: Int) -> LocalizedText {
            LocalizedText(
                en: "the line has more than \(limit) bytes",
                zh: "该行超过 \(limit) 字节"
            )
        }

        package static func tooManyLines(limit: Int) -> LocalizedText {
            LocalizedText(
                en: "the card has more than \(limit) lines",
                zh: "该名片超过 \(limit) 行"
            )
        }

        package static func cardTooLarge(limit: Int) -> LocalizedText {
            LocalizedText(
                en: "the card has more than \(limit) bytes",
                zh: "该名片超过 \(limit) 字节"
            )
        }

        package static func nestedTooDeep(limit: Int) -> LocalizedText {
            LocalizedText(
                en: "cards stand more than \(limit) deep in one another",
                zh: "名片嵌套超过 \(limit) 层"
            )
        }

        package static func versionUnknown(version: String) -> LocalizedText {
            LocalizedText(
                en: "version \(version) is not read; 2.1, 3.0 and 4.0 are",
                zh: "不支持版本 \(version)；可用 2.1、3.0 或 4.0"
            )
        }

        package static func textInvalid(property: String, encoding: String) -> LocalizedText {
            LocalizedText(
                en: "\(property) is not valid \(encoding); say how it is written with --encoding",
                zh: "\(property) 不是有效的 \(encoding) 文字；请用 --encoding 指定编码"
            )
        }

        package static var nameMissing: LocalizedText {
            LocalizedText(
                en: "the card names nobody: it has neither name nor organisation, telephone number or e-mail address",
                zh: "名片没有名称：既无姓名、单位，也无电话或邮箱"
            )
        }

        package static var isGroup: LocalizedText {
            LocalizedText(
                en: "it is a group of cards, which is no customer",
                zh: "这是名片组，不是客户"
            )
        }

        package static func severalCustomers(name: String) -> LocalizedText {
            LocalizedText(
                en:
                    "several customers are called “\(name)”; rename all but one, or add the contact with waybook contact add",
                zh: "有多个客户名为“\(name)”；请改名仅留一个，或用 waybook contact add 添加联系人"
            )
        }

        package static func sameOrganisation(line: Int, name: String) -> LocalizedText {
            LocalizedText(
                en:
                    "it is of “\(name)”, as the card on line \(line) is, but says something else; put the two into one card",
                zh: "它与第 \(line) 行的名片同属“\(name)”，但内容不同；请合并为一张名片"
            )
        }

        package static func sameCard(line: Int) -> LocalizedText {
            LocalizedText(
                en:
                    "it has the same UID as the card on line \(line) but says something else; give one of them another UID",
                zh: "与第 \(line) 行的名片 UID 相同但内容不同；请为其中一张更换 UID"
            )
        }

        // MARK: What an import tells

        package static func progress(cards: Int) -> LocalizedText {
            LocalizedText(
                en: "Imported \(cards, one: "card", other: "cards")…",
                zh: "已导入 \(cards) 张名片…"
            )
        }

        package static func customersMade(count: Int) -> LocalizedText {
            LocalizedText(
                en: "Customers made of the organisations that cards name: \(count).",
                zh: "按名片中的单位新增客户：\(count)。"
            )
        }

        package static func customersWouldBeMade(count: Int) -> LocalizedText {
            LocalizedText(
                en: "Customers that would be made of the organisations that cards name: \(count).",
                zh: "将按名片中的单位新增客户：\(count)。"
            )
        }

        package static func keptOut(properties: [String]) -> LocalizedText {
            LocalizedText(
                en: "Not imported: \(properties, separator: ", ").",
                zh: "未导入的属性：\(properties, separator: "、")。"
            )
        }

        package static func taken(name: String, kind: String) -> LocalizedText {
            LocalizedText(
                en: "\(name) → \(kind)",
                zh: "\(name) → \(kind)"
            )
        }

        package static func takenAt(name: String, kind: String, customer: String) -> LocalizedText {
            LocalizedText(
                en: "\(name) → \(kind), \(customer)",
                zh: "\(name) → \(kind)，\(customer)"
            )
        }

        // MARK: Commands that do not fit

        package static var forCustomers: LocalizedText {
            LocalizedText(
                en: "Cards are imported as customers and their contacts.",
                zh: "名片会导入为客户及其联系人。"
            )
        }

        package static func forCustomersHint(file: String) -> LocalizedText {
            LocalizedText(
                en: "waybook customer import \(file)",
                zh: "使用 waybook customer import \(file)"
            )
        }

        package static func optionUnfit(option: String) -> LocalizedText {
            LocalizedText(
                en: "\(option) is about columns, which cards do not have; leave it out.",
                zh: "\(option) 用于列，名片没有列；请去掉该选项。"
            )
        }

        package static func exportUnfit(version: String) -> LocalizedText {
            LocalizedText(
                en: "Cards are not written in version “\(version)”; 4.0, 3.0 and 2.1 are.",
                zh: "不支持以版本“\(version)”写出名片；可用 4.0、3.0 或 2.1。"
            )
        }

        package static var namesAndConditions: LocalizedText {
            LocalizedText(
                en: "Name the customers or give --where, not both.",
                zh: "请指定客户名称或 --where，不能同时使用。"
            )
        }

        package static var jsonNeedsFile: LocalizedText {
            LocalizedText(
                en: "With --json the file needs a place: add --output FILE.",
                zh: "使用 --json 时须指定文件：请加 --output 文件。"
            )
        }

        package static var nothingToExport: LocalizedText {
            LocalizedText(
                en: "There is nothing to write.",
                zh: "没有可写出的内容。"
            )
        }

        package static func exported(count: Int, path: String) -> LocalizedText {
            LocalizedText(
                en: "Wrote \(count, one: "card", other: "cards") to \(path).",
                zh: "已将 \(count) 张名片写入 \(path)。"
            )
        }
    }
}
