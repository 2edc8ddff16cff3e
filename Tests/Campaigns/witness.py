#!/usr/bin/env python3
"""What it costs to tell what only others' laptops hold: a laptop with many records, of which a server that was put back lost all or few.

One laptop imports the records; another reads them; the backup is of before the import (or, with --few, of after it and before a handful of edits). Then the
server is put back, and the other laptop syncs alone: it looks through all its rows, puts aside what was lost, tells it and reads everything anew. All that may be
told must be listed, the rest counted. Real programs; figures of release builds are some times lower than those of debug builds.
"""
import argparse
import json
import os
import sys
import tempfile
import time

import rig
from rig import Fault


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", help="the folder of the programs")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--few", action="store_true", help="only three edits are lost")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="waybook-witness-") as folder:
        measure(arguments, folder)


def measure(arguments, folder):
    people = [("ann@example.com", "Ann"), ("bob@example.com", "Bob")]
    server = rig.Server(arguments.programs, folder, people)
    server.start()
    try:
        ann, bob = (rig.Laptop(arguments.programs, folder, name, mail) for name, mail in (("ann", people[0][0]), ("bob", people[1][0])))
        for laptop in (ann, bob):
            laptop.login(server.url)
            laptop.run("sync", timeout=600, check=True)
        backup = os.path.join(folder, "backup.db")
        if not arguments.few:
            server.tool("backup", backup, "--quick")
        table = os.path.join(folder, "rows.csv")
        with open(table, "w") as file:
            file.write("Name,City\n" + "".join(f"Customer {number},City {number}\n" for number in range(arguments.rows)))
        ann.run("customer", "import", table, timeout=3_600, check=True)
        ann.run("sync", timeout=3_600, check=True)
        if arguments.few:
            bob.run("sync", timeout=3_600, check=True)
            server.tool("backup", backup, "--quick")
            for number in range(3):
                ann.run("customer", "edit", f"Customer {number}", "--set", f"city=Other {number}", timeout=600, check=True)
            ann.run("sync", timeout=600, check=True)
        bob.run("sync", timeout=3_600, check=True)
        before = bob.run("sync", timeout=600, check=True).seconds
        server.stop()
        server.tool("restore", backup)
        server.start()
        healed = bob.run("sync", "--json", timeout=3_600, check=True)
        report = json.loads(server.tool("healing", "--json").stdout)["witness"]
        began = time.monotonic()
        accepted = json.loads(server.tool("healing", "accept", "--all", "--json").stdout) if report["values"] <= 1_000 else None
        seconds = time.monotonic() - began
        expected = 3 if arguments.few else 20_000
        if report["values"] != expected:
            raise Fault(f"{report}, expected {expected} values")
        print(json.dumps({
            "rows": arguments.rows, "few": arguments.few, "syncWithNothingNew": round(before, 2), "syncAfterRestore": round(healed.seconds, 2),
            "witness": report, "accepted": accepted and {"seconds": round(seconds, 2), **accepted}}, indent=1))
    finally:
        server.stop()


if __name__ == "__main__":
    try:
        main()
    except Fault as fault:
        sys.exit(f"FAULT: {fault}")
