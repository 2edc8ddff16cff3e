#!/usr/bin/env python3
"""Fuzzes every reader of what is not to be trusted with libFuzzer, and keeps what it finds.

    fuzz.py [--seconds 60] [--only NAME …] [--jobs 2]

Each reader runs for so many seconds on its corpus (corpus/NAME.txt, an input a line in base64), which is then made anew of
the inputs that together reach all that was reached. An input that traps, breaks a law, hangs for a second or takes 256 MB
goes to found/NAME.txt, which the tests read: mend, and keep it. Exits 1 if anything was found.
"""
import argparse
import base64
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCRATCH = ROOT / ".build-fuzz"
MOST_BYTES = 4_096
LIMITS = [f"-max_len={MOST_BYTES}", "-timeout=1", "-rss_limit_mb=256", "-print_final_stats=1"]


def build() -> pathlib.Path:
    command = ["swift", "build", "--package-path", str(HERE), "--scratch-path", str(SCRATCH), "--sanitize", "fuzzer"]
    subprocess.run([*command, "-Xswiftc", "-O"], check=True)
    return SCRATCH / "debug/waybook-fuzz"


def environment(name: str, **more: str) -> dict[str, str]:
    return {**os.environ, "WAYBOOK_FUZZ": name, "SWIFT_BACKTRACE": "enable=no", **more}


def unpack(file: pathlib.Path, folder: pathlib.Path) -> None:
    for index, line in enumerate(file.read_text().split() if file.exists() else []):
        (folder / f"kept-{index}").write_bytes(base64.b64decode(line))


def pack(inputs: list[bytes], file: pathlib.Path) -> None:
    file.parent.mkdir(exist_ok=True)
    ordered = sorted(set(inputs), key=lambda content: (len(content), content))
    file.write_text("".join(base64.b64encode(content).decode() + "\n" for content in ordered if content))


def fuzz(program: pathlib.Path, name: str, seconds: int) -> bool:
    """Returns whether nothing was found."""
    with tempfile.TemporaryDirectory(prefix="waybook-fuzz-") as room:
        folders = {kind: pathlib.Path(room, kind) for kind in ("given", "corpus", "merged", "found")}
        for folder in folders.values():
            folder.mkdir()
        subprocess.run([program], env=environment(name, WAYBOOK_FUZZ_FOLDER=str(folders["given"])), check=True)
        words = folders["given"] / "words.dict"
        unpack(HERE / f"corpus/{name}.txt", folders["corpus"])
        artifacts = f"-artifact_prefix={folders['found']}/"
        dictionary = [f"-dict={words}"] if words.stat().st_size else []
        run = subprocess.run(
            [program, folders["corpus"], folders["given"], f"-max_total_time={seconds}", artifacts, *LIMITS, *dictionary],
            env=environment(name), capture_output=True, text=True, errors="replace")
        covered = re.findall(r"cov: (\d+)", run.stderr)
        executed = re.findall(r"number_of_executed_units: (\d+)", run.stderr)
        found = [file.read_bytes() for file in folders["found"].iterdir()]
        if not covered:
            print(f"{name}: ran without counters\n{run.stderr[-2000:]}")
            return False
        (folders["given"] / "words.dict").unlink()
        subprocess.run(
            [program, "-merge=1", *LIMITS[:3], folders["merged"], folders["given"], folders["corpus"]],
            env=environment(name), capture_output=True)
        merged = [file.read_bytes() for file in folders["merged"].iterdir()]
        if merged:
            pack(merged, HERE / f"corpus/{name}.txt")
        print(f"{name}: {executed[-1] if executed else '?'} inputs, {covered[-1]} edges, {len(merged)} kept", flush=True)
        if not found and run.returncode == 0:
            return True
        known: list[bytes] = []
        file = HERE / f"found/{name}.txt"
        if file.exists():
            known = [base64.b64decode(line) for line in file.read_text().split()]
        pack(known + found, file)
        reason = re.findall(r"Fatal error: (.*)|ERROR: libFuzzer: (.*)", run.stderr)
        print(f"{name}: FOUND {[ ''.join(pair) for pair in reason[:2]]}; kept in {file.relative_to(ROOT)}", flush=True)
        return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    program = build()
    listed = subprocess.run([program], env=environment("", WAYBOOK_FUZZ_LIST="1"), check=True, capture_output=True, text=True)
    names = [name for name in listed.stdout.split() if not options.only or name in options.only]
    if not names:
        parser.error(f"readers are {', '.join(listed.stdout.split())}")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda name: fuzz(program, name, options.seconds), names))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
