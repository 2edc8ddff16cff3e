#!/usr/bin/env python3
"""Two laptops whose clocks are wrong: no edit is lost or refused, order within each holds, and the rep is told once.

    clocks.py FOLDER-WITH-PROGRAMS [--years 1] [--keep FOLDER]

A small library, compiled with `cc` into the folder, is preloaded into `waybook` (not the server) and shifts the wall clock
(clock_gettime(CLOCK_REALTIME), gettimeofday, time) by WAYBOOK_CLOCK_OFFSET seconds; the clock since boot stays true.

Scenes, each on a server of its own: clocks that were wrong before the sign-in; clocks that go wrong offline after it; a
machine that was started anew with a wrong clock (another boot id cannot be had here, so the shift comes between two
syncs); a clock that jumps with each command; 1970.

After a restart nothing tells a clock that is weeks ahead from weeks of absence: the lease has ended, and the store shows
nothing until it has met its server. It takes everything all the same, by identities: no edit is refused, in any scene. Such
an edit's value is looked for after the next sync.
"""
import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time

from rig import Fault, Laptop, Server, clock_library, inspect

TOLD = "clock of this laptop was far off"


class Scene:
    def __init__(self, programs, folder, name, library):
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder)
        self.name, self.told, self.edits, self.syncs, self.locked = name, {}, 0, 0, 0
        self.ids, self.unseen = {}, {}
        users = [("jane@example.com", "Jane"), ("steve@example.com", "Steve")]
        self.server = Server(programs, self.folder, users)
        self.server.start()
        environment = {"LD_PRELOAD": library}
        self.jane = Laptop(programs, self.folder, "jane", users[0][0], environment)
        self.steve = Laptop(programs, self.folder, "steve", users[1][0], environment)
        self.laptops = [self.jane, self.steve]

    def clock(self, laptop, seconds):
        laptop.environment["WAYBOOK_CLOCK_OFFSET"] = str(int(seconds))
        if seconds:
            self.told.setdefault(laptop.name, 0)

    def login(self):
        for laptop in self.laptops:
            laptop.login(self.server.url)

    def run(self, laptop, *words):
        """A command that changes something: it goes, whatever the clock says. Where it shows nothing, that is counted."""
        result = laptop.run(*words, "--json")
        if result.code:
            raise Fault(f"{self.name}: {laptop.name}: {words}: exit {result.code}: {result.out}{result.err}")
        answer = result.json
        if answer.get("locked"):
            self.locked += 1
            if set(answer) != {"id", "kind", "locked"}:
                raise Fault(f"{self.name}: {laptop.name}: {words}: the lease has ended, and yet this is told: {answer}")
        return answer

    def never_locked(self):
        if self.locked:
            raise Fault(f"{self.name}: {self.locked} commands were taken as if the lease had ended, which it had not")

    def add(self, laptop, customer):
        self.ids[customer] = self.run(laptop, "customer", "add", customer)["id"]

    def edit(self, laptop, customer, field, value):
        identity = self.ids[customer]
        shown = self.run(laptop, "customer", "edit", identity, "--set", f"{field}={value}")
        self.edits += 1
        if shown.get("locked"):
            self.unseen[laptop.name, customer, field] = value
            named = laptop.run("customer", "edit", customer, "--set", f"{field}=by name", "--json")
            if named.code != 1 or named.error != "lease-ended" or customer in named.out + named.err:
                raise Fault(f"{self.name}: {laptop.name}: by its name: {named.code}: {named.out}{named.err}")
            return
        self.unseen.pop((laptop.name, customer, field), None)
        if shown["fields"].get(field) != value:
            raise Fault(f"{self.name}: {laptop.name}: {field}={value} is not shown after it was made: {shown['fields']}")

    def sync(self, laptop):
        result = laptop.run("sync", check=True)
        self.syncs += 1
        self.told[laptop.name] = self.told.get(laptop.name, 0) + (result.out + result.err).count(TOLD)
        status = laptop.run("status", "--json", check=True).json
        if status["unsent"] or status["rejected"] or not status["complete"]:
            raise Fault(f"{self.name}: {laptop.name}: after a sync {status}")
        for key, value in [entry for entry in self.unseen.items() if entry[0][0] == laptop.name]:
            _, customer, field = key
            fields = laptop.run("customer", "show", self.ids[customer], "--json", check=True).json["fields"]
            others = inspect(
                os.path.join(laptop.store, "store.db"), self.folder,
                f"SELECT value FROM conflict WHERE path = '{field}' AND status = 'open' AND about = '{self.ids[customer]}'")[0]
            if value not in [fields.get(field)] + [json.loads(row[0]) for row in others]:
                raise Fault(f"{self.name}: {laptop.name}: {field}={value} was taken unseen, and is lost: {fields}")
            del self.unseen[key]
        return result

    def same(self, customer, field, value, conflicts=()):
        """Both laptops show the value, and exactly these others wait for a decision."""
        for laptop in self.laptops:
            fields = laptop.run("customer", "show", customer, "--json", check=True).json["fields"]
            if fields.get(field) != value:
                raise Fault(f"{self.name}: {laptop.name} shows {field} {fields.get(field)!r} instead of {value!r}")
            self.listed(laptop, field, conflicts)

    def listed(self, laptop, field, conflicts):
        rows = inspect(
            os.path.join(laptop.store, "store.db"), self.folder,
            f"SELECT value FROM conflict WHERE path = '{field}' AND status = 'open'")[0]
        found = sorted(json.loads(row[0]) for row in rows)
        if found != sorted(conflicts):
            raise Fault(f"{self.name}: {laptop.name} lists {found} for {field} instead of {sorted(conflicts)}")

    def history(self, laptop, customer, values):
        """The history tells these values in the order in which they were made."""
        lines = laptop.run("customer", "history", customer, "--limit", "500", check=True).out.splitlines()
        order = [value for line in lines for value in values if line.rstrip().endswith(f" {value}")]
        if order == values or order == values[::-1]:
            return
        raise Fault(f"{self.name}: {laptop.name}: the history's order is {order} instead of {values}:\n" + "\n".join(lines))

    def end(self, told):
        for laptop in self.laptops * 2:
            self.sync(laptop)
        lists = [
            sorted(laptop.run("customer", "list", "--json", check=True).json, key=lambda record: record["id"])
            for laptop in self.laptops]
        if lists[0] != lists[1]:
            raise Fault(f"{self.name}: the stores are not equal")
        self.server.tool("check")
        self.server.stop()
        if told is not None and self.told != told:
            raise Fault(f"{self.name}: told {self.told} times instead of {told}")
        print(f"{self.name}: {self.edits} edits, {self.syncs} syncs; told {self.told}, {self.locked} commands taken while locked", flush=True)


