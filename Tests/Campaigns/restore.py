#!/usr/bin/env python3
"""A backup of two hours ago is put back while 20 laptops have synced since: what comes back, in one sync each, and what does not.

    restore.py FOLDER-WITH-PROGRAMS [--seed 1] [--keep FOLDER]

The real programs over HTTP; a preloaded library lets two hours pass for all of them. After the backup 16 reps, two managers, a
colleague who is added then and an administrator add, edit, share and log in four rounds; the server is killed in the midst.
A contact is erased, a customer given away, a device revoked, a person disabled. One laptop is destroyed, one has no journal
any more, one does not sync at all. Then the server is killed, the backup put back, and each laptop that is left syncs once, in
an order by chance.

Each value is a text of its own, written down with its author as soon as the author's sync has ended. Held against what the
server's database then has, and against what it had before: where the author's laptop still has its journal, everything is
there, and what stood before stands again; what is not there is all of the others, or of a customer that has left its author since. Of that,
whatever any other laptop showed stands in `waybook-server healing list` and `show`, and is nowhere else; the rest nobody had. Back, boxed, witnessed
and nobody's together are all that was acknowledged. Then the report of `waybook-server healing`; all that was witnessed is accepted, and there then; and what was
revoked, disabled and erased stays so.
"""
import argparse
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import threading
import time

import rig
from rig import Fault, Laptop, Server, clock_library, copied, inspect

HOURS = 2
ROUNDS = 4
REPS = [f"r{number:02}" for number in range(1, 17)]
IDLE, DESTROYED, REVOKED, DISABLED, TRIMMED = "idle", "r13", "r14", "r15", "r16"
GONE = (DESTROYED, REVOKED, DISABLED, TRIMMED)
MANAGERS = {"mia": REPS[:8], "max": REPS[8:]}


class Firm:
    def __init__(self, programs, folder, seed):
        self.programs, self.folder, self.random = programs, folder, random.Random(seed)
        self.laptops, self.base, self.shared, self.about, self.maker = {}, {}, {}, {}, {}
        # Text -> author; first as typed, then as acknowledged. And what an author no longer has: its customer was given away.
        self.typed, self.acknowledged, self.left, self.syncs = {}, {}, set(), 0
        rig.ENVIRONMENT.update(LD_PRELOAD=clock_library(folder), WAYBOOK_TIME_PASSED="0")
        self.server = Server(programs, folder, [])
        people = [("mia", "manager"), ("max", "manager"), (IDLE, "rep")] + [(name, "rep") for name in REPS]
        for name, role in people:
            self.server.tool("user", "add", mail(name), "--name", name, "--role", role)
        for manager, reps in MANAGERS.items():
            self.server.tool("team", "add", f"team of {manager}")
            for name in [manager, *reps]:
                self.server.tool("team", "join", f"team of {manager}", mail(name))
        self.server.start()
        for name, _ in people:
            self.hire(name)
        self.hire("ada", "admin@example.com", rig.ADMIN_PASSWORD)

    def hire(self, name, address=None, password=rig.REP_PASSWORD):
        laptop = Laptop(self.programs, self.folder, name, address or mail(name), {"WAYBOOK_PASSWORD": password})
        laptop.login(self.server.url)
        self.laptops[name] = laptop
        return laptop

    def pass_time(self, seconds):
        """For all programs; the server has to be started anew for it, and is killed."""
        self.server.kill()
        rig.ENVIRONMENT["WAYBOOK_TIME_PASSED"] = str(seconds)
        for laptop in self.laptops.values():
            laptop.environment["WAYBOOK_TIME_PASSED"] = str(seconds)
        self.server.start()

    # What people do

    def text(self, name):
        text = f"w{len(self.typed):05}w"
        self.typed[text] = name
        return text

    def did(self, name, *words):
        return self.laptops[name].run(*words, "--json", check=True).json

    def sync(self, name):
        """A whole sync: what was typed is acknowledged by it."""
        result = self.laptops[name].sync()
        self.syncs += 1
        self.acknowledged.update({text: author for text, author in self.typed.items() if author == name})
        return result

    def add(self, name):
        new = self.did(name, "customer", "add", f"Customer {self.text(name)}", "--set", f"city={self.text(name)}")["id"]
        self.maker[new] = name
        return new

    def edit(self, name, record, field):
        text = self.text(name)
        self.did(name, "customer", "edit", record, "--set", f"{field}={text}")
        self.about.setdefault(record, set()).add(text)

    def seed(self):
        for name in REPS:
            self.base[name] = self.add(name)
            self.sync(name)
        for name, other in ring():
            self.did(name, "customer", "share", self.base[name], "--with", mail(other), "--edit")
            self.sync(name)
        for name in self.laptops:
            self.sync(name)

    def work(self, name):
        """One laptop's round: what is new is shared, and the neighbour edits what was shared in the round before."""
        self.sync(name)
        if name in MANAGERS:
            for rep in self.random.sample(MANAGERS[name], 3):
                if rep in self.shared:
                    self.edit(name, self.shared[rep], "taxID")
        else:
            new = self.add(name)
            self.did(name, "contact", "add", f"Contact {self.text(name)}", "--set", f"customer={new}")
            self.did(name, "log", new, "call", self.text(name))
            if name in self.base:
                self.edit(name, self.base[name], "legalName")
            before, after = neighbours(name)
            if before in self.shared:
                self.edit(name, self.shared[before], "legalName")
                if before in self.base:
                    self.edit(name, self.base[before], "taxID")
            if after in self.working:
                self.did(name, "customer", "share", new, "--with", mail(after), "--edit")
            self.fresh[name] = new
        self.sync(name)

    def round(self, names):
        self.fresh, self.working = {}, names
        for name in self.random.sample(names, len(names)):
            self.work(name)
        self.shared.update(self.fresh)

    def killed_in_the_midst(self, names):
        """The server is killed while these sync."""
        for name in names:
            self.edit(name, self.base[name], "website")
        threads = [threading.Thread(target=self.laptops[name].run, args=("sync",)) for name in names]
        for thread in threads:
            thread.start()
        time.sleep(self.random.random() * 0.5)
        self.server.kill()
        for thread in threads:
            thread.join()
        self.server.start()
        for name in names:
            self.sync(name)


