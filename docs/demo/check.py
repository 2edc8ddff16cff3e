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
                expect(
                    "Jane Peacock claimed 北京云岭软件有限公司 before you." in log.read_text(), "the second is told who has it")
        finally:
            if (demo / "server.pid").exists():
                os.kill(int((demo / "server.pid").read_text()), signal.SIGTERM)
    return 1 if wrong else 0


def check(programs: pathlib.Path, demo: pathlib.Path) -> None:
    def ask(laptop: str, *words: str):
        command = [programs / "waybook", *words, "--store", demo / laptop, "--json"]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    lists = {laptop: {row["id"]: row for row in ask(laptop, "customer", "list")} for laptop in ("nancy", "jane", "steve")}
    people = {row["fields"]["email"].split("@")[0]: row["id"] for row in ask("nancy", "user", "list")}
    expect(len(lists["nancy"]) == 99, "the manager sees 99 customers: 59 of Chinook and 40 Chinese ones")

    def mine(laptop: str, row: dict) -> bool:
        return row["fields"].get("owner") == people[laptop] or f"members/{people[laptop]}" in json.dumps(row["fields"]) \
            or people[laptop] in json.dumps(row["fields"].get("members", {}))

    ask_all = {row["id"]: row for row in ask("nancy", "customer", "list")}
    for laptop in ("jane", "steve"):
        expected = {identity for identity, row in ask_all.items() if mine(laptop, row)}
        expect(set(lists[laptop]) == expected, f"{laptop}: holds what {laptop} answers for or shares, and nothing more")
        expect(0 < len(expected) < 40, f"{laptop}: that is a part of the whole ({len(expected)})")
        with sqlite3.connect(f"file:{demo / laptop / 'store.db'}?mode=ro", uri=True) as store:
            row = store.execute("SELECT city, tier FROM customer WHERE name = 'Leonie Köhler'").fetchone()
            expect(row == ("Ulm", "vip"), f"{laptop}: the two fields of one customer came together")
            names = store.execute("SELECT name FROM customer WHERE name LIKE 'JetBrains%'").fetchall()
            expect(names == [("JetBrains s.r.o., Prague",)], f"{laptop}: the disagreement was settled")
            kept = store.execute("SELECT industry FROM customer WHERE name = 'Telus'").fetchall()
            expect(kept == [("Telecoms",)], f"{laptop}: the edited customer outlived its delete")
        expect(ask(laptop, "conflict", "list") == [], f"{laptop}: nothing is left to decide")
        expect(ask(laptop, "handover", "list") == [], f"{laptop}: nothing that was handed over waits")
        expect(ask(laptop, "status")["unsent"] == 0, f"{laptop}: nothing is unsent")
    claimed = [row for row in ask_all.values() if row["fields"]["name"] == "北京云岭软件有限公司"]
    expect([row["fields"]["owner"] for row in claimed] == [people["jane"]], "the first claim has the customer")
    calls = ask("jane", "interaction", "list")
    expect(
        ["Wants the new catalogue"] == [row["fields"].get("content") or row["fields"].get("subject") for row in calls],
        "what Steve wrote after the move was taken over by Jane")
    files = [path for path in (demo / "steve").rglob("*") if path.is_file()]
    expect(
        not any(word.encode() in path.read_bytes() for path in files for word in ("Marc Dubois", "marc.dubois")),
        "no byte of the customer that moved on is left on Steve's laptop")
    with sqlite3.connect(f"file:{next((demo / 'server').glob('*.db'))}?mode=ro", uri=True) as server:
        expect(server.execute("PRAGMA integrity_check").fetchone() == ("ok",), "the server's file is sound")
        settled = server.execute(
            "SELECT count(*) FROM record WHERE collection = 'conflict' AND json_extract(fields, '$.status') = 'resolved'"
        ).fetchone()
        expect(settled == (2,), "the server remembers two settled conflicts")


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
