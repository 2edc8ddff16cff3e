#!/usr/bin/env python3
"""Makes docs/capabilities.md of docs/capabilities.csv and of the tests that name a capability's number ("Capability 4.6" in the comment
before a test, or in a transcript). With --check it fails where the page is not as it would be made, or a test names a number that there is not."""
import csv
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/capabilities.md"
MODULES = {
    "1": "Profile", "2": "Classification", "3": "Interactions", "4": "Plans, tasks, promises", "5": "Purchases", "6": "Leads and pipeline",
    "14": "Responsibility and goals", "15": "Sharing and roles",
}
HEAD = """# Capabilities

What a complete product does for people who look after customers, which command does it, and which test shows it. A line without a
test is not there yet, or not wholly. Made by `Tests/capabilities.py` from `capabilities.csv` and the tests that name a number; not edited by hand.
"""


def named_in_tests():
    """Test names by number."""
    found = {}
    for path in sorted((ROOT / "Tests").rglob("*")):
        if path.suffix == ".swift":
            lines = path.read_text(encoding="utf-8").splitlines()
            for index, line in enumerate(lines):
                numbers = numbers_in(line)
                if not numbers:
                    continue
                name = next((m[1] for l in lines[index:] if (m := re.search(r"func (\w+)", l))), "?")
                for number in numbers:
                    found.setdefault(number, []).append(f"`{path.stem}.{name}`")
        elif path.suffix == ".txt" and "Transcripts" in path.parts:
            for line in path.read_text(encoding="utf-8").splitlines():
                for number in numbers_in(line) if line.startswith("#") else []:
                    found.setdefault(number, []).append(f"`{path.name}`")
    return found


def numbers_in(line):
    match = re.search(r"[Cc]apabilit(?:y|ies) ((?:\d+\.\d+(?:, )?)+)", line)
    return match[1].strip(", ").split(", ") if match else []


def page(rows, tests):
    text, module = HEAD, None
    for number, what, command in rows:
        if number.split(".")[0] != module:
            module = number.split(".")[0]
            text += f"\n## {MODULES[module]}\n| | what | command | shown by |\n|---|---|---|---|\n"
        command = f"`{command}`".replace("|", "\\|") if command else ""
        text += f"| {number} | {what} | {command} | {', '.join(tests.get(number, []))} |\n"
    there = sum(1 for row in rows if row[0] in tests)
    return text + f"\n{there} of {len(rows)} lines have a test.\n"


def main():
    with open(ROOT / "docs/capabilities.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    tests = named_in_tests()
    unknown = sorted(set(tests) - {row[0] for row in rows})
    if unknown:
        sys.exit(f"tests name capabilities that docs/capabilities.csv does not have: {', '.join(unknown)}")
    made = page(rows, tests)
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(made, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != made:
        sys.exit("docs/capabilities.md is out of date: run Tests/capabilities.py")


if __name__ == "__main__":
    main()
