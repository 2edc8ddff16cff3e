#!/usr/bin/env python3
"""Plants each fault of faults/*.patch in a copy of the tree, builds it, and counts the histories until it is found.

usage: faults.py [--histories N] [--work FOLDER] [--debug] [NAME…]

A build a fault: some minutes each. Prints a line a fault: how many histories until it was found, which law it broke, how
many steps the shrunk history has. Exits 1 if one was not found. The first line of a patch says what the fault is.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def run(command: list[str], **options) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, **options)


def prepare(tree: pathlib.Path) -> None:
    """A copy of the sources as they are now; what was built of an earlier copy stays beside it."""
    tree.mkdir(parents=True, exist_ok=True)
    for name in ("Package.swift", "Package.resolved", "Sources", "Tests"):
        source = ROOT / name
        if source.is_dir():
            shutil.rmtree(tree / name, ignore_errors=True)
            shutil.copytree(source, tree / name)
        elif source.exists():
            shutil.copy2(source, tree / name)


def build(tree: pathlib.Path, configuration: str) -> pathlib.Path:
    built = run(["swift", "build", "-c", configuration, "--product", "waybook-simulate"], cwd=tree)
    if built.returncode != 0:
        raise SystemExit(f"does not build:\n{built.stdout[-3000:]}")
    return tree / ".build" / configuration / "waybook-simulate"


def hunt(program: pathlib.Path, histories: int) -> tuple[int, str, str]:
    """How many histories were run, and the law that one broke; -1 where none did.

    An error of the simulation itself is no law: it finds nothing.
    """
    found = run([str(program), "--histories", str(histories)])
    ran = re.search(r": (\d+) histories", found.stdout)
    broken = re.search(r"seed (\d+) breaks step \d+: ([^:]+):", found.stdout)
    if not broken or broken[2] in ("error", "beginning"):
        return -1, found.stdout[-300:], ""
    short = run([str(program), "--seed", broken[1], "--shrink"])
    steps = re.search(r"steps made (\d+)", short.stdout)
    return int(ran[1]) if ran else int(broken[1]), broken[2], steps[1] if steps else "?"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/var/tmp/waybook-faults"))
    parser.add_argument("--debug", action="store_true", help="build without optimisation: sooner built, slower run")
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    prepare(arguments.work)
    configuration = "debug" if arguments.debug else "release"
    count, law, _ = hunt(build(arguments.work, configuration), arguments.histories)
    if count >= 0:
        raise SystemExit(f"without any fault a law is broken: {law}, after {count} histories; nothing was planted")
    missed = 0
    for patch in sorted((HERE / "faults").glob("*.patch")):
        if arguments.names and patch.stem not in arguments.names:
            continue
        command = ["patch", "-p1", "-F0", "-i", str(patch)]
        trial = run([*command, "--dry-run"], cwd=arguments.work)
        if trial.returncode != 0:
            raise SystemExit(f"{patch.name} does not apply:\n{trial.stdout}")
        run(command, cwd=arguments.work, check=True)
        try:
            count, law, steps = hunt(build(arguments.work, configuration), arguments.histories)
        finally:
            run(["patch", "-R", "-p1", "-i", str(patch)], cwd=arguments.work, check=True)
        missed += count < 0
        print(f"| `{patch.stem}` | {'not found' if count < 0 else count} | {law} | {steps} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
