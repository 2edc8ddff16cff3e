"""Runs the Python client against a real server.

    WAYBOOK_SERVER=/path/to/waybook-server python3 -m unittest discover -s Tests/PythonClient

Without WAYBOOK_SERVER only the vectors that a client needs are run.
"""
from __future__ import annotations

import gzip
import http.client
import json
import os
import pathlib
import random
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request
from typing import Any

from waybook_client import (GONE, PROTOCOL, Atom, Client, Clock, Cut, Refusal, Stamp, canonical, conflict_id, decode_record,
                            encode_record, join, new_id, parse, post_json)

VECTORS = pathlib.Path(__file__).absolute().parents[2] / "protocol" / "vectors"
SERVER = os.environ.get("WAYBOOK_SERVER")
PASSWORD = "a long enough password"
YEAR = 365 * 86_400_000
CODES = {"retry", "slow-down", "sign-in", "revoked", "wipe", "upgrade", "fix-record", "too-large", "gap", "fork", "timeline",
         "stale", "erased", "quarantine", "server-full"}


def vectors(name: str) -> list[dict[str, Any]]:
    return json.loads((VECTORS / name).read_text())


def atom_of(state: dict[str, Any]) -> Atom:
    return Atom(state.get("value", GONE), state["stamp"], state.get("origin", state["stamp"]), state.get("commit", 0))


class Vectors(unittest.TestCase):
    def test_stamps(self) -> None:
        for case in vectors("stamp/layout.json"):
            stamp = Stamp(case["milliseconds"], case["counter"], case["replica"])
            self.assertEqual((str(stamp), Stamp.of(case["text"])), (case["text"], stamp), case["comment"])
        for case in vectors("stamp/malformed.json"):
            self.assertRaises(ValueError, Stamp.of, case["text"])
        for case in vectors("stamp/order.json"):
            self.assertEqual(sorted(case["ascending"]), case["ascending"])
            self.assertEqual([str(stamp) for stamp in sorted(map(Stamp.of, case["ascending"]))], case["ascending"])

    def test_json(self) -> None:
        for case in vectors("encoding/json.json"):
            if "refused" in case:
                self.assertRaises(ValueError, parse, case["json"])
            else:
                self.assertEqual(canonical(parse(case["json"])), case["canonical"], case["comment"])

    def test_records(self) -> None:
        for case in vectors("encoding/records.json"):
            atoms = {path: atom_of(state) for path, state in case["atoms"].items()}
            self.assertEqual(tuple(map(canonical, encode_record(atoms))), (case["fields"], case["stamps"]), case["comment"])
            self.assertEqual(decode_record(json.loads(case["fields"]), json.loads(case["stamps"])), atoms, case["comment"])
        for case in vectors("encoding/malformed-records.json"):
            with self.assertRaises(ValueError, msg=case["comment"]):
                decode_record(json.loads(case["fields"]), json.loads(case["stamps"]))

    def test_conflict_ids(self) -> None:
        for case in vectors("encoding/conflict-ids.json"):
            self.assertEqual(conflict_id(case["record"], case["path"], case["origin"]), case["id"], case["comment"])

    def test_join(self) -> None:
        for case in vectors("merge/join.json"):
            left, right, joined = (atom_of(case[key]) for key in ("left", "right", "joined"))
            self.assertEqual((join(left, right), join(right, left)), (joined, joined), case["comment"])

    def test_clock(self) -> None:
        clock = Clock()
        self.assertEqual([clock.make(wall, 7)[:2] for wall in (5, 5, 4, 9)], [(5, 0), (5, 1), (5, 2), (9, 0)])
        clock.observe(str(Stamp(20, 0x8003, 0)))
        self.assertEqual(clock.make(10, 7), (21, 0, 7))  # above the told one, without the server's bit
        clock.lower(str(Stamp(12, 0x8000, 7)), [str(Stamp(21, 1, 7))])
        self.assertEqual([clock.make(10, 7)[:2] for _ in range(2)], [(21, 0), (21, 2)])  # never below what it was told


class Cutter:
    """A proxy that cuts its connections' answers after given numbers of bytes, and lets the others through."""

    def __init__(self, target: int, cuts: list[int]):
        self.target, self.cuts = target, cuts
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            left = self.cuts.pop(0) if self.cuts else 1 << 62
            server = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self.pump, args=(client, server), daemon=True).start()
            while left and (data := server.recv(min(left, 65_536))):
                client.sendall(data)
                left -= len(data)
            for end in (client, server):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                end.close()

    @staticmethod
    def pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65_536):
                sink.sendall(data)
        except OSError:
            pass


