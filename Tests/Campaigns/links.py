#!/usr/bin/env python3
"""Forty syncs through a bad line: each completes with bounded retries, nothing is lost, and the bytes are stated.

    links.py FOLDER-WITH-PROGRAMS [--syncs 40] [--seed 1] [--keep FOLDER]

A small proxy stands between two laptops and the server and does to each connection one of: nothing; latency; a cut (FIN or
RST) after a random number of bytes in either direction; a stall that ends; a half-open line (the server's side closes,
the client is never told) that comes back to life or is cut after some seconds; a connection that is taken and at once
reset. What a rep does is to type `waybook sync` again; how often is bounded here. Twice in a full run the line stays
dead: there the client itself has to give up.
"""
import argparse
import collections
import os
import random
import shutil
import socket
import struct
import sys
import tempfile
import threading
import time

from rig import Fault, Laptop, Server

# A cut before the answer begins is told at once, not retried by the client: here about every second connection.
MOST_TRIES = 12
# The client gives up on a silent peer after 60 s.
DEAD_SECONDS = 75


class Proxy:
    """Takes connections on a port of its own, and treats each as the next plan says."""

    def __init__(self, target, seed):
        self.target = target
        self.random = random.Random(seed)
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.plans = collections.Counter()
        self.bytes = collections.Counter()  # up, down
        self.connections = 0
        self.quiet = True
        self.forced = None
        self.scale = 4_000  # of the bytes after which something happens
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(client, self.plan()), daemon=True).start()

    def plan(self):
        if self.forced:
            return self.forced, "down", 0
        if self.quiet:
            return "clean", "up", 0
        kind = self.random.choices(
            ("clean", "latency", "cut", "reset", "stall", "half-open", "refused"), (12, 15, 28, 15, 14, 8, 8))[0]
        # Few bytes as often as many: the head, the first verdict, the middle of a page.
        return kind, self.random.choice(("up", "down")), int(self.scale ** self.random.random())

    def serve(self, client, plan):
        kind, direction, after = plan
        self.plans[kind] += 1
        if kind == "refused":
            return reset(client)
        try:
            server = socket.create_connection(("127.0.0.1", self.target), 5)
        except OSError:
            return reset(client)
        line = Line(self, client, server, kind, direction, after)
        threading.Thread(target=line.carry, args=(client, server, "up"), daemon=True).start()
        line.carry(server, client, "down")

    def close(self):
        self.listener.close()


class Line:
    def __init__(self, proxy, client, server, kind, direction, after):
        self.proxy, self.client, self.server = proxy, client, server
        self.kind, self.direction, self.left = kind, direction, after
        self.random = random.Random(after)
        self.gone = threading.Event()

    def carry(self, source, sink, direction):
        try:
            while not self.gone.is_set():
                data = source.recv(16_384)
                if not data:
                    if self.kind not in ("half-open", "dead") or direction == "up":
                        sink.shutdown(socket.SHUT_WR)
                    return
                if self.kind == "latency":
                    for start in range(0, len(data), 1_400):
                        time.sleep(self.random.uniform(0.005, 0.06))
                        self.pass_on(sink, data[start:start + 1_400], direction)
                    continue
                if self.kind == "dead" and direction == "down":
                    self.gone.wait(DEAD_SECONDS)
                    return self.end(self.client)
                if direction == self.direction and self.kind in ("cut", "reset", "stall", "half-open"):
                    if len(data) > self.left:
                        self.pass_on(sink, data[:self.left], direction)
                        rest = data[self.left:]
                        if self.strike() == "over":
                            return
                        data = rest
                    else:
                        self.left -= len(data)
                self.pass_on(sink, data, direction)
        except OSError:
            self.end(self.client)

    def pass_on(self, sink, data, direction):
        if data:
            sink.sendall(data)
            with LOCK:
                self.proxy.bytes[direction] += len(data)

    def strike(self):
        kind, self.kind = self.kind, "struck"
        if kind == "stall":
            self.gone.wait(self.random.uniform(0.3, 3))
            return "on"
        if kind == "half-open":
            self.server.close()
            self.gone.wait(self.random.uniform(1, 4))
        self.end(self.client, abrupt=kind == "reset")
        return "over"

    def end(self, client, abrupt=False):
        self.gone.set()
        for one in (client, self.server):
            try:
                if abrupt:
                    reset(one)
                else:
                    one.shutdown(socket.SHUT_RDWR)
                    one.close()
            except OSError:
                pass


LOCK = threading.Lock()


