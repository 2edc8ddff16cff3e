#!/usr/bin/env python3
"""Litestream replicates the server's file while laptops sync and everything is killed; then the machine is lost.

    litestream.py FOLDER-WITH-PROGRAMS LITESTREAM [--rounds 20] [--losses 3] [--seed 1] [--keep FOLDER]

The server runs with `--litestream`, Litestream behind it, as `docs/operations.md#litestream` says. In each round two laptops write and
sync, and at a random moment nothing, Litestream, or the server is killed with SIGKILL; where the server was, Litestream is
stopped before both start again. After some rounds the machine is lost: both are killed, the replica is all that is left beside
the security ledger, and is put back with `waybook-server restore` into a new folder. Checked each time: the replica restores and
passes every check; how many commits it lacks; and, once every laptop has synced, that all that any sync acknowledged is there.
"""
import argparse
import collections
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

from rig import ENVIRONMENT, Fault, Laptop, Server, inspect


class Replicated(Server):
    """A server behind which Litestream runs."""

    def __init__(self, programs, folder, litestream, users=None):
        super().__init__(programs, folder, users)
        self.litestream, self.copier, self.generation = litestream, None, 0
        self.folder, self.configuration = folder, os.path.join(folder, "litestream.yml")

    def configure(self):
        """Names a replica of its own for each life of the database: one that was put back is another."""
        self.generation += 1
        self.replica = os.path.join(self.folder, f"replica-{self.generation}")
        with open(self.configuration, "w") as out:
            out.write(f"dbs:\n  - path: {self.data}/server.db\n    monitor-interval: 1s\n    replicas:\n"
                      f"      - type: file\n        path: {self.replica}\n")

    def spawn(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--data", self.data, "--port", str(self.port), "--litestream"],
                env=ENVIRONMENT, stdout=log, stderr=log)

    def follow(self):
        with open(os.path.join(self.folder, "litestream.log"), "ab") as log:
            self.copier = subprocess.Popen(
                [self.litestream, "replicate", "-config", self.configuration], stdout=log, stderr=log)

    def begin(self):
        self.start()
        self.follow()

    def end_copier(self, how=signal.SIGTERM):
        if self.copier and self.copier.poll() is None:
            self.copier.send_signal(how)
            self.copier.wait(60)

    def sequence(self, file):
        base = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        try:
            return base.execute("SELECT value FROM server WHERE key = 'sequence'").fetchone()[0]
        finally:
            base.close()


