#!/usr/bin/env python3
"""Opens what former versions left on disk (`files/`, made by keep.py) with today's programs, and goes on working with it.

    check.py FOLDER-WITH-PROGRAMS [NAME …]

For each: both laptops show, offline and before anything else, what their own version showed, with the edits that were never
sent; the server starts on its old folder and `check` finds nothing; the laptops sync, by the tokens that they had; what was
unsent is at the server; the open question is there and can be decided; a laptop that signs in anew holds the same. Then, on a
copy of the folder, the requests that the version's own client had sent: the server takes what they bring and answers to the end.
All of it at the time at which the files were made: a preloaded library shifts the clock of all programs.
"""
import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import sys
import tarfile
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Campaigns"))
import rig  # noqa: E402
from keep import move_port, shown  # noqa: E402


def expect(holds, said):
    if not holds:
        raise rig.Fault(said)


def compare(name, laptop, expected):
    found = shown(laptop)
    for kind, records in expected.items():
        expect(found[kind] == records, f"{name}: {laptop.name}: {kind}: {records} is now {found[kind]}")


def check(programs, archive, folder, library):
    name = archive.name.removesuffix(".tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    expected = json.loads((folder / "expected.json").read_text())
    rig.ENVIRONMENT.update(LD_PRELOAD=str(library), WAYBOOK_CLOCK_OFFSET=str(int(expected["made"] - time.time())))
    jane, li = (rig.Laptop(programs, str(folder), who, f"{who}@example.com") for who in ("jane", "li"))
    for laptop in (jane, li):
        compare(name, laptop, expected[laptop.name])
    former = shutil.copytree(folder, folder.parent / f"{folder.name}-exchange", ignore=shutil.ignore_patterns("*.sock"))
    server = rig.Server(programs, str(folder))
    move_port(folder, expected["port"], server.port)
    server.start()
    try:
        go_on(name, server, jane, li, expected, str(folder))
    finally:
        server.stop()
    expect("all is well" in server.tool("check").stdout, f"{name}: the server's check finds something")
    asked(name, programs, former, expected)
    for laptop in (jane, li):
        rig.inspect(os.path.join(laptop.store, "store.db"), str(folder))
    print(f"{name}: opened, synced and compared", flush=True)


def living(laptop):
    """All that a laptop shows and that is not deleted; of what is deleted a new laptop is told that it is, and no more."""
    found = shown(laptop)
    return {
        kind: {id: fields for id, fields in found[kind].items() if "$life" not in fields}
        for kind in ("customers", "contacts", "interactions")}


def sign_in_anew(name, server, folder, label, laptop):
    """A laptop that signs in anew holds what the one that was there holds, and so what the server has."""
    new = rig.Laptop(server.programs, folder, label, laptop.email)
    new.login(server.url)
    new.sync()
    held, there = living(new), living(laptop)
    expect(held == there, f"{name}: a new laptop of {laptop.email} holds {held}, not {there}")


def go_on(name, server, jane, li, expected, folder):
    # What each had, with what it had not sent, is there after the sync; beside it what the other had.
    for laptop in (jane, li, jane):
        laptop.sync()
    for laptop in (jane, li):
        after = shown(laptop)
        for kind in ("customers", "contacts", "interactions"):
            for id, fields in expected[laptop.name][kind].items():
                # The customer that both edited goes the way of its question; Li's copy of it is Jane's by now.
                if laptop is li and kind == "customers" and id in expected["jane"]["customers"]:
                    fields = expected["jane"]["customers"][id]
                expect(after[kind].get(id) == fields, f"{name}: {laptop.name}: {kind}: {fields} is {after[kind].get(id)}")
    visits = [item for item in jane.records("interaction").values() if item.get("subject") == "没有发送"]
    expect(len(visits) == 1, f"{name}: what Li had not sent is not with Jane: {visits}")
    question = expected["jane"]["conflicts"][0]
    jane.run("conflict", "resolve", question, "--take", "other", "--yes", check=True)
    jane.sync(), li.sync()
    left = jane.run("conflict", "list", "--json", check=True).json
    expect(question not in [item["id"] for item in left], f"{name}: a decided question is still open")
    for laptop in (jane, li):
        sign_in_anew(name, server, folder, f"new-{laptop.name}", laptop)


def answer(port, request):
    """The lines that the server answers to a request, unpacked."""
    head, _, body = request.partition(b"\r\n\r\n")
    head = re.sub(rb"(?i)\r\naccept-encoding:[^\r]*", b"\r\nAccept-Encoding: identity", head)
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(head + b"\r\n\r\n" + body)
        response = http.client.HTTPResponse(line)
        response.begin()
        return response.status, [json.loads(text) for text in response.read().splitlines()]


def asked(name, programs, folder, expected):
    """The old client's own requests, to today's server."""
    server = rig.Server(programs, str(folder))
    server.start()
    sets, taken = set(), set()
    try:
        for request in json.loads((folder / "exchange.json").read_text()):
            status, lines = answer(server.port, base64.b64decode(request))
            expect(status == 200 and "end" in lines[-1], f"{name}: the old client is answered {status}: {lines[-1:]}")
            for line in lines:
                if "applied" in line:
                    taken.update(range(line["applied"][0], line["applied"][-1] + 1))
                if "set" in line:
                    sets.add(line["set"])
        # What they brought stands at the server: somebody who signs in reads it.
        reader = rig.Laptop(programs, str(folder), "reader", "jane@example.com")
        reader.login(server.url)
        reader.sync()
        there = living(reader)["customers"]
        alive = {id: fields for id, fields in expected["jane"]["customers"].items() if "$life" not in fields}
        expect(there == alive, f"{name}: after the old client's requests the server has {there}, not {alive}")
    finally:
        server.stop()
    expect(len(taken) >= 2 and not sets, f"{name}: of the old client's edits {sorted(taken)} are taken, {sets} otherwise")
    expect("all is well" in server.tool("check").stdout, f"{name}: the server's check finds something after them")


def main():
    programs, names = os.path.abspath(sys.argv[1]), sys.argv[2:]
    archives = [file for file in sorted((HERE / "files").glob("*.tar.gz")) if not names or file.name[:-7] in names]
    expect(archives, "nothing is kept")
    room = pathlib.Path(tempfile.mkdtemp(prefix="waybook-compatibility-"))
    library = rig.clock_library(room)
    try:
        for archive in archives:
            check(programs, archive, room / archive.name[:-7], library)
    except rig.Fault as fault:
        sys.exit(f"{fault}\nThe files are in {room}")
    shutil.rmtree(room)


if __name__ == "__main__":
    main()