def mail(name):
    return f"{name}@example.com"


def ring():
    return [(name, REPS[(index + 1) % len(REPS)]) for index, name in enumerate(REPS)]


def neighbours(name):
    if name not in REPS:
        return None, None
    index = REPS.index(name)
    return REPS[index - 1], REPS[(index + 1) % len(REPS)]


class Contents:
    """What a server's database has, as a copy of its files shows."""

    def __init__(self, path, folder):
        base = sqlite3.connect(copied(path, folder))
        base.text_factory = lambda raw: raw.decode(errors="replace")
        self.fields, self.where = {}, {"record": [], "conflict": [], "handover": [], "history": [], "witness": []}
        for identity, collection, fields in base.execute("SELECT hex(id), collection, fields FROM record"):
            if collection in ("customer", "contact", "interaction"):
                self.fields[identity] = json.loads(fields)
            self.where[collection if collection in self.where else "record"].append(fields)
        for table in ("history", "bin"):
            for row in base.execute(f"SELECT * FROM {table}"):
                self.where["history"].append(" ".join(
                    value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in row))
        self.witnessed = [row[0] for row in base.execute("SELECT value FROM witness WHERE state = 'open'")]
        self.where["witness"] = [value for value in self.witnessed if value]
        base.close()
        self.where = {place: "\n".join(texts) for place, texts in self.where.items()}

    def place(self, text):
        return next((place for place in ("record", "conflict", "history", "handover", "witness") if text in self.where[place]), None)

    def values(self):
        """Each value that is one of the texts, by record and field."""
        return {(identity, field): value for identity, fields in self.fields.items() for field, value in fields.items()
                if isinstance(value, str) and value.strip()}


def held(firm, folder):
    """What the laptops that will sync show of the server's rows, before they hear of the restore."""
    shown = []
    for name, laptop in firm.laptops.items():
        if name not in (REVOKED, DISABLED):
            rows, = inspect(
                laptop.store + "/store.db", folder,
                "SELECT ifnull(server, fields) FROM record JOIN collection ON collection.number = record.collection"
                " WHERE name IN ('customer', 'contact', 'interaction')")
            shown += [row[0] for row in rows]
    return "\n".join(shown)


def heal(firm):
    """Each laptop that is left syncs once."""
    left = [name for name in firm.laptops if name not in (REVOKED, DISABLED)]
    again, seconds = {}, []
    for name in firm.random.sample(left, len(left)):
        result = firm.sync(name)
        seconds.append(result.seconds)
        again[name] = result.json["sentAgain"]
    return again, seconds