class Campaign:
    def __init__(self, options, folder):
        self.options, self.folder, self.random = options, folder, random.Random(options.seed)
        self.counts, self.lacked = collections.Counter(), []
        self.server = Replicated(
            options.programs, folder, options.litestream, [("ann@example.com", "Ann"), ("bob@example.com", "Bob")])
        self.server.configure()
        self.server.begin()
        self.laptops = [Laptop(options.programs, folder, name, f"{name}@example.com") for name in ("ann", "bob")]
        for laptop in self.laptops:
            laptop.login(self.server.url)
        # Name and city of each customer as its author's laptop last said; and what a sync has acknowledged of it.
        self.written, self.acknowledged = {laptop.name: {} for laptop in self.laptops}, {}

    def work(self, laptop, number):
        """Some customers more, and one that gets another city; then a sync that may meet a server that is not there."""
        mine = self.written[laptop.name]
        lines = [f"{laptop.name}-{number}-{index}" for index in range(self.random.randint(1, 40))]
        source = os.path.join(self.folder, "book.csv")
        with open(source, "w") as out:
            out.write("name,city\n" + "".join(f"{name},c{number}\n" for name in lines))
        laptop.run("customer", "import", source, "--json", check=True)
        mine.update({name: f"c{number}" for name in lines})
        if len(mine) > 50:
            name = self.random.choice(sorted(mine))
            laptop.run("customer", "edit", name, "--set", f"city=e{number}", "--json", check=True)
            mine[name] = f"e{number}"
        done = laptop.run("sync", "--json")
        if done.code == 0 and done.json["complete"] and done.json["unsent"] == 0:
            self.acknowledged.update(mine)
            self.counts["syncs acknowledged"] += 1
        else:
            self.counts["syncs cut"] += 1

    def round(self, number):
        what = self.random.choice(["nothing", "Litestream", "server", "server"])
        if what == "server":
            # In the midst of what the first laptop does.
            laptop = self.laptops[0]
            process = laptop.spawn("sync", "--json")
            time.sleep(self.random.random() * 0.3)
            self.server.kill()
            process.communicate()
            self.server.end_copier()
            self.server.begin()
        elif what == "Litestream":
            self.server.end_copier(signal.SIGKILL)
            self.work(self.laptops[0], number)
            self.server.follow()
        self.counts[f"killed: {what}"] += 1
        for laptop in self.laptops:
            self.work(laptop, number)

    def lose(self):
        """The machine is gone; what is left is the replica, and the ledger that was copied beside it."""
        time.sleep(self.random.random() * 2)
        self.server.kill()
        self.server.end_copier(signal.SIGKILL)
        old = self.server.data + f".{self.server.generation}"
        os.rename(self.server.data, old)
        inspect(os.path.join(old, "server.db"), self.folder, "SELECT 1")
        file = os.path.join(self.folder, f"put-{self.server.generation}.db")
        done = subprocess.run(
            [self.server.litestream, "restore", "-config", self.server.configuration, "-o", file, f"{self.server.data}/server.db"],
            capture_output=True, text=True)
        if done.returncode != 0:
            raise Fault(f"litestream restore: {done.stderr[-300:]}")
        os.mkdir(self.server.data, 0o700)
        shutil.copy(os.path.join(old, "security.ledger"), self.server.data)
        self.server.tool("restore", file, "--json")
        self.lacked.append(self.server.sequence(os.path.join(old, "server.db")) - self.server.sequence(file))
        self.server.tool("check")
        self.server.configure()
        self.server.begin()
        for laptop in self.laptops:
            laptop.sync()
            self.acknowledged.update(self.written[laptop.name])
        self.compare()
        self.counts["machines lost"] += 1

    def compare(self):
        fresh = Laptop(self.options.programs, self.folder, f"fresh-{self.counts['machines lost']}", "ann@example.com")
        fresh.login(self.server.url)
        fresh.sync()
        there = {fields["name"]: fields.get("city") for fields in fresh.records().values()}
        for name, city in self.acknowledged.items():
            if there.get(name) != city:
                raise Fault(f"{name} was acknowledged with {city} and is {there.get(name)}")
            self.counts["customers compared"] += 1

    def run(self):
        for loss in range(self.options.losses):
            for number in range(self.options.rounds):
                self.round(loss * self.options.rounds + number)
            self.lose()
        self.server.end_copier()
        self.server.stop()
        self.server.tool("check")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("litestream")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--losses", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    options = parser.parse_args()
    options.programs = os.path.abspath(options.programs)
    folder = options.keep or tempfile.mkdtemp(prefix="waybook-litestream-")
    campaign, start = Campaign(options, folder), time.monotonic()
    try:
        campaign.run()
    except Fault as fault:
        print(f"seed {options.seed}: {fault}\nleft in {folder}", file=sys.stderr)
        return 1
    finally:
        campaign.server.end_copier(signal.SIGKILL)
        if campaign.server.process.poll() is None:
            campaign.server.kill()
    said = subprocess.run([options.litestream, "version"], capture_output=True, text=True).stdout.strip()
    print(f"Litestream {said}, seed {options.seed}: {dict(campaign.counts)} in {time.monotonic() - start:.0f} s; "
          f"commits that a replica lacked: {campaign.lacked}; nothing lost")
    if not options.keep:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
