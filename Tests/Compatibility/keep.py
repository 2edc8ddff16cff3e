#!/usr/bin/env python3
"""Keeps what a version of the programs leaves on disk, for later versions to open: `files/NAME.tar.gz`.

    keep.py FOLDER-WITH-PROGRAMS NAME

A server with a manager and two reps, and both reps' laptops: customers in Latin and Chinese, contacts, calls, one shared, one
deleted, an open question, and edits that were never sent. `expected.json` beside them says what the version itself showed, and
`exchange.json` the requests by which its client sent Jane's edits, byte for byte (to a copy of the server: here they are unsent).
Run it when a version is released, and whenever a migration or a version of the protocol is to go out; never again for a name.
"""
import base64
import json
import os
import pathlib
import shutil
import socket
import sys
import tarfile
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Campaigns"))
from rig import Laptop, Server  # noqa: E402

PEOPLE = (("nancy@example.com", "Nancy", "manager"), ("jane@example.com", "Jane", "rep"), ("li@example.com", "李雷", "rep"))


def shown(laptop):
    """What a laptop shows, by identity."""
    return {
        "customers": laptop.records("customer"), "contacts": laptop.records("contact"),
        "interactions": laptop.records("interaction"),
        "conflicts": sorted(item["id"] for item in laptop.run("conflict", "list", "--json", check=True).json),
        "unsent": laptop.run("status", "--json", check=True).json["unsent"],
    }


def move_port(folder, old, new):
    """Laptops know their server by its address, whose port may be somebody else's by now."""
    for file in pathlib.Path(folder).glob("*/session.json"):
        file.write_text(file.read_text().replace(f":{old}", f":{new}"))


class Recorder:
    """Stands between a client and its server, and keeps what the client asks: one piece up to each answer."""

    def __init__(self, target):
        self.target, self.requests = target, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.target))
            self.isAnswered = True
            threading.Thread(target=self.carry, args=(server, client, self.answered), daemon=True).start()
            threading.Thread(target=self.carry, args=(client, server, self.asked), daemon=True).start()

    def asked(self, piece):
        if self.isAnswered:
            self.requests.append(b"")
        self.isAnswered = False
        self.requests[-1] += piece

    def answered(self, piece):
        self.isAnswered = True

    @staticmethod
    def carry(source, target, told):
        while piece := source.recv(65_536):
            told(piece)
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


def exchange(programs, folder, port):
    """The requests of Jane's next sync, recorded on a copy of everything."""
    with tempfile.TemporaryDirectory(prefix="waybook-keep-") as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sock"))
        server = Server(programs, copy)
        server.start()
        recorder = Recorder(server.port)
        move_port(copy, port, recorder.port)
        try:
            Laptop(programs, copy, "jane", PEOPLE[1][0]).sync()
        finally:
            server.stop()
        return [base64.b64encode(request).decode() for request in recorder.requests if b" /v1/exchange " in request]


def work(server, jane, li):
    def did(laptop, *words):
        return laptop.run(*words, "--json", check=True).json

    for laptop in (jane, li):
        laptop.login(server.url)
    blue = did(jane, "customer", "add", "蓝港贸易", "--set", "city=上海", "--set", "legalName=蓝港贸易有限公司")["id"]
    did(jane, "customer", "add", "Harbour & Sons", "--set", "phones=+44 20 7946 0000", "--set", "tags=old,north")
    gone = did(jane, "customer", "add", "Gone Ltd")["id"]
    did(jane, "contact", "add", "王芳", "--set", f"customer={blue}", "--set", "emails=wang@example.com")
    did(jane, "log", blue, "call", "谈了报价", "--result", "interested")
    did(li, "customer", "add", "云岭茶业", "--set", "city=昆明")
    jane.sync()
    did(jane, "customer", "share", blue, "--with", "李雷", "--edit")
    did(jane, "customer", "delete", gone)
    jane.sync(), li.sync()
    did(jane, "customer", "edit", blue, "--set", "legalName=Blue Harbour Trading")
    did(li, "customer", "edit", blue, "--set", "legalName=蓝港国际")
    jane.sync(), li.sync(), jane.sync()
    did(jane, "customer", "edit", blue, "--set", "city=杭州")
    did(jane, "customer", "add", "Never sent", "--set", "city=Ulm")
    did(li, "log", blue, "visit", "没有发送")


def main():
    programs, name = os.path.abspath(sys.argv[1]), sys.argv[2]
    target = HERE / "files" / f"{name}.tar.gz"
    if target.exists():
        sys.exit(f"{target} is kept already")
    folder = tempfile.mkdtemp(prefix="waybook-keep-")
    server = Server(programs, folder, [])
    for email, person, role in PEOPLE:
        server.tool("user", "add", email, "--name", person, "--role", role)
    server.start()
    jane, li = (Laptop(programs, folder, email.split("@")[0], email) for email, _, _ in PEOPLE[1:])
    try:
        work(server, jane, li)
    finally:
        server.stop()
    expected = {"made": int(time.time()), "port": server.port, "jane": shown(jane), "li": shown(li)}
    pathlib.Path(folder, "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1, sort_keys=True))
    requests = exchange(programs, folder, server.port)
    pathlib.Path(folder, "exchange.json").write_text(json.dumps(requests, indent=1))
    target.parent.mkdir(exist_ok=True)
    with tarfile.open(target, "w:gz", compresslevel=9) as archive:
        for part in ("server", "jane", "li", "expected.json", "exchange.json"):
            archive.add(pathlib.Path(folder, part), part)
    shutil.rmtree(folder)
    print(f"{target.name}: {target.stat().st_size:,} bytes, {len(expected['jane']['customers'])} customers")


if __name__ == "__main__":
    main()
