import WaybookModel
import WaybookProtocol

@testable import WaybookServerCore

/// The histories that the transcripts of `protocol/vectors/exchange` tell, as laptops play them.
enum ExchangeScripts {
    typealias Script = @Sendable (Stage) throws -> Void

    static let all: [(name: String, script: Script)] = [
        ("first-pull", firstPull), ("push-applied", pushApplied), ("conflict", conflict), ("rejected", rejected),
        ("fork", fork), ("gap", gap), ("re-stamp", restamp), ("resume", resume),
        ("delete-against-edit", deleteAgainstEdit), ("timeline", timeline), ("witness", witness),
    ]

    /// Plays a script and writes its transcript, one wire line a line.
    static func record(_ script: Script) throws -> String {
        let stage = Stage(try RestoredServer())
        try script(stage)
        return stage.transcript
    }

    /// Where a script plays: keeps each exchange's bytes.
    final class Stage {
        // A class: the script and the recorder share it.

        private let server: RestoredServer
        var workspace: Workspace { server.workspace }
        private var steps: [String] = []
        private var names: [String: String] = [Workspace.epoch: "$epoch"]
        private(set) var about = ""

        init(_ server: RestoredServer) { self.server = server }

        func tell(_ about: String) { self.about = about }

        func laptop(_ number: UInt32, skew: Int64 = 0) -> Laptop { Laptop(workspace, number, skew: skew) }

        /// - Returns: the problem that the server told instead of an answer.
        @discardableResult
        func exchange(
            _ laptop: Laptop, _ note: String, pulls: Bool = true, losesAnswer: Bool = false, keptBytes: Int? = nil
        ) throws -> Problem? {
            do {
                try laptop.sync(pulls: pulls, losesAnswer: losesAnswer, keptBytes: keptBytes)
                try keep(laptop, note, laptop.wire.request, answer: laptop.wire.answer)
                return nil
            } catch let problem as Problem {
                try keep(laptop, note, laptop.request(sets: laptop.state.outbox), problem: problem)
                return problem
            }
        }

        /// Writes a backup.
        func backUp(_ note: String) throws {
            try server.backUp("backup.db")
            keep(note, "backup")
        }

        /// Puts the backup back; laptops go on by ``follow(_:)``.
        func restore(_ note: String) throws {
            keep(note, "restore")
            try server.restore("backup.db")
        }

        /// Ends the healing of a server that was put back.
        func close(_ note: String) throws {
            keep(note, "close")
            try server.closeHealing()
        }

        func follow(_ laptop: Laptop) -> Laptop { server.follow(laptop) }

        private func keep(_ note: String, _ deed: String) {
            steps.append(
                "{\n  \"note\": \(CanonicalJSON.text(.string(note))),\n  \"clock\": \(workspace.clock.now),\n"
                    + "  \"server\": \"\(deed)\"\n}")
        }

        private func keep(
            _ laptop: Laptop, _ note: String, _ request: [UInt8], answer: [UInt8] = [], problem: Problem? = nil
        ) throws {
            var lines = [
                "  \"note\": \(CanonicalJSON.text(.string(note))),", "  \"clock\": \(workspace.clock.now),",
                "  \"replica\": \(laptop.state.replica),", "  \"request\": [\(try list(request))],",
            ]
            if let problem {
                let told = ExchangeTranscript.replace(problem.lineValue, names)
                lines.append("  \"problem\": \(CanonicalJSON.text(told))")
            } else {
                lines.append("  \"answer\": [\(try list(answer))]")
            }
            steps.append("{\n\(lines.joined(separator: "\n"))\n}")
        }

        private func list(_ bytes: [UInt8]) throws -> String {
            let lines = try bytes.split(separator: 10).map { line in
                let value = try JSONParser.parse(line)
                if let token = value.entries?["checkpoint"]?.text, names[token] == nil {
                    names[token] = "$checkpoint\(names.count)"
                }
                return "    " + CanonicalJSON.text(ExchangeTranscript.replace(value, names))
            }
            return "\n" + lines.joined(separator: ",\n") + "\n  "
        }

        var transcript: String {
            "{\n\"about\": \(CanonicalJSON.text(.string(about))),\n\"protocol\": \(Hello.protocolVersion),\n\"steps\": [\n"
                + steps.joined(separator: ",\n") + "\n]\n}\n"
        }
    }

    private static func firstPull(_ stage: Stage) throws {
        stage.tell("Hello and first pull: records whole, as stored, then a checkpoint and the end; again: nothing new.")
        let (ann, bob) = (stage.laptop(1), stage.laptop(2))
        try stage.exchange(bob, "An empty workspace.")
        let id = ann.create(["name": "Acme", "city": "Lyon", "tags/vip": "VIP"])
        ann.create(["customer": .string(id.description), "name": "Zoé"], in: "contact")
        try stage.exchange(ann, "Ann creates a customer and a contact; both are applied, and not echoed to her.")
        let carl = stage.laptop(3)
        try stage.exchange(carl, "A new laptop gets both records whole.")
        try stage.exchange(carl, "Nothing was committed since: only a checkpoint.")
    }

