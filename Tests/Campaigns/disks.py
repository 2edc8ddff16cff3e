#!/usr/bin/env python3
"""Full disks, read-only disks and processes that stand still: a clear word, no damage, and everything goes on afterwards.

    disks.py FOLDER-WITH-PROGRAMS [--rounds 12] [--still 150] [--seed 1] [--keep FOLDER]

Small file systems of their own (tmpfs, 24 MB) hold the server's folder and a laptop's store; mounting needs root. In each
round one of them is filled until a random number of bytes is left, both laptops work and sync as if nothing were, and then
there is room again. Checked each time: what exited with 0 is there; what was refused said so by a code of the closed list;
reading went on; files pass `integrity_check`; the next sync completes. Then the programs meet file systems that are
mounted read-only. Last, the server and a client in the midst of its sync are stopped (SIGSTOP) for `--still` seconds and go on.
"""
import argparse
import collections
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from rig import Fault, Laptop, Server, inspect

DISK = "24m"
# How a program says that there is no room, or that nothing may be written.
FULL = {"disk-full", "server-full"}
# A peer that stands still is given up after a minute.
GIVEN_UP_SECONDS = 90


class Disk:
    """A file system of its own."""

    def __init__(self, path):
        self.path, self.filling = path, os.path.join(path, "filling")
        os.makedirs(path)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", path], capture_output=True, text=True)
        if done.returncode != 0:
            os.rmdir(path)
            raise PermissionError(done.stderr.strip())

    def fill(self, left):
        """Fills it until so many bytes are left."""
        free = os.statvfs(self.path)
        room = max(0, free.f_bavail * free.f_frsize - left)
        with open(self.filling, "wb") as out:
            try:
                os.posix_fallocate(out.fileno(), 0, room) if room else None
            except OSError:
                pass

    def empty(self):
        if os.path.exists(self.filling):
            os.unlink(self.filling)

    def remount(self, how):
        subprocess.run(["mount", "-o", f"remount,{how}", self.path], check=True)

    def unmount(self):
        subprocess.run(["umount", "-l", self.path], check=False)


