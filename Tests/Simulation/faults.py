#!/usr/bin/env python3
"""Plants the faults of faults/*.patch in a copy of the tree, and counts the histories until each is found.

usage: faults.py [--histories N] [--steps N] [--laptops N] [--work FOLDER] [--debug] [--shrink] [NAME…]

One build for all: each patch asks `isPlanted("its name")`, which the copy has and the product has not, and the variable
WAYBOOK_FAULT says which of them happens. The patches are applied in the order of their names; the first line of each says
what the fault is. First histories are run without any. Prints a line a fault: how many histories until it was found, which
law it broke, and with --shrink how many steps the shrunk history has. Exits 1 if one was not found.
"""
import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FAULTS = HERE / "faults"
# Where the switch goes: everything imports this module.
SWITCH = pathlib.Path("Sources/WaybookModel/Planted.swift")
# How many histories are run without any fault.
UNHARMED = 500


def run(command: list[str], **options) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, **options)


def copy_changed(source: pathlib.Path, target: pathlib.Path) -> None:
    """Leaves alone what is the same, so that no more is built than must be."""
    if not target.exists() or source.read_bytes() != target.read_bytes():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def prepare(tree: pathlib.Path) -> None:
    """A copy of the sources as they are now, with all faults in it; what was built of an earlier copy stays beside it."""
    fresh = tree / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    for name in ("Sources", "Tests"):
        shutil.copytree(ROOT / name, fresh / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Package.swift", "Package.resolved"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, fresh / name)
    shutil.copy(FAULTS / "Planted.swift", fresh / SWITCH)
    for patch in sorted(FAULTS.glob("*.patch")):
        applied = run(["patch", "-p1", "-F2", "--no-backup-if-mismatch", "-i", str(patch)], cwd=fresh)
        if applied.returncode != 0:
            raise SystemExit(f"{patch.name} does not apply:\n{applied.stdout}")
    files = {file.relative_to(fresh) for file in fresh.rglob("*") if file.is_file()}
    for name in ("Sources", "Tests"):
        for old in (tree / name).rglob("*"):
            if old.is_file() and old.relative_to(tree) not in files:
                old.unlink()
    for file in files:
        copy_changed(fresh / file, tree / file)
    shutil.rmtree(fresh)


def build(tree: pathlib.Path, configuration: str) -> pathlib.Path:
    swift_build = os.environ.get("SWIFT_BUILD", "swift build").split()
    built = run([*swift_build, "-c", configuration, "--product", "waybook-simulate"], cwd=tree)
    if built.returncode != 0:
        raise SystemExit(f"does not build:\n{built.stdout[-3000:]}")
    return tree / ".build" / configuration / "waybook-simulate"


def hunt(program: pathlib.Path, fault: str, histories: int, size: list[str], shrinks: bool = False) -> tuple[int, str, str]:
    """How many histories were run, the law that one broke, and how short that was made; -1 where none did.

    `error`: a step failed for which no fault of a machine was asked. Without the planted fault none does.
    """
    environment = os.environ | {"WAYBOOK_FAULT": fault}
    found = run([str(program), "--histories", str(histories), *size], env=environment)
    ran = re.search(r": (\d+) histories", found.stdout)
    broken = re.search(r"seed (\d+) breaks step \d+: ([^:]+):", found.stdout)
    # It ends with 1 where a law is broken; anything else that is not 0 is a program that broke down.
    if found.returncode not in (0, 1) or not ran and not broken:
        raise SystemExit(f"{fault or 'without a fault'}: exit {found.returncode}:\n{found.stdout[-2000:]}{found.stderr[-2000:]}")
    if not broken or broken[2] == "beginning":
        return -1, found.stdout[-300:].strip(), ""
    count = int(ran[1]) if ran else int(broken[1])
    if not shrinks:
        return count, broken[2], "not tried"
    short = run([str(program), "--seed", broken[1], "--shrink", *size], env=environment)
    steps = re.search(r"steps made (\d+)", short.stdout)
    return count, broken[2], steps[1] if steps else "?"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=40, help="of a history")
    parser.add_argument("--laptops", type=int, default=3)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/var/tmp/waybook-faults"))
    parser.add_argument("--debug", action="store_true", help="build without optimisation: sooner built, slower run")
    parser.add_argument("--shrink", action="store_true", help="also make what was found short: minutes a fault")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - {patch.stem for patch in FAULTS.glob("*.patch")}
    if unknown:
        parser.error(f"there is no fault {', '.join(sorted(unknown))} in {FAULTS}")
    prepare(arguments.work)
    program = build(arguments.work, "debug" if arguments.debug else "release")
    size = ["--steps", str(arguments.steps), "--replicas", str(arguments.laptops)]
    count, law, _ = hunt(program, "", min(arguments.histories, UNHARMED), size)
    if count >= 0 or " breaks " in law:
        raise SystemExit(f"without any fault a law is broken: {law}")
    missed = 0
    for patch in sorted(FAULTS.glob("*.patch")):
        if arguments.names and patch.stem not in arguments.names:
            continue
        count, law, steps = hunt(program, patch.stem, arguments.histories, size, arguments.shrink)
        missed += count < 0
        print(f"| `{patch.stem}` | {'not found' if count < 0 else count} | {law} | {steps} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