    private static func pushApplied(_ stage: Stage) throws {
        stage.tell(
            "Sets that are applied, in runs; sent again they change nothing; increments tell others what changed.")
        let (ann, bob) = (stage.laptop(1), stage.laptop(2))
        let id = ann.create(["name": "Acme", "city": "Lyon", "tags/vip": "VIP"])
        try stage.exchange(ann, "Created.")
        try stage.exchange(bob, "Bob reads it.")
        ann.edit(id, ["city": "Rome"])
        ann.edit(id, ["tags/vip": nil, "tags/new": "New"])
        try stage.exchange(ann, "Two sets; the answer is lost on its way.", losesAnswer: true)
        try stage.exchange(ann, "The same two sets again: the stored verdicts.")
        try stage.exchange(bob, "Bob is told the atoms that changed; the removed element is named by its stamp only.")
    }

    private static func conflict(_ stage: Stage) throws {
        stage.tell(
            "Two laptops write one field on the same base; the later stands, the other is listed, and then resolved.")
        let (ann, bob) = (stage.laptop(1), stage.laptop(2))
        let id = ann.create(["name": "Acme", "city": "Lyon"])
        try stage.exchange(ann, "Created.")
        try stage.exchange(bob, "Bob reads it.")
        bob.edit(id, ["city": "Rome"])
        ann.edit(id, ["city": "Oslo"])
        try stage.exchange(ann, "Ann's write, the later one, arrives first and is applied.")
        try stage.exchange(bob, "Bob's is listed as a conflict; the feed brings the conflict's record.")
        let conflict = bob.told.first { $0.record.collection == ConflictRecord.collection }
        bob.edit(id, ["city": "Rome"], resolves: conflict.map { [$0.record.id] } ?? [])
        try stage.exchange(bob, "Bob resolves it for his value.")
        try stage.exchange(ann, "Ann is told the value and the closed conflict.")
    }

    private static func rejected(_ stage: Stage) throws {
        stage.tell(
            "One refused write refuses its set, nothing else: what depends on it is refused too, the rest goes through."
        )
        let (ann, bob) = (stage.laptop(1), stage.laptop(2))
        let id = ann.create(["name": "Acme", "owner": "ann"])
        try stage.exchange(ann, "Created.")
        let new = bob.create(["name": "Beta", "score": 99])
        bob.edit(new, ["city": "Rome"])
        bob.create(["name": "Gamma"])
        bob.create(["owner": "bob", "name": "Acme"], id: id)
        bob.edit(RecordID(high: 1, low: 1), ["city": "Rome"])
        try stage.exchange(bob, "limit, depends, applied, served, unknown.")
        bob.create(["name": "Beta", "score": 9], id: new)
        try stage.exchange(bob, "Mended and sent again under a new number.")
    }

    private static func fork(_ stage: Stage) throws {
        stage.tell("Two stores under one replica number: the second is told so and goes on under a number of its own.")
        let (ann, copy) = (stage.laptop(1), stage.laptop(1))
        let id = ann.create(["name": "Acme"])
        try stage.exchange(ann, "Created.")
        copy.state = ann.state
        ann.edit(id, ["city": "Lyon"])
        try stage.exchange(ann, "The one store sends set 2.")
        try stage.exchange(copy, "The other knows of one set only: fork, told after the head.")
        copy.edit(id, ["city": "Rome"])
        try stage.exchange(copy, "It sends another set 2: fork, told in the answer.")
        try copy.takeNewNumber(9)
        try stage.exchange(
            copy, "Under its new number the same write is set 1, and a conflict, for it had not seen the other.")
    }

    private static func gap(_ stage: Stage) throws {
        stage.tell("A set beyond the next is a gap that names the number expected; what came before it counts.")
        let ann = stage.laptop(1)
        for name in ["one", "two", "three"] { ann.create(["name": .string(name)]) }
        let second = ann.state.outbox.remove(at: 1)
        try stage.exchange(ann, "Sets 1 and 3.")
        ann.state.outbox.insert(second, at: 0)
        try stage.exchange(ann, "Sets 2 and 3.")
    }

    private static func restamp(_ stage: Stage) throws {
        stage.tell(
            "A laptop an hour ahead: its stamps are given anew, its chain of bases holds, and later clocks are right.")
        let (ann, bob) = (stage.laptop(1), stage.laptop(2, skew: 3_600_000))
        let id = ann.create(["name": "Acme", "city": "Lyon"])
        try stage.exchange(ann, "Created.")
        try stage.exchange(bob, "Bob reads it; the head tells the offset of his clock.")
        bob.edit(id, ["city": "Rome"])
        bob.edit(id, ["city": "Bari"])
        try stage.exchange(bob, "Both are accepted under given stamps; the second names the first by its raw stamp.")
        try stage.exchange(ann, "Ann is told the given stamp.")
    }