def work(scene, rounds=3):
    """Both work on their own and on a shared customer: first one after the other, then at once."""
    jane, steve = scene.laptops
    made = {laptop.name: [] for laptop in scene.laptops}
    for laptop in scene.laptops:
        scene.add(laptop, f"own of {laptop.name}")
    scene.add(jane, "shared")
    for laptop in (jane, steve, jane):
        scene.sync(laptop)
    for turn in range(rounds):
        for laptop in scene.laptops:
            for step in range(3):
                value = f"{laptop.name}-{turn}-{step}"
                scene.edit(laptop, f"own of {laptop.name}", "legalName", value)
                made[laptop.name].append(value)
        # One after the other: whoever has seen the other's value takes its place, whatever the clocks say.
        scene.edit(jane, "shared", "taxID", f"first {turn}")
        scene.sync(jane)
        scene.sync(steve)
        scene.edit(steve, "shared", "taxID", f"second {turn}")
        scene.sync(steve)
        scene.sync(jane)
        scene.same("shared", "taxID", f"second {turn}")
        scene.edit(jane, "shared", "taxID", f"third {turn}")
        scene.sync(jane)
        scene.sync(steve)
        scene.same("shared", "taxID", f"third {turn}")
    for laptop in scene.laptops:
        scene.same(f"own of {laptop.name}", "legalName", made[laptop.name][-1])
        scene.history(laptop, f"own of {laptop.name}", made[laptop.name])
    # At once: one is shown, the other is listed; neither is lost.
    scene.edit(jane, "shared", "legalName", "by jane")
    scene.edit(steve, "shared", "legalName", "by steve")
    for laptop in (jane, steve, jane):
        scene.sync(laptop)
    shown = jane.run("customer", "show", "shared", "--json", check=True).json["fields"]["legalName"]
    other = {"by jane": "by steve", "by steve": "by jane"}[shown]
    scene.same("shared", "legalName", shown, [other])
    # Offline: many edits of a field without a sync between them.
    for number in range(5):
        for laptop in scene.laptops:
            scene.edit(laptop, f"own of {laptop.name}", "taxID", f"{laptop.name} tax {number}")
    for laptop in (jane, steve, jane):
        scene.sync(laptop)
    for laptop in scene.laptops:
        scene.same(f"own of {laptop.name}", "taxID", f"{laptop.name} tax 4")
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--years", type=float, default=1)
    parser.add_argument("--keep", help="a new folder for everything; it stays")
    options = parser.parse_args()
    folder = os.path.abspath(options.keep or tempfile.mkdtemp(prefix="waybook-clocks-"))
    os.makedirs(folder, exist_ok=True)
    library = clock_library(folder)
    year = int(options.years * 365 * 86_400)
    programs = os.path.abspath(options.programs)
    scenes, faults, start = [], [], time.monotonic()

    def scene(name):
        scenes.append(Scene(programs, folder, name, library))
        return scenes[-1]

    def wrong_before(name="wrong-before-sign-in"):
        one = scene(name)
        one.clock(one.jane, year)
        one.clock(one.steve, -year)
        one.login()
        shift = one.jane.run("status", "--json", check=True).json["clockOffsetMilliseconds"]
        if abs(shift + year * 1_000) > 60_000:
            raise Fault(f"the preload does not reach the client: offset {shift} ms")
        work(one)
        # The sign-in has measured the clock before the first edit: no stamp was ever wrong, nobody need be told.
        one.end({"jane": 0, "steve": 0})
        one.never_locked()

    def wrong_later(name="wrong-after-sign-in"):
        one = scene(name)
        one.login()
        for laptop in one.laptops:
            one.sync(laptop)
        one.clock(one.jane, year)
        one.clock(one.steve, -year)
        work(one)
        # Within one run of the machine the boot clock carries the server's time on.
        one.end({"jane": 0, "steve": 0})
        one.never_locked()

    def wrong_after_restart(name="wrong-after-restart"):
        one = scene(name)
        one.login()
        for laptop in one.laptops:
            one.sync(laptop)
            # As after a restart: the stored reading is of another run of the machine.
            path = os.path.join(laptop.store, "store.db")
            if not forget_boot(path):
                raise Fault("the store's note of the machine's run was not found")
        one.clock(one.jane, year)
        one.clock(one.steve, -year)
        for laptop in one.laptops:
            one.add(laptop, f"offline of {laptop.name}")
            for number in range(5):
                one.edit(laptop, f"offline of {laptop.name}", "legalName", f"{laptop.name} {number}")
        for laptop in (one.jane, one.steve, one.jane):
            one.sync(laptop)
        for laptop in one.laptops:
            one.same(f"offline of {laptop.name}", "legalName", f"{laptop.name} 4")
            one.history(laptop, f"offline of {laptop.name}", [f"{laptop.name} {number}" for number in range(5)])
        work(one)
        if not one.locked:
            raise Fault("nothing was entered while the lease had ended")
        # Who is ahead has made stamps a year ahead, and is told so once; who is behind harms nobody.
        one.end({"jane": 1, "steve": 0})

    def jumps(name="jumps-with-each-command"):
        one, chance = scene(name), random.Random(7)
        one.login()
        made = {laptop.name: [] for laptop in one.laptops}
        for laptop in one.laptops:
            one.add(laptop, f"own of {laptop.name}")
        for turn in range(12):
            for laptop in one.laptops:
                one.clock(laptop, chance.choice((-year, -3_600, 0, 90, 600, year, 40 * year)))
                forget_boot(os.path.join(laptop.store, "store.db"))
                value = f"{laptop.name}-{turn}"
                one.edit(laptop, f"own of {laptop.name}", "legalName", value)
                made[laptop.name].append(value)
                if chance.random() < 0.4:
                    one.sync(laptop)
        for laptop in one.laptops * 2:
            one.clock(laptop, chance.choice((-year, year)))
            one.sync(laptop)
        for laptop in one.laptops:
            one.same(f"own of {laptop.name}", "legalName", made[laptop.name][-1])
            one.history(laptop, f"own of {laptop.name}", made[laptop.name])
        one.end(None)

    def nineteen_seventy(name="1970-and-2200"):
        one = scene(name)
        now = int(time.time())
        one.clock(one.jane, -now + 5)
        one.clock(one.steve, 174 * 365 * 86_400)
        one.login()
        work(one, rounds=1)
        one.clock(one.jane, 0)
        one.clock(one.steve, 0)
        for laptop in one.laptops:
            forget_boot(os.path.join(laptop.store, "store.db"))
            one.edit(laptop, "shared", "notes", f"mended {laptop.name}")
            one.sync(laptop)
        one.end(None)

    try:
        for play in (wrong_before, wrong_later, wrong_after_restart, jumps, nineteen_seventy):
            try:
                play()
            except Fault as fault:
                faults.append(fault)
                print(f"FAULT: {fault}", flush=True)
    finally:
        for one in scenes:
            if one.server.process and one.server.process.poll() is None:
                one.server.kill()
    edits, syncs = sum(one.edits for one in scenes), sum(one.syncs for one in scenes)
    print(f"{len(scenes)} scenes, {edits} edits, {syncs} syncs, {len(faults)} faults, {time.monotonic() - start:.0f} s")
    if faults:
        print(f"Everything lies in {folder}.")
    elif not options.keep:
        shutil.rmtree(folder)
    return 1 if faults else 0


def forget_boot(path):
    """Has a store believe that the machine was started anew since its last exchange: the only thing changed by hand."""
    import fcntl
    import sqlite3
    with open(path + ".lock", "ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        base = sqlite3.connect(path, isolation_level=None)
        base.execute("PRAGMA synchronous = FULL")
        done = base.execute("UPDATE meta SET value = 'another-run' WHERE name = ?", (BOOT_NOTE,)).rowcount
        base.close()
    return done


BOOT_NOTE = "anchorBootID"

if __name__ == "__main__":
    sys.exit(main())
