#!/usr/bin/env python3
"""What it costs to give a rep's whole book to somebody else, and whether others wait for it.

    reassign.py FOLDER-WITH-PROGRAMS [--customers 10000] [--hanging 10] [--keep FOLDER]

The real programs, each a process of its own, over HTTP on this machine. Two moves of the same book: by the manager's laptop
(`customer assign --where`, one set a customer), then by the server itself, which moves the book of a person who is disabled.
For each: the rows that the server's file gained, by table; the processor time of the server; the bytes on the line and the
seconds of the old owner's laptop (departures told, file purged and confirmed) and of the new owner's (everything pulled).

Meanwhile a third person's device exchanges in a loop over one connection, a change and a pull each: how long each exchange
took while nothing else went on, and during each phase.
"""
import argparse
import http.client
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid

from links import Proxy
from rig import ENVIRONMENT, Fault, Laptop, Server

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "PythonClient"))
from waybook_client import PROTOCOL, Clock, canonical, new_id, post_json  # noqa: E402

SETS_IN_REQUEST = 500
# What nobody's exchange should take longer than, milliseconds.
MOST_MILLISECONDS = 100


def wall():
    return int(time.time() * 1_000)


class Device:
    """A signed-in device that speaks lines over one connection."""

    def __init__(self, server, email, name):
        answer = post_json(server.url, "/v1/sign-in", {
            "device": name, "email": email, "password": ENVIRONMENT["WAYBOOK_PASSWORD"]})
        self.replica, self.token = answer["replica"], answer["token"]
        self.line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.clock, self.last, self.answered, self.checkpoint, self.read = Clock(), 0, 0, None, 0

    def set(self, *changes):
        self.last += 1
        return canonical({
            "changes": list(changes), "on": self.read, "set": self.last, "stamp": str(self.clock.make(wall(), self.replica)),
            "wall": wall()})

    def exchange(self, sets, pull):
        """Sends sets and reads the answer; raises where one was refused."""
        hello = {
            "answered": self.answered, "last": self.last, "protocol": [PROTOCOL, PROTOCOL], "replica": self.replica, "schema": 1,
            "wall": wall()}
        if self.checkpoint:
            hello["checkpoint"] = self.checkpoint
        if not pull:
            hello["pull"] = False
        body = "\n".join([canonical({"hello": hello}), *sets, ""]).encode()
        self.line.request("POST", "/v1/exchange", body, {
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/x-ndjson"})
        answer = self.line.getresponse().read()
        if not answer.rstrip().endswith(b"}") or b'"end":true' not in answer[-200:]:
            raise Fault(f"an exchange was not answered: {answer[-300:]}")
        for line in answer.splitlines():
            verdict = json.loads(line)["verdict"] if line.startswith(b'{"set"') else {}
            if verdict.keys() - {"outcomes"}:
                raise Fault(f"a set was not applied: {line}")
            if pull and line.startswith(b'{"checkpoint"'):
                self.checkpoint = json.loads(line)["checkpoint"]
        self.answered = self.last

    def push(self, changes):
        for start in range(0, len(changes), SETS_IN_REQUEST):
            self.exchange([self.set(*change) for change in changes[start:start + SETS_IN_REQUEST]], pull=False)


class Bystander(threading.Thread):
    """Exchanges in a loop, and notes how long each exchange took, by what went on meanwhile."""

    def __init__(self, device):
        super().__init__(daemon=True)
        self.device, self.phase, self.times, self.failure = device, "alone", {}, None
        self.customer = new_id(wall())
        self.ended = threading.Event()
        device.exchange([device.set({
            "id": self.customer, "in": "customer", "new": True, "put": {"name": "Bystander"}})], pull=True)

    def run(self):
        try:
            number = 0
            while not self.ended.is_set():
                phase, start, number = self.phase, time.perf_counter(), number + 1
                one = self.device.set({"id": self.customer, "in": "customer", "put": {"city": f"City {number}"}})
                self.device.exchange([one], pull=True)
                took = (time.perf_counter() - start) * 1_000
                self.times.setdefault(phase if phase == self.phase else "between", []).append(took)
                time.sleep(0.002)
        except Exception as failure:  # told by whoever reads the figures
            self.failure = failure

    def figures(self, phase):
        times = sorted(self.times.get(phase, []))
        if not times:
            return None
        return {
            "exchanges": len(times), "p50": times[len(times) // 2], "p99": times[min(len(times) - 1, len(times) * 99 // 100)],
            "max": times[-1]}


class Book:
    """Customers with what hangs on them, of one owner."""

    CITIES, TOPICS = ("Lyon", "杭州", "Sevilla", "上海", "Köln"), ("prices", "交货期", "samples", "付款条件", "terms")

    def __init__(self, owner, customers, hanging):
        chance = random.Random(4)
        self.sets = []
        for number in range(customers):
            at = wall()
            customer = new_id(at)
            changes = [{
                "id": customer, "in": "customer", "new": True, "put": {
                    "name": f"Customer {number} 有限公司", "owner": owner, "city": chance.choice(self.CITIES),
                    "tier": "normal", "industry": "Wholesale", "notes": f"Met in hall {chance.randrange(40)}."}}]
            for index in range(hanging):
                kind = ("contact", "interaction", "interaction", "interaction", "purchase")[index % 5]
                topic = chance.choice(self.TOPICS)
                title = {"contact": "name", "interaction": "subject", "purchase": "notes"}[kind]
                changes.append({
                    "id": new_id(at), "in": kind, "new": True,
                    "put": {"customer": customer, title: f"{topic} {number}-{index} {uuid.uuid4().hex[:12]}"}})
            self.sets.append(changes)


class Move:
    """One move of the whole book, measured."""

    TABLES = ("member", "departure", "held", "history", "directory_change")

    def __init__(self, run, name):
        self.run, self.name, self.figures = run, name, {}
        self.before = self.rows()
        self.processor = run.processor_seconds()
        self.start = time.monotonic()

    def rows(self):
        with sqlite3.connect(f"file:{self.run.server.data}/server.db?mode=ro", uri=True) as base:
            sequence = base.execute("SELECT value FROM server WHERE key = 'sequence'").fetchone()[0]
            counts = {table: base.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in self.TABLES}
        return sequence, counts

    def moved(self):
        """What the server did, once it is done."""
        self.figures["server seconds"] = round(time.monotonic() - self.start, 2)
        self.figures["server processor seconds"] = round(self.run.processor_seconds() - self.processor, 2)
        sequence, counts = self.rows()
        with sqlite3.connect(f"file:{self.run.server.data}/server.db?mode=ro", uri=True) as base:
            written = base.execute(
                "SELECT collection, count(*) FROM record WHERE position >= ? AND id <> ? GROUP BY collection",
                ((self.before[0] + 1) * 4096, uuid.UUID(self.run.bystander.customer).bytes)).fetchall()
        self.figures["records written"] = dict(written)
        self.figures["rows gained"] = {
            table: counts[table] - self.before[1][table] for table in self.TABLES if table != "history"}
        hanging = {"contact", "interaction", "purchase", "followup"} & set(dict(written))
        if hanging:
            raise Fault(f"{self.name}: records that hang on customers were written: {written}")
        return self

    def laptop(self, what, laptop, phase):
        """A laptop's sync, by its seconds and the bytes on the line."""
        self.run.bystander.phase = phase
        before = dict(self.run.proxy.bytes)
        processor = self.run.processor_seconds()
        result = laptop.run("sync", "--json", timeout=600, check=True)
        self.figures[what] = {
            "seconds": round(result.seconds, 2),
            "bytes up": self.run.proxy.bytes["up"] - before.get("up", 0),
            "bytes down": self.run.proxy.bytes["down"] - before.get("down", 0),
            "server processor seconds": round(self.run.processor_seconds() - processor, 2),
        }
        self.run.bystander.phase = "between"
        return result


class Run:
    def __init__(self, programs, folder, options):
        self.programs, self.folder, self.options = programs, folder, options
        self.server = Server(programs, folder, [("setup@example.com", "Setup")])
        for email, role in (
            ("mei@example.com", "manager"), ("old@example.com", "rep"), ("new@example.com", "rep"),
            ("third@example.com", "rep"), ("other@example.com", "rep"),
        ):
            self.server.tool("user", "add", email, "--role", role)
        self.server.tool("team", "add", "All")
        for name in ("mei", "old", "new", "other", "third"):
            self.server.tool("team", "join", "All", f"{name}@example.com")
        self.server.start()
        self.proxy = Proxy(self.server.port, 1)
        self.setup = Device(self.server, "setup@example.com", "setup")
        self.laptops = {
            name: Laptop(programs, folder, name, f"{name}@example.com") for name in ("mei", "old", "new", "other")}
        self.results = {}

    def processor_seconds(self):
        fields = open(f"/proc/{self.server.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def user(self, name):
        listed = json.loads(self.server.tool("user", "list", "--json").stdout)
        return next(one for one in listed if one["email"] == f"{name}@example.com")

    def play(self):
        for laptop in self.laptops.values():
            laptop.login(f"http://127.0.0.1:{self.proxy.port}")
        owner = json.loads(self.laptops["old"].run("whoami", "--json", check=True).out)["user"]
        start = time.monotonic()
        self.setup.push(Book(owner, self.options.customers, self.options.hanging).sets)
        print(f"{self.options.customers} customers with {self.options.hanging} records each pushed in "
              f"{time.monotonic() - start:.0f} s", flush=True)
        for name, laptop in self.laptops.items():
            result = laptop.run("sync", "--json", timeout=600, check=True)
            print(f"{name} has synced in {result.seconds:.1f} s", flush=True)
        self.bystander = Bystander(Device(self.server, "third@example.com", "third"))
        self.bystander.start()
        time.sleep(self.options.alone)
        self.by_a_manager()
        self.by_the_server()
        self.bystander.ended.set()
        self.bystander.join()
        if self.bystander.failure:
            raise Fault(f"the bystander's loop failed: {self.bystander.failure!r}")
        self.server.tool("check")
        self.server.stop()

    def by_a_manager(self):
        self.bystander.phase = "between"
        mei = self.laptops["mei"]
        asked = mei.run(
            "customer", "assign", "--where", "owner=old@example.com", "--to", "new@example.com", "--reason", "a move", "--yes",
            "--json", timeout=600, check=True)
        move = Move(self, "by a manager's laptop")
        move.figures["asked offline in seconds"] = round(asked.seconds, 2)
        move.laptop("manager's laptop", mei, "manager's push")
        move.moved()
        self.hand_over(move, "old", "new")

    def by_the_server(self):
        """The new owner is disabled; the server moves the book to somebody else by itself."""
        move = Move(self, "by the server")
        leaving = self.user("new")["id"]
        self.bystander.phase = "server's move"
        self.server.tool("user", "disable", "new@example.com", "--book-to", "other@example.com")
        until = time.monotonic() + 300
        while self.left_in_book(leaving) and time.monotonic() < until:
            time.sleep(0.05)
        move.moved()
        # The person is told nothing until enabled again.
        self.server.tool("user", "enable", "new@example.com")
        self.hand_over(move, "new", "other")

    def left_in_book(self, user):
        with sqlite3.connect(f"file:{self.server.data}/server.db?mode=ro", uri=True) as base:
            return base.execute(
                "SELECT count(*) FROM member JOIN scope ON scope.number = member.scope WHERE scope.text = ?",
                (f"book:{user}",)).fetchone()[0]

    def hand_over(self, move, old, new):
        left = move.laptop("old owner's laptop", self.laptops[old], f"{move.name}: old owner syncs")
        if left.json.get("departed") not in (None, self.options.customers):
            raise Fault(f"{old}: {left.out}")
        if self.laptops[old].run("customer", "list", "--json", check=True).json:
            raise Fault(f"{old} still shows customers")
        move.laptop("new owner's laptop", self.laptops[new], f"{move.name}: new owner syncs")
        held = len(self.laptops[new].run("customer", "list", "--json", "--limit", "1000000", check=True).json)
        if held != self.options.customers:
            raise Fault(f"{new} shows {held} customers")
        self.results[move.name] = move.figures

    def tell(self):
        alone = self.bystander.figures("alone")
        for name, figures in self.results.items():
            print(f"\n{name}")
            for what, value in figures.items():
                print(f"  {what}: {value}")
        print("\na third device's exchanges, milliseconds")
        slow = []
        for phase in self.bystander.times:
            figures = self.bystander.figures(phase)
            ratio = figures["p99"] / alone["p99"]
            print(
                f"  {phase}: {figures['exchanges']} exchanges, p50 {figures['p50']:.1f}, p99 {figures['p99']:.1f}, "
                f"max {figures['max']:.1f}; p99 {ratio:.1f} times that alone")
            if phase != "between" and figures["max"] > MOST_MILLISECONDS:
                slow.append(phase)
        print(f"\nlonger than {MOST_MILLISECONDS} ms: {slow or 'none'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--hanging", type=int, default=10)
    parser.add_argument("--alone", type=float, default=5, help="seconds of the loop before anything else goes on")
    parser.add_argument("--keep", help="a new folder for everything; it stays")
    options = parser.parse_args()
    folder = os.path.abspath(options.keep or tempfile.mkdtemp(prefix="waybook-reassign-"))
    os.makedirs(folder, exist_ok=True)
    run = None
    try:
        run = Run(os.path.abspath(options.programs), folder, options)
        run.play()
        run.tell()
    except Fault as fault:
        print(f"FAULT: {fault}\nEverything lies in {folder}.", flush=True)
        return 1
    finally:
        if run and run.server.process and run.server.process.poll() is None:
            run.server.kill()
    if not options.keep:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
