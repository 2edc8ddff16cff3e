#!/usr/bin/env python3
"""Runs the demo in a folder of its own and checks its end state on both laptops and in the server's file.

usage: check.py FOLDER-WITH-THE-PROGRAMS
"""
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
wrong: list[str] = []


def expect(holds: bool, sentence: str) -> None:
    print(("ok    " if holds else "WRONG ") + sentence)
    if not holds:
        wrong.append(sentence)


def main(programs: pathlib.Path) -> int:
    with tempfile.TemporaryDirectory(prefix="waybook-demo-") as name:
        demo = pathlib.Path(name) / "demo"
        log = pathlib.Path(name) / "output"
        with log.open("wb") as output:
            ended = subprocess.run([HERE / "demo.sh", programs, demo], stdout=output, stderr=subprocess.STDOUT)
        try:
            expect(ended.returncode == 0, "the demo ends well")
            if ended.returncode:
                print(log.read_text(errors="replace")[-3000:])
            else:
                check(programs, demo)
        finally:
            if (demo / "server.pid").exists():
                os.kill(int((demo / "server.pid").read_text()), signal.SIGTERM)
    return 1 if wrong else 0


def check(programs: pathlib.Path, demo: pathlib.Path) -> None:
    def ask(laptop: str, *words: str):
        command = [programs / "waybook", *words, "--store", demo / laptop, "--json"]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    lists = {laptop: ask(laptop, "customer", "list") for laptop in ("jane", "steve")}
    fields = {laptop: sorted(json.dumps(row, sort_keys=True) for row in rows) for laptop, rows in lists.items()}
    expect(len(lists["jane"]) == 99, "99 customers: 59 of Chinook and 40 Chinese ones")
    expect(fields["jane"] == fields["steve"], "both laptops hold the same")
    for laptop in ("jane", "steve"):
        with sqlite3.connect(f"file:{demo / laptop / 'store.db'}?mode=ro", uri=True) as store:
            row = store.execute("SELECT city, tier FROM customer WHERE name = 'Leonie Köhler'").fetchone()
            expect(row == ("Ulm", "vip"), f"{laptop}: the two fields of one customer came together")
            names = store.execute("SELECT name FROM customer WHERE name LIKE 'JetBrains%'").fetchall()
            expect(names == [("JetBrains s.r.o., Prague",)], f"{laptop}: the disagreement was settled")
            kept = store.execute("SELECT industry FROM customer WHERE name = 'Telus'").fetchall()
            expect(kept == [("Telecoms",)], f"{laptop}: the edited customer outlived its delete")
        expect(ask(laptop, "conflict", "list") == [], f"{laptop}: nothing is left to decide")
        expect(ask(laptop, "status")["unsent"] == 0, f"{laptop}: nothing is unsent")
    with sqlite3.connect(f"file:{next((demo / 'server').glob('*.db'))}?mode=ro", uri=True) as server:
        expect(server.execute("PRAGMA integrity_check").fetchone() == ("ok",), "the server's file is sound")
        settled = server.execute(
            "SELECT count(*) FROM record WHERE collection = 'conflict' AND json_extract(fields, '$.status') = 'resolved'"
        ).fetchone()
        expect(settled == (2,), "the server remembers two settled conflicts")


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
