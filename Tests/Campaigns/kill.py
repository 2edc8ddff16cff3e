#!/usr/bin/env python3
"""Kills client and server at random moments under load, and looks whether anything acknowledged is missing.

    kill.py FOLDER-WITH-PROGRAMS [--rounds 200] [--seed 1] [--keep FOLDER]

One server, two reps' laptops that edit, import and sync through the command line, and an auditor's laptop that only reads
what the server has. In each round both reps work; a client, the server or both get `kill -9` at a random moment; sometimes
the recovering process is killed too. Then everything rests and is checked against a journal outside of the system:

- every file: `PRAGMA integrity_check` of a copy, before the product has opened it again;
- laptop: an edit whose command exited with 0 is there, or superseded by a later edit, or listed as a conflict;
- server (through the auditor): the same for every edit before a sync that exited with 0 and left nothing unsent;
- an edit whose command was killed is there wholly or not at all (sets: `log` makes two records in one);
- the next sync of both laptops completes.

At the end all stores are equal and `waybook-server check` is clean. `--rounds 15` takes less than 40 s.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time

from rig import Fault, Laptop, Server, inspect

OWN_FIELDS = ("city", "region", "industry")
# Registers: a concurrent loser is listed. (`city` is quiet: its loser only goes to the server's history.)
SHARED_FIELDS = ("legalName", "taxID")
OWN_CUSTOMERS, SHARED_CUSTOMERS, IMPORT_FILES, IMPORT_ROWS = 6, 3, 3, 12
# On a busy machine commands end sooner than the last ones of their kind did, many times in a row.
STRIKE_SECONDS = 180
CONFLICTS = "SELECT about, path, value, status FROM conflict"


class Operation:
    """One command of a rep: what it writes, and what became of it."""

    def __init__(self, rep, number, kind, words, writes, bases=None):
        self.rep, self.number, self.kind, self.words = rep, number, kind, words
        self.writes = writes  # {(customer's name, field): value}
        self.bases = bases or {}  # what was shown where it wrote to a shared field
        self.code = None
        self.killed = False
        # True: acknowledged or seen; None: nobody knows yet; False: it did not happen.
        self.effective = None


class Rep:
    def __init__(self, laptop, campaign, seed):
        self.laptop, self.campaign = laptop, campaign
        self.name = laptop.name
        self.random = random.Random(seed)
        self.number = 0
        self.operations = []
        self.synced = 0  # all operations before this number are on the server
        self.current = None  # the running process, for the killer
        self.wanted = None  # a kill: which kinds of command, how late in it
        self.struck = threading.Event()
        self.durations = collections.defaultdict(lambda: 0.15)
        self.own = [f"{self.name} own {index}" for index in range(OWN_CUSTOMERS)]
        self.toggled = f"{self.name} life"
        self.logs = []
        self.trail = collections.defaultdict(list)  # (customer, field) -> operations that write it, in order

    # One command.

    def perform(self, kind, words, writes=None, bases=None):
        self.number += 1
        operation = Operation(self.name, self.number, kind, words, writes or {}, bases)
        self.operations.append(operation)
        for key in operation.writes:
            self.trail[key].append(operation)
        self.campaign.note(rep=self.name, n=self.number, kind=kind, words=words, began=True)
        start = time.monotonic()
        process = self.laptop.spawn(*words)
        self.current = process
        wanted = self.wanted
        timer = None
        if wanted and kind in wanted[0]:
            self.wanted = None
            timer = threading.Timer(wanted[1] * self.durations[kind], self.strike, (process, operation))
            timer.start()
        try:
            out, err = process.communicate(timeout=180)
        except Exception:
            process.kill()
            raise Fault(f"{self.name}: {' '.join(words)} hangs")
        self.current = None
        if timer:
            timer.cancel()
            timer.join()
            if process.returncode != -9:
                self.wanted = (wanted[0], wanted[1] * 0.85)  # it was too quick: the next one, sooner
        if process.returncode == 0:
            self.durations[kind] = 0.8 * self.durations[kind] + 0.2 * (time.monotonic() - start)
        operation.code = process.returncode
        operation.killed = process.returncode == -9
        self.campaign.note(rep=self.name, n=self.number, kind=kind, code=operation.code)
        self.campaign.tally[f"{kind}: {'killed' if operation.killed else operation.code}"] += 1
        if operation.code == 0:
            operation.effective = True
        elif not operation.killed and kind != "sync":
            raise Fault(f"{self.name}: {' '.join(words)}: exit {operation.code}: {out}{err}")
        return operation, out, err

    def strike(self, process, operation):
        if process.poll() is None:
            process.kill()
            self.struck.set()

    # Work.

    def value(self):
        return f"{self.name}{self.number + 1}"

    def work(self, stop):
        try:
            while not stop.is_set():
                self.random.choices(
                    (self.edit_own, self.edit_shared, self.tag_shared, self.bring_in, self.write_down, self.toggle,
                     self.add, self.resolve, self.sync),
                    (18, 14, 8, 10, 8, 6, 6, 4, 26))[0]()
        except BaseException as error:
            self.campaign.failures.append(error)

    def edit_own(self):
        customer = self.random.choice(self.own)
        fields = self.random.sample(OWN_FIELDS, self.random.randint(1, 3))
        writes = {(customer, field): f"{self.value()}{field}" for field in fields}
        words = ["customer", "edit", customer]
        for (_, field), value in writes.items():
            words += ["--set", f"{field}={value}"]
        self.perform("edit", words, writes)

    def shown(self, customer, field):
        operation, out, err = self.perform("show", ["customer", "show", customer, "--json"])
        return None if operation.killed else (json.loads(out)["fields"].get(field),)

    def edit_shared(self):
        customer = f"shared {self.random.randrange(SHARED_CUSTOMERS)}"
        field = self.random.choice(SHARED_FIELDS)
        shown = self.shown(customer, field)
        if shown is None:
            return
        key, value = (customer, field), f"{self.value()}{field}"
        self.perform(
            "edit", ["customer", "edit", customer, "--set", f"{field}={value}"], {key: value}, {key: shown[0]})

    def tag_shared(self):
        customer = f"shared {self.random.randrange(SHARED_CUSTOMERS)}"
        tag = self.value()
        self.perform(
            "edit", ["customer", "edit", customer, "--set", f"tags={tag}"], {(customer, f"tags/{tag}"): tag})

    def bring_in(self):
        file = self.random.randrange(IMPORT_FILES)
        path = os.path.join(self.campaign.folder, f"{self.name}.csv")
        writes = {}
        with open(path, "w") as out:
            out.write("externalId,name,city\n")
            for row in range(IMPORT_ROWS):
                customer = f"{self.name} import {file} {row}"
                writes[customer, "city"] = f"{self.value()}row{row}"
                out.write(f"{self.name}-{file}-{row},{customer},{writes[customer, 'city']}\n")
        self.perform("import", ["customer", "import", path, "--json"], writes)

    def write_down(self):
        subject, title = f"{self.value()} call", f"{self.value()} next"
        operation, _, _ = self.perform(
            "log", ["log", self.own[0], "call", subject, "--next", title, "--due", "2030-01-01"])
        self.logs.append((operation, subject, title))

    def toggle(self):
        operation, out, _ = self.perform("show", ["customer", "show", self.toggled_id, "--json"])
        if operation.killed:
            return
        verb, life = ("restore", None) if json.loads(out)["deleted"] else ("delete", "deleted")
        self.perform(verb, ["customer", verb, self.toggled_id], {(self.toggled, "$life"): life})

    def add(self):
        name = f"{self.value()} added"
        self.perform(
            "add", ["customer", "add", name, "--set", f"city={self.value()}"],
            {(name, "name"): name, (name, "city"): self.value()})

    def resolve(self):
        operation, out, _ = self.perform("conflicts", ["conflict", "list", "--json"])
        if operation.killed or not json.loads(out):
            return
        conflict = self.random.choice(json.loads(out))
        take = self.random.choice(("current", "other"))
        # Both values have been seen by whoever decides.
        self.campaign.decided.update(str(conflict.get(side)) for side in ("current", "other"))
        self.perform("resolve", ["conflict", "resolve", conflict["id"], "--take", take])

    def sync(self):
        number = self.number + 1
        operation, out, err = self.perform("sync", ["sync", "--json"])
        if operation.code == 0 and json.loads(out)["unsent"] == 0:
            self.synced = number
        elif operation.code not in (0, -9):
            code = json.loads(err.strip().splitlines()[-1])["error"]["code"]
            self.campaign.tally[f"sync said {code}"] += 1
            if code not in ("unreachable", "retry", "later"):
                raise Fault(f"{self.name}: sync: {err}")
        return operation


class Campaign:
    def __init__(self, programs, folder, rounds, seed):
        self.folder, self.rounds, self.seed = folder, rounds, seed
        self.random = random.Random(seed)
        self.tally = collections.Counter()
        self.kills = collections.Counter()
        self.checks = collections.Counter()
        self.failures = []
        self.decided = set()
        self.stop, self.threads = threading.Event(), []
        self.journal = open(os.path.join(folder, "journal.jsonl"), "w")
        self.lock = threading.Lock()
        reps = (("jane", "jane@example.com"), ("steve", "steve@example.com"))
        self.server = Server(
            programs, folder, [(email, name) for name, email in reps] + [("auditor@example.com", "auditor")])
        self.reps = [
            Rep(Laptop(programs, folder, name, email), self, f"{seed} {name}") for name, email in reps]
        self.auditor = Laptop(programs, folder, "auditor", "auditor@example.com")

    def note(self, **entry):
        with self.lock:
            self.journal.write(json.dumps(dict(entry, at=round(time.time(), 4))) + "\n")
            self.journal.flush()

    # Preparation.

    def prepare(self):
        self.server.start()
        first = self.reps[0]
        for rep in self.reps:
            rep.laptop.login(self.server.url)
        self.auditor.login(self.server.url)
        for index in range(SHARED_CUSTOMERS):
            first.laptop.run("customer", "add", f"shared {index}", check=True)
        for rep in self.reps:
            path = os.path.join(self.folder, "own.csv")
            with open(path, "w") as out:
                out.write("name\n" + "".join(f"{name}\n" for name in rep.own))
            rep.laptop.run("customer", "import", path, check=True)
            rep.toggled_id = rep.laptop.run("customer", "add", rep.toggled, "--json", check=True).json["id"]
            rep.laptop.sync()
        for laptop in [rep.laptop for rep in self.reps] + [self.auditor]:
            laptop.sync()

    # A round.

    def round(self, number):
        stop = self.stop = threading.Event()
        threads = self.threads = [threading.Thread(target=rep.work, args=(stop,)) for rep in self.reps]
        victims = self.random.choices(("client", "server", "both"), (50, 35, 15))[0]
        rep = self.random.choice(self.reps)
        rep.struck.clear()
        kinds = self.random.choices(
            (("sync",), ("edit", "log", "delete", "restore", "add", "resolve"), ("import",),
             ("sync", "edit", "import", "log", "show")), (45, 25, 15, 15))[0]
        # Not while the program is only being loaded; up to a little beyond the usual end.
        moment = self.random.uniform(0.3, 1.1)
        delay = self.random.uniform(0.02, 0.6)
        gap = self.random.uniform(0, 0.3)
        if victims != "server":
            rep.wanted = (kinds, moment)
        self.note(round=number, victims=victims, rep=rep.name, kinds=kinds, moment=moment, delay=delay)
        for thread in threads:
            thread.start()
        if victims != "server":
            if not rep.struck.wait(STRIKE_SECONDS) and not self.failures:
                raise Fault(f"the round's client was never struck: {STRIKE_SECONDS} s without a command that lasts")
            rep.wanted = None
            self.kills["client"] += 1
        if victims != "client":
            time.sleep(delay if victims == "server" else delay / 10)
            self.server.kill()
            self.kills["server"] += 1
            time.sleep(gap)
            # The damaged state as the kill left it, before anything has opened it.
            self.whole(os.path.join(self.server.data, "server.db"))
            if self.random.random() < 0.2:
                self.server.spawn()
                time.sleep(self.random.uniform(0.005, 0.15))
                self.server.kill()
                self.kills["server while starting"] += 1
            self.server.start()
            time.sleep(self.random.uniform(0, 0.2))
        stop.set()
        for thread in threads:
            thread.join()
        rep.wanted = None
        if self.failures:
            raise self.failures[0]
        self.check()

    # What must hold.

    def whole(self, path, *queries):
        self.checks["integrity_check"] += 1
        return inspect(path, self.folder, *queries)

    def view(self, laptop):
        """What a laptop has: customers by name, and the values that are listed as conflicts."""
        conflicts, titles, subjects = self.whole(
            os.path.join(laptop.store, "store.db"), CONFLICTS, "SELECT title FROM followup",
            "SELECT subject FROM interaction")
        customers = {}
        for fields in laptop.records().values():
            if fields.get("$life") == "alive":  # restored
                del fields["$life"]
            # A laptop that first hears of a record when it is deleted is told nothing else of it.
            if "name" in fields:
                customers[fields["name"]] = fields
        listed = {str(json.loads(value)) for _, _, value, _ in conflicts if value}
        return customers, listed, {row[0] for row in titles} | {row[0] for row in subjects}

    def check(self):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            views = list(pool.map(self.view, [rep.laptop for rep in self.reps]))
        for rep, view in zip(self.reps, views):
            self.learn(rep, view)
            # Killed between the verdict of a write that lost and the page with its conflict: the end tells of those.
            complete = rep.laptop.run("status", "--json", check=True).json["complete"]
            self.hold(rep, view, rep.number + 1, f"laptop of {rep.name}", strict=complete)
        self.auditor.sync()
        view = self.view(self.auditor)
        for rep in self.reps:
            self.hold(rep, view, rep.synced, "server")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            operations = list(pool.map(Rep.sync, self.reps))
        for rep, operation in zip(self.reps, operations):
            if operation.code != 0:
                raise Fault(f"{rep.name}: the sync after the kill does not complete: exit {operation.code}")
            if rep.synced != rep.number:
                raise Fault(f"{rep.name}: the sync after the kill leaves something unsent")
            self.checks["syncs after a kill"] += 1

    def learn(self, rep, view):
        """What a killed command did: all of it or nothing, and from then on it counts."""
        customers, listed, texts = view
        for operation in rep.operations:
            if operation.effective is not None or not operation.writes:
                continue
            later = [other for other in rep.operations if other.number > operation.number and other.effective]
            overwritten = {key for other in later for key in other.writes}
            there = {
                key: customers.get(key[0], {}).get(key[1]) == value or (value is not None and str(value) in listed)
                for key, value in operation.writes.items() if key not in overwritten}
            if operation.kind in ("delete", "restore"):
                there = {
                    key: customers.get(key[0], {}).get("$life") == value for key, value in operation.writes.items()
                    if key in there}
            shared = any(key[0].startswith("shared") for key in operation.writes)
            if there and operation.kind != "import" and not shared and len(set(there.values())) > 1:
                raise Fault(f"{rep.name}: {operation.words} is there in part: {there}")
            operation.seen = {key for key, is_there in there.items() if is_there}
            if not there or shared and not operation.seen:
                continue  # it may be there, under others' later work
            operation.effective = bool(operation.seen)
            self.tally[f"a killed {operation.kind} had {'' if operation.effective else 'not '}been done"] += 1
            if operation.kind == "import" and 0 < len(operation.seen) < len(there):
                self.tally["a killed import had been done in part"] += 1
        for operation, subject, title in rep.logs:
            if operation.effective is None:
                if (subject in texts) != (title in texts):
                    raise Fault(f"{rep.name}: half of a log is there: {operation.words}")
                operation.effective = subject in texts
                self.tally[f"a killed log had {'' if operation.effective else 'not '}been done"] += 1

    def hold(self, rep, view, before, where, strict=True):
        customers, listed, texts = view
        for key, trail in rep.trail.items():
            # The last write that is sure to have happened counts; those behind it may show instead.
            sure = None
            for index, operation in enumerate(trail):
                if operation.number < before and operation.effective and (
                        operation.code == 0 or key in getattr(operation, "seen", ())):
                    sure = index
            if sure is None:
                continue
            self.checks["fields"] += 1
            value, present = trail[sure].writes[key], customers.get(key[0])
            if present is None:
                raise Fault(f"{where}: {key[0]} is missing; {describe(trail[sure])}")
            possible = {other.writes[key] for other in trail[sure:]}
            if present.get(key[1]) in possible:
                continue
            if key[0].startswith("shared") and not key[1].startswith("tags/") and self.accounted(
                    key, value, present.get(key[1]), listed):
                continue
            if key[0].startswith("shared") and not strict:
                self.tally["a write had its verdict and waited for the page with its conflict"] += 1
                continue
            raise Fault(
                f"{where}: {key[0]}'s {key[1]} is {present.get(key[1])!r} instead of {value!r}; "
                f"{describe(trail[sure])}; listed as conflicts: {sorted(listed)[-10:]}")
        for operation, subject, title in rep.logs:
            if operation.effective and operation.number < before:
                self.checks["logs"] += 1
                if subject not in texts or title not in texts:
                    raise Fault(f"{where}: a log is missing: {describe(operation)}")

    def accounted(self, key, value, present, listed):
        """Whether a value is shown, listed, decided about, or was overwritten by somebody who had it before them."""
        waiting, seen = [value], set()
        while waiting:
            value = waiting.pop()
            if value == present or value in listed or value in self.decided:
                return True
            if value in seen:
                continue
            seen.add(value)
            for rep in self.reps:
                waiting += [
                    other.writes[key] for other in rep.trail[key]
                    if other.bases.get(key) == value and other.effective is not False]
        return False

    # The end.

    def finish(self):
        for laptop in [rep.laptop for rep in self.reps] * 2 + [self.auditor]:
            laptop.sync()
        laptops = [rep.laptop for rep in self.reps] + [self.auditor]
        for noun in ("customer", "interaction", "followup"):
            lists = [
                sorted(laptop.run(noun, "list", "--json", check=True).out.replace(",\n", "\n").splitlines())
                for laptop in laptops]
            dead = [
                sorted(one["id"] for one in laptop.run(noun, "list", "--deleted", "--json", check=True).json)
                for laptop in laptops]
            if any(one != lists[0] for one in lists) or any(one != dead[0] for one in dead):
                for laptop, one in zip(laptops, lists):
                    print(f"{laptop.name}: {noun}: {sorted(set(one) ^ set(lists[0]))[:3]}")
                raise Fault(f"the stores are not equal at the end: {noun}")
            self.checks[f"{noun} records equal at the end"] = len(lists[0]) - 2
        conflicts = [sorted(inspect(os.path.join(one.store, "store.db"), self.folder, CONFLICTS)[0]) for one in laptops]
        if any(one != conflicts[0] for one in conflicts):
            raise Fault("the stores' conflicts are not equal at the end")
        self.checks["conflicts equal at the end"] = len(conflicts[0])
        for laptop in laptops:
            if laptop.run("rejected", "list", "--json", check=True).json:
                raise Fault(f"{laptop.name}: something was rejected")
        view = self.view(self.auditor)
        for rep in self.reps:
            self.hold(rep, view, rep.number + 1, "server at the end")
        self.server.tool("check")
        self.server.stop()
        self.whole(os.path.join(self.server.data, "server.db"))
        self.checks["check"] = self.server.tool("check").stdout.strip()


def describe(operation):
    return f"number {operation.number} of {operation.rep}, exit {operation.code}: {' '.join(operation.words)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="a new folder for everything; it stays")
    options = parser.parse_args()
    folder = options.keep or tempfile.mkdtemp(prefix="waybook-kill-")
    os.makedirs(folder, exist_ok=True)
    start = time.monotonic()
    campaign = Campaign(os.path.abspath(options.programs), folder, options.rounds, options.seed)
    number = 0
    try:
        campaign.prepare()
        for number in range(1, options.rounds + 1):
            campaign.round(number)
            if number % 25 == 0:
                print(f"{number} rounds, {time.monotonic() - start:.0f} s, {dict(campaign.kills)}", flush=True)
        campaign.finish()
    except Fault as fault:
        print(f"FAULT in round {number} of seed {options.seed}: {fault}\nEverything lies in {folder}.")
        return 1
    finally:
        campaign.stop.set()
        for thread in campaign.threads:
            thread.join()
        if campaign.server.process and campaign.server.process.poll() is None:
            campaign.server.kill()
    print(f"seed {options.seed}: {options.rounds} rounds in {time.monotonic() - start:.0f} s; nothing lost")
    for title, counts in (("killed", campaign.kills), ("checked", campaign.checks), ("commands", campaign.tally)):
        print(f"{title}: " + "; ".join(f"{name} {count}" for name, count in sorted(counts.items())))
    if not options.keep:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
