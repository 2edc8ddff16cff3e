#!/usr/bin/env python3
"""Checks of the repository that no compiler makes. Prints what is wrong, a line each; exits 1 if anything is."""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MOST_LINES = 420
TOP_LEVEL = {
    "Package.swift", "Sources", "Tests", "protocol", "docs", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md",
    "Makefile", ".ci", ".gitignore", ".swift-format",
}
# Modules of the toolchain and of packages that bring several modules in one product.
PLATFORM = {
    "Foundation", "FoundationEssentials", "Testing", "XCTest", "Synchronization", "Glibc", "Darwin", "Dispatch", "Musl",
}
wrong: list[str] = []


def tracked() -> list[pathlib.Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def check_top_level(files: list[pathlib.Path]) -> None:
    for name in sorted({file.relative_to(ROOT).parts[0] for file in files} - TOP_LEVEL):
        wrong.append(f"{name}: nothing else lies at the top level")


def check_imports(files: list[pathlib.Path]) -> None:
    """Transitive imports compile though undeclared; here they must be declared."""
    dump = subprocess.run(["swift", "package", "dump-package"], cwd=ROOT, check=True, capture_output=True, text=True)
    allowed: dict[str, set[str]] = {}
    for target in json.loads(dump.stdout)["targets"]:
        names = {target["name"]}
        for dependency in target["dependencies"]:
            for kind in ("byName", "product", "target"):
                if kind in dependency:
                    names.add(dependency[kind][0])
        allowed[target["name"]] = names
    for file in files:
        parts = file.relative_to(ROOT).parts
        if file.suffix != ".swift" or parts[0] not in ("Sources", "Tests") or parts[1] not in allowed:
            continue
        for line in file.read_text().splitlines():
            match = re.match(r"\s*(?:@\w+(?:\(\w+\))?\s+)*(?:public |package |internal )?import (?:struct |class |enum |func )?([A-Z]\w+)", line)
            if match and match[1] not in PLATFORM | allowed[parts[1]]:
                wrong.append(f"{file.relative_to(ROOT)}: imports {match[1]}, which {parts[1]} does not declare")


def check_texts(files: list[pathlib.Path]) -> None:
    for file in files:
        name = file.relative_to(ROOT)
        if file.suffix not in {".swift", ".md", ".py", ".sh", ".c", ".h", ".yaml", ".json"} and file.name != "Makefile":
            continue
        text = file.read_text()
        if file.suffix == ".swift" and text.count("\n") > MOST_LINES:
            wrong.append(f"{name}: {text.count(chr(10))} lines; split it at {MOST_LINES}")
        if file.suffix == ".swift":
            for number, line in enumerate(text.splitlines(), 1):
                if re.search(r"\b(TODO|FIXME|XXX)\b", line):
                    wrong.append(f"{name}:{number}: unfinished")


def check_deciding_code(files: list[pathlib.Path]) -> None:
    """Clocks and chance are passed in where decisions are made."""
    forbidden = re.compile(r"\bDate\(\)|\bUUID\(\)|\.random\(|Task\.sleep|SystemRandomNumberGenerator\(\)")
    for file in files:
        parts = file.relative_to(ROOT).parts
        deciding = {"WaybookModel", "WaybookProtocol", "WaybookStore", "WaybookSync", "WaybookServerCore", "WaybookCRM"}
        if file.suffix == ".swift" and parts[0] == "Sources" and parts[1] in deciding:
            for number, line in enumerate(file.read_text().splitlines(), 1):
                if forbidden.search(line.split("//")[0]) and "using:" not in line:
                    wrong.append(f"{file.relative_to(ROOT)}:{number}: reads a clock or makes up a number")


def check_threats() -> None:
    """Each answer to a threat names the tests that show it, and these exist."""
    suites = {
        name
        for file in (ROOT / "Tests").rglob("*.swift")
        for name in re.findall(r"(?:struct|class) (\w+Tests)\b", file.read_text())
    }
    page = (ROOT / "docs" / "threat-model.md").read_text()
    table = page.split("## What is defended", 1)[1].split("\n## ", 1)[0]
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("| ") or cells[0] == "threat":
            continue
        named = re.findall(r"`(\w+Tests)`", cells[-1])
        if not named:
            wrong.append(f"docs/threat-model.md: no test shows the answer to: {cells[0]}")
        for name in sorted(set(named) - suites):
            wrong.append(f"docs/threat-model.md: {name} is no suite")


def check_decisions(files: list[pathlib.Path]) -> None:
    numbers: dict[str, str] = {}
    for file in files:
        if file.parent == ROOT / "docs" / "decisions":
            number = file.name[:4]
            if number in numbers:
                wrong.append(f"{file.relative_to(ROOT)}: the number of {numbers[number]}")
            numbers[number] = file.name


def main() -> int:
    files = tracked()
    check_top_level(files)
    check_imports(files)
    check_texts(files)
    check_deciding_code(files)
    check_decisions(files)
    check_threats()
    for line in wrong:
        print(line)
    print(f"tidy: {len(files)} files, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