def compare(firm, before, after, shown):
    """What is back, and what is not."""
    counts = {}
    orphans = {text for record, texts in firm.about.items() if firm.maker[record] in GONE for text in texts}
    for text, author in firm.acknowledged.items():
        place = after.place(text)
        if before.place(text) is None:
            continue  # of somebody who was erased
        dead = author in GONE or text in firm.left
        if place is None and text in shown:
            raise Fault(f"{text} of {author} was shown on a laptop that synced since, and nobody is told of it")
        counts[place, dead] = counts.get((place, dead), 0) + 1
        if not dead and place == "handover" and text in orphans:
            continue  # it waits for a customer that nobody brings
        if not dead and place in (None, "handover"):
            raise Fault(f"{text} of {author} was acknowledged, its laptop has it, and it is {place or 'nowhere'}")
    for (identity, field), value in before.values().items():
        text = next((word for word in value.split() if word in firm.acknowledged), None)
        author = firm.acknowledged.get(text)
        if author in (None, *GONE) or text in firm.left | orphans:
            continue
        found = after.fields.get(identity, {}).get(field)
        if found != value:
            raise Fault(f"{field} of {identity} was {value!r} of {author}, and is {found!r}")
    return counts


def check_report(firm, again, trimmed):
    report = json.loads(firm.server.tool("healing", "--json").stdout)
    states = {device["name"]: device for device in report["devices"]}
    expected = {name: "healed" for name in again if name != IDLE} | {
        IDLE: "unaffected", DESTROYED: "notSeen", REVOKED: "cutOff"}
    for name, state in expected.items():
        if states[name]["state"] != state:
            raise Fault(f"the report says of {name}: {states[name]}, and not {state}")
    for name, count in again.items():
        sent = states[name].get("sent") or {}
        told = sent.get("back", 0) + sent.get("asked", 0) + states[name]["waiting"]
        if told != count or sent.get("handed") or sent.get("refused"):
            raise Fault(f"{name} sent {count} sets again, and the report says {states[name]}")
    if report["trimmed"] != trimmed or report["lost"] is None:
        raise Fault(f"trimmed {report['trimmed']} of {trimmed}, lost {report['lost']}")
    makers = {firm.maker[awaited["record"]] for awaited in report["awaited"]}
    if not makers or not makers <= set(GONE) or any(awaited["there"] for awaited in report["awaited"]):
        raise Fault(f"what is awaited was made by {makers}: {report['awaited']}")
    return report


def listed(firm):
    """The values that only others held, as an administrator reads them."""
    told = json.loads(firm.server.tool("healing", "list", "--limit", "1000", "--json").stdout)
    if told["count"] != len(told["records"]):
        raise Fault(f"{told['count']} records, and {len(told['records'])} listed")
    return [
        value for record in told["records"]
        for value in json.loads(firm.server.tool("healing", "show", record["id"], "--json").stdout)["values"]]


def check_witness(firm, after, report):
    """All of it stands in the list and in the report, and names who tells it and whose it was."""
    values = listed(firm)
    texts = json.dumps([value.get("value") for value in values], ensure_ascii=False)
    missing = [text for text in firm.acknowledged if after.place(text) == "witness" and text not in texts]
    if missing or len(values) != len(after.witnessed) or report["witness"]["values"] != len(values) or not values:
        raise Fault(f"{missing} not listed; {len(values)} listed of {len(after.witnessed)}; {report['witness']}")
    for value in values:
        tellers = {teller["name"] for teller in value["tellers"]}
        if not tellers or value["author"]["name"] in tellers - {TRIMMED}:
            raise Fault(f"whose it was, and who tells it: {value}")


def accept(firm, database, folder, witnessed):
    """An administrator accepts all; it is there then, and with it what waited for it."""
    firm.server.tool("healing", "accept", "--all")
    after = Contents(database, folder)
    missing = [text for text in witnessed if after.place(text) not in ("record", "history", "conflict")]
    if missing or after.witnessed:
        raise Fault(f"accepted and not there: {missing}")
    return after


def check_ended(firm, erased, folder):
    """What was revoked, disabled and erased stays so."""
    refused = firm.laptops[REVOKED].run("sync", "--json")
    if refused.code == 0 or refused.error != "revoked":
        raise Fault(f"{REVOKED} was revoked, and: {refused.out}{refused.err}")
    people = {person["email"]: person for person in json.loads(firm.server.tool("user", "list", "--json").stdout)}
    if people[mail(DISABLED)]["disabled"] is None or mail("late") not in people:
        raise Fault("who was disabled is not, or who was added is gone")
    firm.server.stop()
    for name in ["server", *[name for name in firm.laptops if name not in (REVOKED, DISABLED)]]:
        for file in ("server.db", "server.db-wal", "store.db", "store.db-wal"):
            path = os.path.join(folder, name, file)
            if os.path.exists(path) and erased.encode() in open(path, "rb").read():
                raise Fault(f"{path} still holds {erased}, which was erased")
    firm.server.start()