class Campaign:
    def __init__(self, programs, folder, options):
        self.folder, self.options = folder, options
        self.random = random.Random(options.seed)
        self.tally = collections.Counter()
        self.disks = {}
        self.server = None
        try:
            for name in ("server", "jane"):
                self.disks[name] = Disk(os.path.join(folder, name + "-disk"))
        except PermissionError:
            self.unmount()
            raise
        self.server = Server(
            programs, self.disks["server"].path, [("jane@example.com", "Jane"), ("steve@example.com", "Steve")])
        self.server.log = os.path.join(folder, "server.log")
        self.jane = Laptop(programs, self.disks["jane"].path, "store", "jane@example.com")
        self.steve = Laptop(programs, folder, "steve", "steve@example.com")
        self.expected = {}  # customer -> city, of all that exited with 0
        self.customers = 0

    def unmount(self):
        for disk in self.disks.values():
            disk.unmount()

    # Work.

    def works(self, laptop, command, *words):
        """A command that may be refused for want of room, and says so."""
        result = laptop.run(*words, "--json")
        self.tally[f"{command}: {result.error or result.code}"] += 1
        if result.code not in (0, 1) or result.code == 1 and result.error not in FULL:
            raise Fault(f"{laptop.name}: {' '.join(words)}: exit {result.code}: {result.out}{result.err}")
        return result.code == 0

    def add(self, laptop, count):
        for _ in range(count):
            self.customers += 1
            name, notes = f"{laptop.email} {self.customers}", "x" * self.random.randrange(3_000)
            if self.works(laptop, "add", "customer", "add", name, "--set", f"city=town {self.customers}", "--set", f"notes={notes}"):
                self.expected[name] = f"town {self.customers}"

    def edit(self, laptop):
        there = [record for record in laptop.records().values() if record["name"] in own(laptop, self.expected)]
        for record in self.random.sample(there, min(3, len(there))):
            city = f"town {self.random.randrange(1_000_000)}"
            if self.works(laptop, "edit", "customer", "edit", record["name"], "--set", f"city={city}"):
                self.expected[record["name"]] = city

    def holds(self, laptop, names, when):
        named = {fields["name"]: fields for fields in laptop.records().values()}
        for name in names:
            found = named.get(name, {}).get("city")
            if found != self.expected[name]:
                raise Fault(f"{when}: {laptop.name}: {name}'s city is {found!r} instead of {self.expected[name]!r}")
            self.tally["values compared"] += 1

    # Scenes.

    def play(self):
        self.server.start()
        for laptop in (self.jane, self.steve):
            laptop.login(self.server.url)
        self.add(self.jane, 5)
        self.settle("at the beginning")
        for number in range(self.options.rounds):
            self.round(number)
        self.read_only()
        self.still_server()
        self.still_client()
        self.settle("at the end")
        self.server.tool("check")
        self.server.stop()

    def settle(self, when):
        """There is room: everything comes together."""
        for laptop in (self.jane, self.steve, self.jane):
            laptop.sync()
        for laptop in (self.jane, self.steve):
            self.holds(laptop, list(self.expected), when)
            inspect(os.path.join(laptop.store, "store.db"), self.folder)
            rejected = laptop.run("rejected", "list", "--json", check=True).json
            if rejected:
                raise Fault(f"{when}: {laptop.name}: something was rejected: {rejected}")
        inspect(os.path.join(self.server.data, "server.db"), self.folder)

    def round(self, number):
        name = ("server", "jane")[number % 2]
        left = self.random.choice((0, 4_096, 16_384, 65_536, 262_144))
        self.disks[name].fill(left)
        when = f"round {number}, {name}'s disk with {left} bytes left"
        for laptop in (self.jane, self.steve):
            self.add(laptop, self.random.randint(1, 4))
            self.edit(laptop)
            self.works(laptop, "sync", "sync")
        if name == "jane":
            self.holds(self.jane, own(self.jane, self.expected), when)
        elif self.random.random() < 0.5:
            # A server that starts on a full disk reads, and says that it cannot write.
            self.server.stop()
            self.server.start()
            self.tally["server starts on a full disk"] += 1
            self.works(self.steve, "sync", "sync")
        self.disks[name].empty()
        self.settle(when)

    def read_only(self):
        """Nothing is written, nothing is damaged, and the sentence names the place."""
        self.server.stop()
        for name, words, program in (
            ("jane", ["customer", "add", "Nobody"], self.jane), ("server", ["user", "list"], None),
        ):
            disk = self.disks[name]
            disk.remount("ro")
            try:
                if program:
                    result = program.run(*words, "--json")
                    text = result.out + result.err
                else:
                    done = self.server.tool("user", "add", "late@example.com", check=False)
                    result, text = done, done.stdout + done.stderr
                code = result.code if program else result.returncode
                self.tally[f"read-only {name}: exit {code}"] += 1
                if code != 1 or disk.path not in text and "read" not in text.lower():
                    raise Fault(f"{name} on a read-only disk: exit {code}: {text}")
                print(f"read-only {name}: {text.strip()[:300]}", flush=True)
            finally:
                disk.remount("rw")
        self.server.start()
        self.settle("after read-only disks")

    def still_server(self):
        self.add(self.jane, 2)
        self.server.process.send_signal(signal.SIGSTOP)
        start = time.monotonic()
        result = self.jane.run("sync", "--json", timeout=GIVEN_UP_SECONDS * 2)
        self.server.process.send_signal(signal.SIGCONT)
        if result.code != 1 or result.error not in ("unreachable", "answer-unreadable", "retry", "later"):
            raise Fault(f"a server that stands still: exit {result.code}: {result.out}{result.err}")
        if result.seconds > GIVEN_UP_SECONDS:
            raise Fault(f"a server that stands still was waited for {result.seconds:.0f} s")
        print(f"a server that stands still is given up after {time.monotonic() - start:.0f} s: {result.error}", flush=True)
        self.settle("after a server that stood still")

    def still_client(self):
        path = os.path.join(self.folder, "many.csv")
        with open(path, "w") as out:
            out.write("externalId,name,city\n")
            for row in range(4_000):
                name = f"imported {row}"
                out.write(f"still-{row},{name},place {row}\n")
                self.expected[name] = f"place {row}"
        self.steve.run("customer", "import", path, check=True)
        process = self.steve.spawn("sync", "--json")
        time.sleep(0.4)
        process.send_signal(signal.SIGSTOP)
        if process.poll() is not None:
            raise Fault("the sync was over before it could be stopped")
        until = time.monotonic() + self.options.still
        turns = 0
        while time.monotonic() < until:
            # Nobody else waits for it.
            self.add(self.jane, 1)
            result = self.jane.sync()
            if result.seconds > 30:
                raise Fault(f"beside a client that stands still a sync takes {result.seconds:.0f} s")
            turns += 1
            time.sleep(min(5, self.options.still / 5))
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=GIVEN_UP_SECONDS * 2)
        print(
            f"a client stood still for {self.options.still} s in its sync, {turns} syncs of another meanwhile; "
            f"it ended with {process.returncode}", flush=True)
        if process.returncode not in (0, 1):
            raise Fault(f"after it stood still: exit {process.returncode}: {out}{err}")
        self.settle("after a client that stood still")


def own(laptop, names):
    """Those that this laptop made: nobody else edits them."""
    return [name for name in names if name.startswith(laptop.email)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--still", type=float, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="a new folder for everything; it stays")
    options = parser.parse_args()
    folder = os.path.abspath(options.keep or tempfile.mkdtemp(prefix="waybook-disks-"))
    os.makedirs(folder, exist_ok=True)
    start = time.monotonic()
    try:
        campaign = Campaign(os.path.abspath(options.programs), folder, options)
    except PermissionError as error:
        print(f"skipped: no file system can be mounted here ({error})")
        return 0
    try:
        campaign.play()
    except Fault as fault:
        print(f"FAULT, seed {options.seed}: {fault}\nEverything but the small disks lies in {folder}.")
        return 1
    finally:
        process = campaign.server.process if campaign.server else None
        if process and process.poll() is None:
            process.send_signal(signal.SIGCONT)
            campaign.server.kill()
        campaign.unmount()
    print(f"seed {options.seed}: {time.monotonic() - start:.0f} s; nothing lost")
    print("; ".join(f"{name} {count}" for name, count in sorted(campaign.tally.items())))
    if not options.keep:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