@unittest.skipUnless(SERVER, "WAYBOOK_SERVER is not set")
class Exchange(unittest.TestCase):
    folder: str
    process: subprocess.Popen[bytes]
    url: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.mkdtemp(prefix="waybook-python-")
        data = os.path.join(cls.folder, "data")
        secrets = {"WAYBOOK_ADMIN_PASSWORD": PASSWORD, "WAYBOOK_PASSWORD": PASSWORD}

        def run(*arguments: str) -> None:
            subprocess.run([SERVER or "", *arguments], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                           env=os.environ | secrets)

        run("init", "--data", data, "--workspace", "Demo", "--admin", "admin@example.com")
        run("user", "add", "ann@example.com", "--data", data, "--name", "Ann", "--role", "admin")
        run("user", "add", "bob@example.com", "--data", data, "--name", "Bob", "--role", "admin")
        with socket.create_server(("127.0.0.1", 0)) as free:
            cls.port = free.getsockname()[1]
        cls.url = f"http://127.0.0.1:{cls.port}"
        cls.log = open(os.path.join(cls.folder, "log"), "wb")
        cls.start()

    @classmethod
    def start(cls) -> None:
        data = os.path.join(cls.folder, "data")
        cls.process = subprocess.Popen([SERVER or "", "serve", "--data", data, "--port", str(cls.port)], stdout=cls.log,
                                       stderr=subprocess.STDOUT)
        for _ in range(200):
            try:
                with urllib.request.urlopen(cls.url + "/healthz", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        cls.tearDownClass()
        raise RuntimeError("the server did not start")

    @classmethod
    def stop(cls) -> None:
        cls.process.terminate()
        try:
            cls.process.wait(30)
        except subprocess.TimeoutExpired:
            cls.process.kill()
            cls.process.wait()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.stop()
        cls.log.close()
        shutil.rmtree(cls.folder)

    def client(self, name: str, shift: int = 0, packed: bool = False) -> Client:
        file = os.path.join(self.folder, f"{new_id(0)}.db")
        client = Client(self.url, file, wall=lambda: time.time_ns() // 1_000_000 + shift, packed=packed)
        self.addCleanup(client.close)
        client.sign_in(f"{name}@example.com", PASSWORD, f"{name}'s laptop")
        return client

    def pair(self) -> tuple[Client, Client]:
        ann, bob = self.client("ann"), self.client("bob")
        ann.sync()
        bob.sync()
        return ann, bob

    def settle(self, *clients: Client) -> None:
        """All exchange until nothing is on the way, and hold the same bytes."""
        for client in (*clients, *clients):
            client.sync()
        self.assertEqual([client.outbox() for client in clients], [[]] * len(clients))
        self.assertEqual(len({client.digest() for client in clients}), 1, "replicas differ (I2)")

    def open_conflicts(self, client: Client, record: str, path: str) -> list[str]:
        found = client.records("conflict").items()
        return [i for i, c in found if c["about"] == record and c["path"] == path and c["status"] == "open"]

    def raw(self, client: Client, *lines: Any, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        body = b"".join(line if isinstance(line, bytes) else canonical(line).encode() + b"\n" for line in lines)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", "/v1/exchange", body, {
                "Authorization": f"Bearer {client.token}", "Content-Type": "application/x-ndjson"} | headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def hello(self, client: Client, **changes: Any) -> dict[str, Any]:
        hello = {"answered": client.answered, "last": client.last, "protocol": [PROTOCOL, PROTOCOL], "pull": False, "schema": 1,
                 "replica": client.replica, "wall": client.wall()} | changes
        return {"hello": {key: value for key, value in hello.items() if value is not None}}

    # ------------------------------------------------------------ the ordinary way

    def test_creations_and_one_change(self) -> None:
        ann, bob = self.pair()
        put = {"name": "Acme 上海", "city": "Lyon", "tags/vip": "VIP", "tags/a~1b": "a/b", "notes": "one\ntwo",
               "phones/+8613800138000": {"label": "work"}, "phones/+8613800138000/optOut": True}
        customer = ann.create("customer", put)
        contact = ann.create("contact", {"name": "Mei", "customer": customer})
        interaction = ann.create("interaction", {"customer": customer})
        self.assertEqual(ann.show(customer), put)  # before anything was sent
        self.settle(ann, bob)
        self.assertEqual(bob.show(customer), put)
        self.assertEqual(bob.show(contact), {"name": "Mei", "customer": customer})
        self.assertIsNotNone(bob.show(interaction))
        bob.edit({"id": customer, "in": "customer", "put": {"city": "Paris"}, "remove": ["tags/vip"]})
        self.settle(bob, ann)
        self.assertEqual(ann.show(customer), {key: value for key, value in put.items() if key != "tags/vip"} | {"city": "Paris"})
        late = self.client("ann")
        self.settle(late, ann, bob)
        self.assertEqual(late.row(customer)["city"].stamp, bob.row(customer)["city"].stamp)

    def test_edits_on_unsent_edits(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "first"})
        for name in ("second", "third"):
            ann.edit({"id": customer, "in": "customer", "put": {"name": name, "city": name}})
        self.assertEqual(ann.outbox()[2]["changes"][0]["base"], ann.outbox()[1]["stamp"])
        self.settle(ann, bob)
        self.assertEqual(bob.show(customer), {"name": "third", "city": "third"})
        self.assertEqual(self.open_conflicts(ann, customer, "name"), [])

    def test_packed_both_ways(self) -> None:
        ann, bob = self.client("ann", packed=True), self.client("bob", packed=True)
        customer = ann.create("customer", {"name": "Packed", "notes": "line\n" * 1_000})
        self.settle(ann, bob)
        self.assertEqual(bob.show(customer), {"name": "Packed", "notes": "line\n" * 1_000})
        body = gzip.compress(canonical(self.hello(bob, pull=True)).encode() + b"\n")
        status, headers, answer = self.raw(bob, body, **{"Content-Encoding": "gzip", "Accept-Encoding": "gzip"})
        self.assertEqual((status, headers["Content-Encoding"]), (200, "gzip"))
        held = len(bob.records("customer")) + len(bob.records("contact"))
        end = json.loads(gzip.decompress(answer).splitlines()[-1])
        self.assertEqual((end["end"], end["count"] >= held, bob.readable), (True, True, end["count"]))

    def test_a_checkpoint_that_is_refused_is_mended_by_a_fresh_pull(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "Fresh"})
        gone = bob.create("customer", {"name": "Deleted"})
        self.settle(ann, bob)
        bob.edit({"id": gone, "in": "customer", "put": {"$life": "deleted"}})
        bob.sync()
        bob.edit({"id": customer, "in": "customer", "put": {"city": "Lyon"}})
        zombie = new_id(0)
        fields, stamps = bob.db.execute("select fields, stamps from record where id = ?", (customer,)).fetchone()
        bob.db.execute("insert into record values(?, 'customer', ?, ?)", (zombie, fields, stamps))
        bob.checkpoint = "spoiled"
        bob.sync()
        self.assertEqual((bob.show(zombie), bob.afresh, bob.show(gone)), (None, False, None))
        self.assertEqual(bob.show(customer), {"name": "Fresh", "city": "Lyon"})
        self.settle(ann, bob)

    # ------------------------------------------------------------ erasure

    def test_an_erased_person_is_gone_from_rows_refused_sets_and_what_comes_late(self) -> None:
        ann, bob = self.pair()
        person = ann.create("customer", {"name": "Zqmarker", "kind": "person", "notes": "zqmarker",
                                         "phones/+867319": {"raw": "7319"}})
        other = ann.create("customer", {"name": "Other"})
        self.settle(ann, bob)
        bob.edit({"id": person, "in": "customer", "put": {"notes": "zqmarker, late"}},
                 {"id": other, "in": "customer", "put": {"city": "Lyon"}})
        ann.edit({"id": person, "in": "customer", "put": {"$erased": "request"}})
        ann.sync()
        self.settle(ann, bob)
        self.assertEqual(bob.show(person), {"$erased": "request", "kind": "person", "name": "erased-" + person[-8:]})
        [(rest, verdict)] = bob.refused()
        self.assertEqual((verdict["rejected"]["rule"], [change["id"] for change in rest["changes"]]), ("erased", [other]))
        for client in (ann, bob):
            self.assertNotIn("zqmarker", "\n".join(client.db.iterdump()).lower())

    # ------------------------------------------------------------ exactly once

    def cutter(self, cuts: list[int]) -> Cutter:
        cutter = Cutter(self.port, cuts)
        self.addCleanup(cutter.listener.close)
        return cutter

    def test_cut_verdicts(self) -> None:
        ann, bob = self.pair()
        ids = [ann.create("customer", {"name": f"Cut {number}"}) for number in range(30)]
        dice = random.Random(20261121)
        for round in range(3):  # what the server took and the client never heard is sent again
            cutter = self.cutter([dice.randrange(1, 280) for _ in range(8)])
            ann.server = cutter.url
            ann.sync(attempts=9)
            self.assertEqual(cutter.cuts, [])
            for identity in ids:
                ann.edit({"id": identity, "in": "customer", "put": {"city": f"{round} {identity}"}})
        ann.server = self.url
        self.settle(ann, bob)
        self.assertEqual([bob.show(identity)["city"] for identity in ids], [f"2 {identity}" for identity in ids])
        self.assertFalse([c for c in bob.records("conflict").values() if c["about"] in ids])

    def test_cut_feed(self) -> None:
        ann, bob = self.pair()
        made = [{"id": new_id(ann.wall()), "in": "customer", "new": True, "put": {"name": f"Feed {number}", "notes": "x" * 400}}
                for number in range(1_500)]
        for start in range(0, 1_500, 500):
            ann.edit(*made[start : start + 500])
        ann.sync()
        dice = random.Random(20261121)
        ranges = [(1, 530_000)] * 3 + [(560_000, 640_000)] + [(1, 100_000)] * 4  # the first page has 534 kB
        cutter = self.cutter([dice.randrange(*bounds) for bounds in ranges])
        bob.server = cutter.url
        places = []
        while cutter.cuts:
            try:
                bob.sync(attempts=1)
                break
            except Cut:
                places.append(bob.checkpoint)
                ann.edit({"id": made[-1]["id"], "in": "customer", "put": {"city": f"{len(places)}"}})
                ann.sync()
        self.assertEqual(cutter.cuts, [], "the answers were not cut")
        self.assertGreater(len(set(places)), 1, "a cut pull did not go on from its last checkpoint")
        bob.server = self.url
        self.settle(ann, bob)
        self.assertEqual(sum(c["name"].startswith("Feed") for c in bob.records("customer").values()), 1_500)

    def test_resent_prefix(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "Once"})
        ann.edit({"id": customer, "in": "customer", "put": {"city": "Lyon"}})
        ann.edit({"id": customer, "in": "customer", "put": {"city": None, "name": None}})  # refused: the name is required
        lines = ann.outbox()
        _, _, first = self.raw(ann, self.hello(ann), *lines)
        sequence = json.loads(first.splitlines()[0])["head"]["sequence"]
        for count in (1, 2, 3):
            status, _, again = self.raw(ann, self.hello(ann), *lines[:count])
            self.assertEqual(status, 200, again)
            self.assertEqual(json.loads(again.splitlines()[0])["head"]["sequence"], sequence)
        self.assertEqual(again.splitlines()[1:], first.splitlines()[1:])
        self.settle(ann, bob)
        self.assertEqual(bob.show(customer), {"name": "Once", "city": "Lyon"})
        self.assertEqual(len(ann.refused()), 1)

    def test_gap(self) -> None:
        ann, bob = self.pair()
        for number in range(3):
            ann.create("customer", {"name": f"Gap {number}"})
        status, _, answer = self.raw(ann, self.hello(ann), ann.outbox()[2])
        error = json.loads(answer.splitlines()[-1])
        error = error.get("error", error)
        self.assertEqual((error["code"], error["expected"]), ("gap", 1), (status, answer))
        self.settle(ann, bob)
        self.assertEqual(len([c for c in bob.records("customer").values() if c["name"].startswith("Gap")]), 3)

    def test_fork(self) -> None:
        ann, bob = self.pair()
        shared = ann.create("customer", {"name": "Before"})
        ann.sync()
        ann.edit({"id": shared, "in": "customer", "put": {"notes": "unsent when copied"}})
        copy = os.path.join(self.folder, f"{new_id(0)}.db")
        with sqlite3.connect(copy) as target:
            ann.db.backup(target)
        target.close()
        clone = Client(self.url, copy)
        self.addCleanup(clone.close)
        ann.edit({"id": shared, "in": "customer", "put": {"city": "Lyon"}})
        ann.sync()
        mine = clone.create("customer", {"name": "The clone's"})
        clone.edit({"id": mine, "in": "customer", "put": {"name": "The clone's own"}})
        clone.sync()
        self.assertNotEqual(clone.replica, ann.replica)
        self.settle(ann, clone, bob)
        self.assertEqual(bob.show(mine), {"name": "The clone's own"})
        self.assertEqual(bob.show(shared), {"name": "Before", "notes": "unsent when copied", "city": "Lyon"})
        self.assertEqual([self.open_conflicts(bob, i, p) for i in (mine, shared) for p in ("name", "notes")], [[]] * 4)

    def test_a_server_that_was_put_back_gets_everything_again(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "Before", "city": "Lyon"})
        self.settle(ann, bob)
        data, backup = os.path.join(self.folder, "data"), os.path.join(self.folder, f"{new_id(0)}-backup.db")

        def command(*arguments: str) -> None:
            subprocess.run([SERVER or "", *arguments, "--data", data], check=True, stdout=subprocess.DEVNULL)

        command("backup", backup)
        ann.edit({"id": customer, "in": "customer", "put": {"city": "Nice"}})
        ann.edit({"id": customer, "in": "customer", "put": {"name": None}})
        new = bob.create("customer", {"name": "After"})
        self.settle(ann, bob)
        refused = ann.refused()
        self.assertEqual(len(refused), 1)
        ann.edit({"id": customer, "in": "customer", "put": {"notes": "unsent"}})
        self.stop()
        command("restore", backup)
        self.start()
        self.assertEqual(ann.show(customer), {"name": "Before", "city": "Nice", "notes": "unsent"})
        self.settle(ann, bob)
        shown = bob.show(customer) or {}
        self.assertEqual((shown["city"], shown["notes"], (bob.show(new) or {})["name"]), ("Nice", "unsent", "After"))
        self.assertEqual((ann.refused(), ann.again, bob.again), (refused, None, None))
        self.assertEqual((ann.timeline, ann.replica < 1 << 24), (1, True))

    def test_what_only_others_hold_after_a_restore(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "Before", "city": "Lyon"})
        self.settle(ann, bob)
        data, backup = os.path.join(self.folder, "data"), os.path.join(self.folder, f"{new_id(0)}-backup.db")

        def command(*arguments: str) -> Any:
            done = subprocess.run([SERVER or "", *arguments, "--data", data, "--json"], check=True, capture_output=True)
            return json.loads(done.stdout)

        command("backup", backup)
        ann.edit({"id": customer, "in": "customer", "put": {"city": "Nice"}})
        new = ann.create("customer", {"name": "Only Bob has read it"})
        self.settle(ann, bob)
        self.stop()
        subprocess.run([SERVER or "", "restore", backup, "--data", data], check=True, capture_output=True)
        self.start()
        # Bob tells what Ann's laptop had sent and the server lost; nothing of it applies by itself.
        bob.sync()
        self.assertEqual(bob.db.execute("select count(*) from witness").fetchone()[0], 0)
        self.assertEqual((bob.show(customer) or {})["city"], "Lyon")
        listed = {record["id"]: record for record in command("healing", "list")["records"]}
        self.assertLessEqual({customer, new}, set(listed))
        (city,) = command("healing", "show", customer)["values"]
        self.assertEqual((city["path"], city["value"], city["stands"], city["late"]), ("city", "Nice", "Lyon", False))
        self.assertEqual(city["tellers"][0]["replica"], bob.replica)
        # An administrator accepts one, and ends the healing; Ann comes all the same, and is told so.
        accepted = command("healing", "accept", new)
        self.assertEqual((accepted["refused"], accepted["leftOut"]), ([], 0))
        timeline = str(command("healing")["timeline"])
        self.assertGreaterEqual(command("healing", "close", timeline, "--yes")["report"]["values"], 1)
        self.settle(bob, ann)
        self.assertIsNotNone(ann.closed)
        self.settle(bob)
        for client in (ann, bob):
            self.assertEqual((client.show(customer) or {})["city"], "Nice")
            self.assertEqual((client.show(new) or {})["name"], "Only Bob has read it")
            self.assertEqual(self.open_conflicts(client, customer, "city"), [])
        self.assertFalse({customer, new} & {record["id"] for record in command("healing", "list")["records"]})

    def test_renewed_token(self) -> None:
        ann, _ = self.pair()
        old = ann.token
        ann.renew_token()
        ann.create("customer", {"name": "By the new token"})
        ann.sync()
        with self.assertRaises(Refusal) as caught:
            post_json(self.url, "/v1/token", {}, old)
        self.assertEqual(caught.exception.code, "sign-in")
        ann.sync()

    def test_old_copy(self) -> None:
        ann, bob = self.pair()
        copy = os.path.join(self.folder, f"{new_id(0)}.db")
        with sqlite3.connect(copy) as target:
            ann.db.backup(target)
        target.close()
        first = ann.create("customer", {"name": "After the copy"})
        ann.sync()
        old = Client(self.url, copy)
        self.addCleanup(old.close)
        old.sync()  # its `last` is below the last judged: fork, though it has nothing to send
        self.assertNotEqual(old.replica, ann.replica)
        self.settle(ann, old, bob)
        self.assertEqual(old.show(first), {"name": "After the copy"})

    # ------------------------------------------------------------ contradictions

    def test_conflict_and_resolution(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "Root"})
        self.settle(ann, bob)
        ann.edit({"id": customer, "in": "customer", "put": {"name": "Ann's"}})
        bob.edit({"id": customer, "in": "customer", "put": {"name": "Bob's"}})
        losers = {client.outbox()[0]["stamp"] for client in (ann, bob)}
        self.settle(ann, bob)
        (listed,) = self.open_conflicts(ann, customer, "name")
        self.assertEqual(self.open_conflicts(bob, customer, "name"), [listed])
        self.assertIn(listed, {conflict_id(customer, "name", origin) for origin in losers})
        values = {ann.show(customer)["name"], json.loads(ann.show(listed)["value"])}
        self.assertEqual(values, {"Ann's", "Bob's"})
        bob.edit({"id": customer, "in": "customer", "put": {"name": "Both"}}, resolves=[listed])
        self.settle(bob, ann)
        for client in (ann, bob):
            self.assertEqual(client.show(customer), {"name": "Both"})
            self.assertEqual(self.open_conflicts(client, customer, "name"), [])
            self.assertEqual((client.show(listed)["status"], client.show(listed)["resolvedBy"]), ("resolved", "Bob"))

    def test_rival_resolutions(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "Root"})
        self.settle(ann, bob)
        for client in (ann, bob):
            client.edit({"id": customer, "in": "customer", "put": {"name": f"{client.replica}"}})
        self.settle(ann, bob)
        listed = self.open_conflicts(ann, customer, "name")
        for client in (ann, bob):
            client.edit({"id": customer, "in": "customer", "put": {"name": f"settled {client.replica}"}}, resolves=listed)
            time.sleep(0.01)
        self.settle(ann, bob)
        self.assertEqual(ann.show(customer), {"name": f"settled {bob.replica}"})
        self.assertEqual(self.open_conflicts(ann, customer, "name"), [])

    def test_text_and_elements_merge(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "Text", "notes": "one\ntwo\nthree", "tags/old": "old"})
        self.settle(ann, bob)
        ann.edit({"id": customer, "in": "customer", "put": {"notes": "ONE\ntwo\nthree", "tags/a": "A"}})
        bob.edit({"id": customer, "in": "customer", "put": {"notes": "one\ntwo\nTHREE", "tags/b": "B"}, "remove": ["tags/old"]})
        self.settle(ann, bob)
        self.assertEqual(ann.show(customer), {"name": "Text", "notes": "ONE\ntwo\nTHREE", "tags/a": "A", "tags/b": "B"})

    def test_refused_set(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "Kept", "city": "Lyon"})
        self.settle(ann, bob)
        ann.edit({"id": customer, "in": "customer", "put": {"name": None, "city": "Paris"}})
        orphan = ann.create("contact", {"name": "without a customer"})
        ann.edit({"id": orphan, "in": "contact", "put": {"name": "still without"}})
        ann.edit({"id": customer, "in": "customer", "put": {"notes": "goes on"}})
        self.settle(ann, bob)
        self.assertEqual(ann.show(customer), {"name": "Kept", "city": "Lyon", "notes": "goes on"})
        self.assertIsNone(ann.show(orphan))
        refusals = [verdict["rejected"] for _, verdict in ann.refused()]
        self.assertEqual([(r["rule"], r["id"], r.get("path")) for r in refusals[:2]],
                         [("required", customer, "name"), ("required", orphan, "customer")])
        self.assertEqual((refusals[2]["rule"], refusals[2]["id"]), ("depends", orphan))

    def test_edit_on_a_refused_edit(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "Kept", "city": "Lyon"})
        self.settle(ann, bob)
        ann.edit({"id": customer, "in": "customer", "put": {"name": None, "city": "Paris"}})
        ann.edit({"id": customer, "in": "customer", "put": {"name": "Mended"}})  # its base is the refused write
        self.settle(ann, bob)
        self.assertEqual(bob.show(customer), {"name": "Mended", "city": "Lyon"})
        self.assertEqual(self.open_conflicts(bob, customer, "name"), [])

    def test_delete_against_unread_edit(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "Lives"})
        self.settle(ann, bob)
        bob.edit({"id": customer, "in": "customer", "put": {"$life": "deleted"}})
        self.assertIsNone(bob.show(customer))
        ann.edit({"id": customer, "in": "customer", "put": {"city": "Lyon"}})
        self.settle(ann, bob)  # the edit comes first
        for client in (ann, bob):
            self.assertEqual(client.show(customer), {"name": "Lives", "city": "Lyon"})
            self.assertEqual(len(self.open_conflicts(client, customer, "$life")), 1)

    def test_edit_revives_and_restore(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "Lives"})
        self.settle(ann, bob)
        ann.edit({"id": customer, "in": "customer", "put": {"$life": "deleted"}})
        bob.edit({"id": customer, "in": "customer", "put": {"city": "Lyon"}})
        self.settle(ann, bob)  # the delete comes first
        for client in (ann, bob):
            self.assertEqual(client.show(customer), {"name": "Lives", "city": "Lyon"})
        (listed,) = self.open_conflicts(ann, customer, "$life")
        self.assertEqual((ann.show(listed)["author"], ann.show(listed)["rival"]), ("Ann", "Bob"))
        bob.edit({"id": customer, "in": "customer", "put": {"$life": "deleted"}}, resolves=[listed])
        self.settle(bob, ann)
        self.assertIsNone(ann.show(customer))
        self.assertEqual(self.open_conflicts(ann, customer, "$life"), [])
        ann.edit({"id": customer, "in": "customer", "put": {"$life": "alive"}})
        self.settle(ann, bob)
        self.assertEqual(bob.show(customer), {"name": "Lives", "city": "Lyon"})

    # ------------------------------------------------------------ clocks

    def test_what_differs_is_found_and_mended(self) -> None:
        ann, bob = self.pair()
        ids = [ann.create("customer", {"name": f"Compared {n}"}) for n in range(20)]
        self.settle(ann, bob)
        bob.edit({"id": ids[3], "in": "customer", "put": {"$life": "deleted"}})
        bob.edit({"id": ids[4], "in": "customer", "put": {"city": "Lyon"}})
        self.settle(bob, ann)
        self.assertEqual(ann.compare(), [], "equal by an independent reading of the document")
        whole = ann.digest()
        ann.db.execute("update record set fields = replace(fields, 'Compared 7', 'Compared X') where id = ?", (ids[7],))
        ann.db.execute("delete from record where id = ?", (ids[8],))
        ann.db.execute("insert into record select ?, collection, fields, stamps from record where id = ?", (new_id(1), ids[9]))
        self.assertLessEqual(len(ann.compare()), 3)
        self.assertEqual(ann.digest(), whole)

    def test_clock_a_year_ahead(self) -> None:
        wrong, bob = self.client("ann", shift=YEAR), self.client("bob")
        customer = wrong.create("customer", {"name": "From the future"})  # before the clock is corrected
        wrong.edit({"id": customer, "in": "customer", "put": {"city": "Lyon"}})
        raw = [message["stamp"] for message in wrong.outbox()]
        self.settle(wrong, bob)
        self.assertEqual(wrong.refused(), [])
        self.assertEqual(bob.show(customer), {"name": "From the future", "city": "Lyon"})
        horizon = time.time_ns() // 1_000_000 + 120_000
        for atom in bob.row(customer).values():
            self.assertLess(Stamp.of(atom.stamp).milliseconds, horizon)  # I10
            self.assertNotIn(atom.stamp, raw)
        bob.edit({"id": customer, "in": "customer", "put": {"city": "Paris"}})
        self.settle(bob, wrong)
        wrong.edit({"id": customer, "in": "customer", "put": {"city": "Nice"}})
        self.assertLess(Stamp.of(wrong.outbox()[0]["stamp"]).milliseconds, horizon)  # corrected
        self.settle(wrong, bob)
        self.assertEqual(bob.show(customer), {"name": "From the future", "city": "Nice"})

    def test_clock_a_year_behind(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "Now", "city": "Lyon"})
        wrong = self.client("ann", shift=-YEAR)
        own = wrong.create("customer", {"name": "From the past"})  # before the clock is corrected
        self.settle(ann, bob, wrong)
        self.assertEqual(bob.show(own), {"name": "From the past"})
        wrong.edit({"id": customer, "in": "customer", "put": {"name": "Later"}})
        self.settle(wrong, bob, ann)
        self.assertEqual((bob.show(customer), wrong.refused()), ({"name": "Later", "city": "Lyon"}, []))
        self.assertEqual(self.open_conflicts(bob, customer, "name"), [])

    def test_clock_set_back_in_use(self) -> None:
        ann, bob = self.pair()
        customer = ann.create("customer", {"name": "Now"})
        self.settle(ann, bob)
        right = ann.wall
        ann.wall = lambda: right() - YEAR
        for name in ("a", "b"):
            ann.edit({"id": customer, "in": "customer", "put": {"name": name}})
        bob.edit({"id": customer, "in": "customer", "put": {"name": "Bob's"}})
        self.settle(ann, bob)
        (listed,) = self.open_conflicts(bob, customer, "name")
        self.assertEqual({bob.show(customer)["name"], json.loads(bob.show(listed)["value"])}, {"b", "Bob's"})

    # ------------------------------------------------------------ malformed requests

    def test_malformed_requests(self) -> None:
        ann = self.client("ann")
        hello = self.hello(ann, last=1)
        good = {"set": 1, "stamp": str(Stamp(ann.wall(), 0, ann.replica)), "on": 0, "wall": ann.wall(),
                "changes": [{"id": new_id(ann.wall()), "in": "customer", "new": True, "put": {"name": "x"}}]}
        entry = good["changes"][0]
        foreign = str(Stamp(ann.wall(), 0, ann.replica + 1))
        bodies: dict[str, tuple[Any, ...]] = {
            "nothing": (b"",), "no JSON": (b"{\n",), "no hello": (good,), "two hellos": (hello, hello),
            "not UTF-8": (b"\xff\n",), "an unknown line": (hello, {"what": 1}), "a list": (hello, b"[]\n"),
            "duplicate key": (hello, b'{"set":1,"set":1}\n'), "fraction": (hello, b'{"set":1.0}\n'),
            "deep": (hello, b"[" * 10_000 + b"]" * 10_000 + b"\n"), "NUL": (hello, b'{"a":"\\u0000"}\n'),
            "protocol": (self.hello(ann, protocol=[PROTOCOL + 1, PROTOCOL + 2]),), "protocol turned": (self.hello(ann, protocol=[1, 0]),),
            "other replica": (self.hello(ann, replica=ann.replica + 1),), "text wall": (self.hello(ann, wall="now"),),
            "no wall": (self.hello(ann, wall=None),), "checkpoint": (self.hello(ann, checkpoint="AAAA"),),
            "answered above last": (self.hello(ann, answered=5, last=1),), "negative": (self.hello(ann, answered=-1),),
            "stamp": (hello, good | {"stamp": "x"}), "foreign stamp": (hello, good | {"stamp": foreign}),
            "server's bit": (hello, good | {"stamp": str(Stamp(ann.wall(), 0x8000, ann.replica))}),
            "set 0": (hello, good | {"set": 0}), "no changes": (hello, good | {"changes": []}),
            "empty entry": (hello, good | {"changes": [entry | {"put": {}}]}),
            "record twice": (hello, good | {"changes": [entry, entry]}),
            "put and remove": (hello, good | {"changes": [entry | {"put": {"tags/a": "A"}, "remove": ["tags/a"]}]}),
            "path": (hello, good | {"changes": [entry | {"put": {"a b": 1}}]}),
            "identity": (hello, good | {"changes": [entry | {"id": "x"}]}),
            "collection": (hello, good | {"changes": [entry | {"in": "a b"}]}),
            "base": (hello, good | {"changes": [entry | {"base": "x"}]}),
            "negative on": (hello, good | {"on": -1}), "resolves": (hello, good | {"resolves": ["x"]}),
            "1,001 writes": (hello, good | {"changes": [entry | {"put": {f"tags/{n}": "x" for n in range(1_001)}}]}),
            "a long line": (hello, b'{"set":1,"a":"' + b"x" * 1_100_000 + b'"}\n'),
            "a cut line": (hello, canonical(good).encode()[:-9])}
        for name, lines in bodies.items():
            with self.subTest(name):
                status, headers, answer = self.raw(ann, *lines)
                error = json.loads(answer.splitlines()[-1])
                error = error.get("error", error)
                self.assertIn(error.get("code"), CODES, (status, answer[-300:]))
                self.assertNotEqual((error["code"], status), ("retry", 500), answer)
                if status != 200:
                    self.assertEqual((error["status"], headers["Content-Type"]), (status, "application/problem+json"))
        status, _, answer = self.raw(ann, hello, good)
        self.assertEqual((status, b'"applied":[1,1]' in answer), (200, True), answer)  # none of the above took its number

    def test_refused_requests(self) -> None:
        ann = self.client("ann")
        valid = self.hello(ann)
        for name, code, lines, headers in [
            ("no token", "sign-in", [valid], {"Authorization": ""}),
            ("unknown token", "sign-in", [valid], {"Authorization": "Bearer x"}),
            ("coding", "fix-record", [valid], {"Content-Encoding": "br"}),
            ("no gzip", "fix-record", [valid], {"Content-Encoding": "gzip"}),
            ("cut gzip", "fix-record", [gzip.compress(canonical(valid).encode() + b"\n")[:-12]], {"Content-Encoding": "gzip"}),
            ("bomb", "fix-record too-large", [gzip.compress(b" " * 20_000_000)], {"Content-Encoding": "gzip"}),
            ("body", "too-large", [b" " * 8_400_000], {}),
        ]:
            with self.subTest(name):
                status, _, answer = self.raw(ann, *lines, **headers)
                self.assertIn(json.loads(answer)["code"], code.split(), (status, answer))
        for path, body, token in [("/v1/sign-in", {"email": "ann@example.com", "password": "wrong", "device": "x"}, None),
                                  ("/v1/sign-in", {"email": "ann@example.com"}, None), ("/v1/sign-in", [], None),
                                  ("/v1/replica", {"forkOf": ann.replica + 1}, ann.token), ("/v1/replica", {"forkOf": 1}, None),
                                  ("/v1/nothing", {}, ann.token)]:
            with self.subTest(path=path, body=body), self.assertRaises(Refusal) as caught:
                post_json(self.url, path, body, token)
            self.assertIn(caught.exception.code, CODES)


if __name__ == "__main__":
    unittest.main()