def scene(firm, folder):
    firm.seed()
    firm.server.tool("backup", os.path.join(folder, "backup.db"))
    kept = journalled(firm, folder)
    names = [*REPS, *MANAGERS]
    for number in range(ROUNDS):
        firm.pass_time(number * HOURS * 3_600 // (ROUNDS - 1))
        if number == 1:
            firm.server.tool("user", "add", mail("late"), "--name", "late", "--role", "rep")
            firm.hire("late")
            names.append("late")
            firm.killed_in_the_midst(REPS[2:6])
        if number == 2:
            erased = end_some(firm)
            names = [name for name in names if name not in (REVOKED, DISABLED)]
        firm.round(names)
    for name in firm.random.sample(names + ["ada"], len(names) + 1):
        firm.sync(name)
    trimmed = journalled(firm, folder) - kept
    with sqlite3.connect(firm.laptops[TRIMMED].store + "/store.db") as base:
        base.execute("DELETE FROM journal")
        base.execute("UPDATE meta SET value = 0 WHERE name = 'journalBytes'")
    base.close()
    shutil.rmtree(firm.laptops.pop(DESTROYED).store)
    return erased, trimmed


def journalled(firm, folder):
    """How many answered sets the laptop still has that will have none."""
    return inspect(firm.laptops[TRIMMED].store + "/store.db", folder, "SELECT count(*) FROM journal")[0][0][0]


def end_some(firm):
    """An erasure, a customer given away, a device that is cut off and a person who is disabled; returns what must be nowhere."""
    contact, = [record for record in firm.did("r01", "contact", "list") if "Contact" in record["fields"]["name"]][:1]
    firm.server.tool("erase", contact["id"], "--reason", "request", "--yes")
    given = firm.base.pop("r02")
    firm.did("mia", "customer", "assign", given, "--to", mail("r03"), "--yes")
    firm.left = {text for text in firm.about[given] if firm.typed[text] == "r02"}
    firm.sync("mia")
    devices = json.loads(firm.server.tool("device", "list", "--json").stdout)
    number, = [device["replica"] for device in devices if device["name"] == REVOKED]
    firm.server.tool("device", "revoke", str(number))
    firm.server.tool("user", "disable", mail(DISABLED), "--book-to", mail("r01"))
    return contact["fields"]["name"].split()[-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="a new folder for everything; it stays")
    options = parser.parse_args()
    folder = os.path.abspath(options.keep or tempfile.mkdtemp(prefix="waybook-restore-"))
    os.makedirs(folder, exist_ok=True)
    firm = Firm(os.path.abspath(options.programs), folder, options.seed)
    try:
        erased, trimmed = scene(firm, folder)
        firm.server.kill()
        database = os.path.join(firm.server.data, "server.db")
        before = Contents(database, folder)
        firm.server.tool("restore", os.path.join(folder, "backup.db"))
        firm.server.start()
        shown = held(firm, folder)
        again, seconds = heal(firm)
        after = Contents(database, folder)
        counts = compare(firm, before, after, shown)
        report = check_report(firm, again, trimmed)
        check_witness(firm, after, report)
        print(firm.server.tool("healing").stdout)
        accepted = accept(firm, database, folder, [text for text in firm.acknowledged if after.place(text) == "witness"])
        for name in again:
            firm.sync(name)
        check_ended(firm, erased, folder)
    finally:
        firm.server.stop()
    tell(firm, counts, again, seconds, report)
    waiting = [text for text in firm.acknowledged if after.place(text) == "handover"]
    print(f"once that is accepted, {sum(accepted.place(text) != 'handover' for text in waiting)} of {len(waiting)} that waited are there")
    if not options.keep:
        shutil.rmtree(folder)


def tell(firm, counts, again, seconds, report):
    kept = {place: count for (place, dead), count in counts.items() if not dead}
    rest = {place or "nowhere": count for (place, dead), count in counts.items() if dead}
    print(f"{len(firm.acknowledged)} values acknowledged in {firm.syncs} syncs, {report['lost']} commits lost")
    waiting = kept.pop("handover", 0)
    print(f"of laptops that still have them: {sum(kept.values())} back: {kept}; {waiting} wait for a customer that nobody brings")
    print(f"of those that were destroyed or revoked, of the disabled, without a journal or given away: {sum(rest.values())}: {rest}")
    erased = len(firm.acknowledged) - sum(counts.values())
    boxed, witnessed = rest.get("handover", 0) + waiting, rest.get("witness", 0)
    back = sum(counts.values()) - boxed - witnessed - rest.get("nowhere", 0)
    print(
        f"{len(firm.acknowledged)} acknowledged = {back} back + {boxed} boxed + {witnessed} witnessed"
        f" + {rest.get('nowhere', 0)} nobody's + {erased} of who was erased")
    print(f"{len(again)} laptops synced once: {sum(again.values())} sets sent again, slowest {max(seconds):.2f} s")


if __name__ == "__main__":
    try:
        main()
    except Fault as fault:
        sys.exit(f"FAULT: {fault}")