    private static func resume(_ stage: Stage) throws {
        stage.tell("A pull that was cut goes on from the last checkpoint that arrived.")
        let (ann, bob) = (stage.laptop(1), stage.laptop(2))
        let id = ann.create(["name": "Acme"])
        try stage.exchange(ann, "Created.")
        try stage.exchange(bob, "Bob reads it.")
        ann.edit(id, ["city": "Rome"])
        try stage.exchange(ann, "Changed.", pulls: false)
        try stage.exchange(bob, "Bob's answer breaks off before its first checkpoint.", keptBytes: 150)
        try stage.exchange(bob, "He asks again with the token that he has and is told the same.")
        bob.state.checkpoint = "forged"
        try stage.exchange(bob, "A token that this server did not make.")
    }

    private static func timeline(_ stage: Stage) throws {
        stage.tell(
            "A server that was put back: laptops go back behind it, send again what it lacks, and read all that it has anew."
        )
        var (ann, bob) = (stage.laptop(1), stage.laptop(2))
        let id = ann.create(["name": "Acme", "city": "Lyon"])
        try stage.exchange(ann, "Created.")
        try stage.exchange(bob, "Bob reads it.")
        try stage.backUp("A backup.")
        ann.edit(id, ["city": "Nice"])
        ann.edit(id, ["score": 90])
        ann.skew = 3_600_000
        ann.edit(id, ["mood": "good"])
        try stage.exchange(
            ann, "Applied; refused (limit); accepted under a given stamp, for her clock is an hour ahead.")
        ann.skew = 0
        ann.edit(id, ["address": ["zip": "1"]])
        try stage.restore("The backup is put back.")
        (ann, bob) = (stage.follow(ann), stage.follow(bob))
        try stage.exchange(bob, "Bob had read nothing since: he goes on, and is told the timeline.")
        if let told = try stage.exchange(ann, "Ann holds verdicts that this server never gave: it says how it goes on.")
        {
            ann.rewind(to: told)
        }
        try stage.exchange(
            ann, "She sends them again, with what became of them, then what was unsent; and is told everything.")
        try stage.exchange(ann, "It is over.")
        try stage.exchange(bob, "Bob is told what came back.")
    }

    private static func witness(_ stage: Stage) throws {
        stage.tell(
            "What only others hold of what a server lost that was put back: told behind the sets, listed, never applied by itself."
        )
        var (ann, bob) = (stage.laptop(1), stage.laptop(2))
        let id = ann.create(["name": "Acme", "city": "Lyon"])
        try stage.exchange(ann, "Created.")
        try stage.exchange(bob, "Bob reads it.")
        try stage.backUp("A backup.")
        let lost = ann.edit(id, ["city": "Nice"])
        try stage.exchange(ann, "Ann edits it.")
        try stage.exchange(bob, "Bob reads that.")
        bob.edit(id, ["score": 7])
        try stage.exchange(bob, "Bob edits it.")
        try stage.restore("The backup is put back.")
        (ann, bob) = (stage.follow(ann), stage.follow(bob))
        if let told = try stage.exchange(bob, "Bob holds what the server lost: it takes what others wrote, too.") {
            bob.rewind(to: told)
        }
        var update = VersionedRecord(id: id, collection: "customer")
        update.atoms[FieldPath("city")] = Atom(value: "Nice", stamp: lost.stamp, commit: 2)
        let line = WitnessLine(number: 7, content: .atoms(FeedRecord(record: update, unit: id, isWhole: false)))
        bob.witness = [line, WitnessLine(number: 8, content: .beyond(312))]
        try stage.exchange(
            bob, "He sends his own again, and tells Ann's; nothing of that is applied, or answered but by `witnessed`.")
        try stage.exchange(bob, "The same once more, as after a lost answer: it is dealt with.")
        bob.witness = []
        try stage.close("It is ended that laptops are waited for.")
        if let told = try stage.exchange(ann, "Ann comes late, and is told so.") { ann.rewind(to: told) }
        try stage.exchange(ann, "What she sends again is judged as ever.")
        try stage.exchange(bob, "Bob is told of it.")
    }

    private static func deleteAgainstEdit(_ stage: Stage) throws {
        stage.tell("A delete that did not know of an edit: the record lives, and a conflict on $life asks.")
        let (ann, bob) = (stage.laptop(1), stage.laptop(2))
        let id = ann.create(["name": "Acme"])
        try stage.exchange(ann, "Created.")
        try stage.exchange(bob, "Bob reads it.")
        bob.delete(id)
        ann.edit(id, ["city": "Rome"])
        try stage.exchange(bob, "The delete comes first and is applied.")
        try stage.exchange(ann, "The edit revives the record; the verdict tells of $life, the feed of the conflict.")
        try stage.exchange(bob, "Bob is told the record whole.")
    }
}