def reset(connection):
    """Closes with RST instead of FIN."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()


class Campaign:
    def __init__(self, programs, folder, syncs, seed):
        self.random = random.Random(seed)
        self.folder, self.syncs = folder, syncs
        self.server = Server(programs, folder, [("jane@example.com", "Jane"), ("steve@example.com", "Steve")])
        self.server.start()
        self.proxy = Proxy(self.server.port, seed)
        self.laptops = [Laptop(programs, folder, name, f"{name}@example.com") for name in ("jane", "steve")]
        self.expected = {}  # (customer, field) -> value
        self.tries, self.seconds, self.codes = [], [], collections.Counter()
        self.stated = collections.Counter()

    def play(self):
        for laptop in self.laptops:
            laptop.login(f"http://127.0.0.1:{self.proxy.port}")
        self.proxy.quiet = False
        self.proxy.bytes.clear()
        for number in range(self.syncs):
            laptop = self.laptops[number % 2]
            self.work(laptop, number)
            dead = self.syncs >= 40 and number in (self.syncs // 3, self.syncs // 3 * 2)
            self.sync(laptop, number, dead)
        up, down = self.proxy.bytes["up"], self.proxy.bytes["down"]
        self.proxy.quiet = True
        for laptop in self.laptops * 2:
            laptop.sync()
        self.same()
        self.server.tool("check")
        self.server.stop()
        self.proxy.close()
        print(
            f"{self.syncs} syncs completed in {len(self.tries) and sum(self.tries)} commands "
            f"(at most {max(self.tries)} a sync; longest {max(self.seconds):.1f} s) over {self.proxy.connections} "
            f"connections: {dict(self.proxy.plans)}; failures told: {dict(self.codes)}")
        print(
            f"bytes on the line: {up} up, {down} down; stated by the client: {self.stated['sentBytes']} sent, "
            f"{self.stated['receivedBytes']} received (unpacked), in {self.stated['exchanges']} exchanges; "
            f"{self.stated['sent']} sets answered, {self.stated['received']} records received")
        print(f"{len(self.expected)} values compared on both laptops")

    def work(self, laptop, number):
        customer = f"{laptop.name} {number}"
        laptop.run("customer", "add", customer, "--set", f"city=city {number}", check=True)
        self.expected[customer, "city"] = f"city {number}"
        earlier = [key[0] for key in self.expected if key[0].startswith(laptop.name)]
        for turn in range(2):
            old = self.random.choice(earlier)
            laptop.run("customer", "edit", old, "--set", f"legalName=legal {number} {turn}", check=True)
            self.expected[old, "legalName"] = f"legal {number} {turn}"
        path = os.path.join(self.folder, "import.csv")
        rows = self.random.choice((5, 20, 120))
        with open(path, "w") as out:
            out.write("externalId,name,city\n")
            for row in range(rows):
                name = f"{laptop.name} import {number} {row}"
                out.write(f"{laptop.name}-{number}-{row},{name},town {number} {row}\n")
                self.expected[name, "city"] = f"town {number} {row}"
        laptop.run("customer", "import", path, check=True)

    def sync(self, laptop, number, dead):
        start = time.monotonic()
        if dead:
            self.proxy.forced = "dead"
            result = laptop.run("sync", "--json")
            self.proxy.forced = None
            self.count(result)
            if result.code == 0 or result.seconds > DEAD_SECONDS - 5:
                raise Fault(f"sync {number}: on a dead line the client took {result.seconds:.0f} s, exit {result.code}")
            print(f"sync {number}: on a dead line the client gave up after {result.seconds:.1f} s: {result.error}", flush=True)
        for attempt in range(1, MOST_TRIES + 1):
            result = laptop.run("sync", "--json")
            self.count(result)
            if result.code == 0:
                break
        else:
            raise Fault(f"sync {number} does not complete in {MOST_TRIES} tries: {result.out}{result.err}")
        state = result.json
        if state["unsent"] or not state["complete"]:
            raise Fault(f"sync {number} exits with 0 and is not complete: {state}")
        self.tries.append(attempt)
        self.seconds.append(time.monotonic() - start)

    def count(self, result):
        state = result.json
        for name in ("sentBytes", "receivedBytes", "exchanges", "sent", "received"):
            self.stated[name] += state[name]
        if state["refused"]:
            raise Fault(f"something was refused: {state}")
        if result.code != 0:
            self.codes[result.error] += 1
            if result.error not in ("unreachable", "answer-unreadable", "retry", "later"):
                raise Fault(f"a bad line must not lead to this: {result.err}")

    def same(self):
        views = []
        for laptop in self.laptops:
            records = laptop.records()
            views.append(records)
            named = {}
            for fields in records.values():
                if fields["name"] in named:
                    raise Fault(f"{laptop.name}: {fields['name']} is there twice")
                named[fields["name"]] = fields
            for (customer, field), value in self.expected.items():
                found = named.get(customer, {}).get(field)
                if found != value:
                    raise Fault(f"{laptop.name}: {customer}'s {field} is {found!r} instead of {value!r}")
            if laptop.run("conflict", "list", "--json", check=True).json:
                raise Fault(f"{laptop.name}: a conflict where nobody disagreed")
        if views[0] != views[1]:
            raise Fault("the stores are not equal")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("--syncs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="a new folder for everything; it stays")
    options = parser.parse_args()
    folder = options.keep or tempfile.mkdtemp(prefix="waybook-links-")
    os.makedirs(folder, exist_ok=True)
    start = time.monotonic()
    campaign = Campaign(os.path.abspath(options.programs), folder, options.syncs, options.seed)
    try:
        campaign.play()
    except Fault as fault:
        print(f"FAULT, seed {options.seed}: {fault}\nEverything lies in {folder}.")
        return 1
    finally:
        if campaign.server.process.poll() is None:
            campaign.server.kill()
    print(f"seed {options.seed}: {time.monotonic() - start:.0f} s; nothing lost")
    if not options.keep:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
