#!/usr/bin/env python3
"""A hostile client against the real server: what protocol/5-errors.md and 6-http.md promise to whoever sends rubbish.

usage: hostile.py WAYBOOK-SERVER [CASE…]     prints one line a case; exits with 1 on a finding, in under 90 s.

The server runs on the loopback address over a folder that is thrown away. Beside every case a good client goes on; a
case fails on a wrong answer, an answer of the class 5xx that was not asked for, a pause of the good client, or a server
that grew or died.
"""
from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import zlib
from collections.abc import Callable
from typing import Any

PASSWORD = "correct horse"
ALPHABET = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
SERVER_BIT = 0x8000
PROTOCOL = 7
# What a good client may have to wait, and what the server may use, whatever happens beside it.
# What others' requests cost is counted in the server's processor time, for a busy machine stretches every clock. Only what hangs is judged
# by one.
PATIENCE_SECONDS, MEMORY_MIB, HANG_SECONDS = 6.0, 384, 60
CODES = {
    "retry", "slow-down", "sign-in", "revoked", "wipe", "upgrade", "fix-record", "too-large", "gap", "fork", "timeline",
    "stale", "erased", "quarantine", "server-full",
}
CANARY = "Zanzibar-Canary"


class Finding(Exception):
    """The server did what it must not."""


def expect(condition: Any, what: str) -> None:
    if not condition:
        raise Finding(what)


def now() -> int:
    return time.time_ns() // 1_000_000


def stamp(milliseconds: int, counter: int, replica: int) -> str:
    number = milliseconds << 48 | counter << 32 | replica
    return "".join(ALPHABET[number >> shift & 63] for shift in range(90, -1, -6))


def new_id() -> str:
    number = now() << 80 | 7 << 76 | 2 << 62 | int.from_bytes(os.urandom(10), "big") & ~(0xF << 76 | 3 << 62)
    return str(uuid.UUID(int=number))


# ---------------------------------------------------------------- the server


class Server:
    """A server of its own, with its memory and its log."""

    def __init__(self, program: str, folder: str) -> None:
        self.program, self.folder = program, folder
        self.data = f"{folder}/data"
        self.log = f"{folder}/log"
        self.drips: Drips | None = None
        self.environment = os.environ | {"WAYBOOK_ADMIN_PASSWORD": PASSWORD, "WAYBOOK_LANG": "en"}
        if not os.path.exists(f"{self.data}/server.db"):
            self.command("init", "--workspace", "Hostile", "--admin", "mei@example.com")
        self.start()

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, "serve", "--data", self.data, "--port", "0", "--json"], env=self.environment,
                stdout=subprocess.PIPE, stderr=log)
        assert self.process.stdout
        line = self.process.stdout.readline()
        self.port = int(re.search(rb":(\d+)\"", line)[1])  # type: ignore[index]

    def command(self, *arguments: str, timeout: float = 20) -> str:
        noun = 2 if arguments[0] in ("user", "device") else 1
        result = subprocess.run(
            [self.program, *arguments[:noun], "--data", self.data, *arguments[noun:]], env=self.environment,
            capture_output=True, text=True, timeout=timeout)
        expect(result.returncode == 0, f"{arguments} failed: {result.stderr.strip()[:200]}")
        return result.stdout

    def memory(self, key: str = "VmRSS") -> int:
        """MiB of the process."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(rf"{key}:\s+(\d+)", status.read())[1]) // 1_024  # type: ignore[index]

    def spent(self) -> float:
        """Seconds of processor time that the process has used."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def reset_peak(self) -> None:
        with contextlib.suppress(OSError), open(f"/proc/{self.process.pid}/clear_refs", "w") as file:
            file.write("5")

    def stop(self, seconds: float = HANG_SECONDS) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Finding("SIGTERM did not end the server") from None


# ---------------------------------------------------------------- HTTP by hand


class Answer:
    """An answer, and the processor time that the server used until it had come, seconds."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes, seconds: float) -> None:
        self.status, self.headers, self.body, self.seconds = status, headers, body, seconds
        is_lines = status == 200 and headers.get("Content-Type") == "application/x-ndjson"
        self.lines = [json.loads(line) for line in body.split(b"\n") if line] if is_lines else []
        self.problem: dict[str, Any] = json.loads(body) if status >= 400 and body else {}

    @property
    def code(self) -> str | None:
        error = next((line["error"] for line in self.lines if isinstance(line, dict) and "error" in line), self.problem)
        return error.get("code")


class Cut(Exception):
    """The server closed without an answer."""


def dial(server: Server, source: str = "127.0.0.1", timeout: float = 45) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout, (source, 0))


def read_answer(connection: socket.socket, server: Server, spent: float = 0) -> Answer:
    response = http.client.HTTPResponse(connection)
    try:
        response.begin()
        text = response.getheader("Content-Type", "")
        body = b"" if text == "text/event-stream" else response.read()
    except (http.client.HTTPException, OSError) as error:
        raise Cut(repr(error)) from error
    return Answer(response.status, dict(response.getheaders()), body, server.spent() - spent)


def raw(server: Server, data: bytes, *, timeout: float = 45, source: str = "127.0.0.1") -> Answer:
    """Sends bytes as they are and reads one answer."""
    spent = server.spent()
    with dial(server, source, timeout) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(data)
        return read_answer(connection, server, spent)


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    fields = {"Host": "localhost", "Content-Length": str(len(body))} | {k.replace("_", "-"): v for k, v in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


def refused(answer: Answer, statuses: set[int], codes: set[str]) -> None:
    """The answer is a problem of the closed list, and tells nothing of the request."""
    expect(answer.status in statuses, f"status {answer.status}, not {sorted(statuses)}: {answer.body[:120]!r}")
    expect(answer.code in codes and answer.code in CODES, f"code {answer.code}, not {sorted(codes)}")
    expect(CANARY.encode() not in answer.body, "the error tells text of the request")
    expect(b"/tmp" not in answer.body and b"server.db" not in answer.body, "the error tells a path")


# ---------------------------------------------------------------- a device


class Device:
    """A device that knows the protocol well enough to break it."""

    def __init__(self, server: Server, name: str = "hostile", source: str = "127.0.0.1") -> None:
        self.server, self.source = server, source
        body = json.dumps({"device": name, "email": "mei@example.com", "password": PASSWORD}).encode()
        answer = raw(server, request("POST", "/v1/sign-in", body, Content_Type="application/json"))
        expect(answer.status == 200, f"sign-in: {answer.status} {answer.body[:100]!r}")
        signed_in = json.loads(answer.body)
        self.token, self.replica, self.last, self.made = signed_in["token"], signed_in["replica"], 0, 0
        self.checkpoint: str | None = None

    def hello(self, **changed: Any) -> dict[str, Any]:
        hello = {
            "answered": 0, "last": self.last, "protocol": [PROTOCOL, PROTOCOL], "pull": False, "replica": self.replica, "schema": 1,
            "wall": now(),
        }
        return {"hello": {key: value for key, value in (hello | changed).items() if value is not None}}

    def stamp(self, ahead: int = 0) -> str:
        self.made = max(now(), self.made + 1)
        return stamp(self.made + ahead, 0, self.replica)

    def set(self, *changes: dict[str, Any], **fields: Any) -> dict[str, Any]:
        self.last += 1
        return {"changes": list(changes), "on": 0, "set": self.last, "stamp": self.stamp(), "wall": now()} | fields

    def send(self, body: bytes, **headers: str) -> Answer:
        fields = {"Authorization": f"Bearer {self.token}", "Content_Type": "application/x-ndjson"} | headers
        return raw(self.server, request("POST", "/v1/exchange", body, **fields), source=self.source)

    def exchange(self, *lines: Any, packed: bool = False, **hello: Any) -> Answer:
        body = b"".join(
            (line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode()) + b"\n"
            for line in (self.hello(**hello), *lines))
        if packed:
            return self.send(gzip.compress(body, 1), Content_Encoding="gzip")
        return self.send(body)

    def push(self, *sets: dict[str, Any], packed: bool = False, **hello: Any) -> list[dict[str, Any]]:
        """Sends sets; returns the verdicts of those that were not plainly applied."""
        answer = self.exchange(*sets, packed=packed, **hello)
        expect(answer.status == 200 and answer.lines and "end" in answer.lines[-1], f"{answer.status} {answer.body[:200]!r}")
        return [line for line in answer.lines if "verdict" in line]

    def refuses(self, line: Any, *rules: str) -> None:
        """The set is judged and refused whole, by one of these rules."""
        verdicts = self.push(line)
        rejected = verdicts[0]["verdict"].get("rejected") if verdicts else None
        expect(rejected and rejected["rule"] in rules, f"not refused by {rules}: {str(verdicts)[:200]}")

    def malformed(self, *lines: Any, **hello: Any) -> None:
        """The request is refused before anything of it is judged; the sets keep their numbers."""
        before = self.last
        refused(self.exchange(*lines, **hello), {400, 413}, {"fix-record", "too-large"})
        self.last = before


def customer(identity: str | None = None, **put: Any) -> dict[str, Any]:
    return {"id": identity or new_id(), "in": "customer", "new": True, "put": {"name": "Acme"} | put}


class GoodClient:
    """Exchanges all the time, from an address of its own; remembers the longest it had to wait."""

    def __init__(self, server: Server) -> None:
        self.device = Device(server, "good", "127.0.0.9")
        self.device.push(self.device.set(customer()))
        self.server = server
        self.longest, self.trouble, self.rounds, self.isStopped = 0.0, "", 0, False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        while not self.isStopped:
            started, spent = time.monotonic(), self.spent()
            try:
                verdicts = self.device.push(self.device.set(customer()))
                if verdicts:
                    self.trouble = str(verdicts)[:200]
            except (Finding, Cut, OSError) as error:
                self.device.last -= 1
                self.trouble = self.trouble or str(error)[:200]
            self.longest = max(self.longest, self.spent() - spent)
            if time.monotonic() - started > HANG_SECONDS:
                self.trouble = self.trouble or f"{time.monotonic() - started:.0f} s for one exchange"
            self.rounds += 1
            time.sleep(0.05)

    def spent(self) -> float:
        """0 while there is no server."""
        try:
            return self.server.spent()
        except OSError:
            return 0

    def take(self) -> tuple[float, str]:
        """What it met since the last time, the round in hand included."""
        rounds, end = self.rounds, time.monotonic() + 45
        while self.rounds < rounds + 2 and time.monotonic() < end:
            time.sleep(0.01)
        longest, trouble = self.longest, self.trouble
        self.longest, self.trouble = 0.0, ""
        return longest, trouble

    def stop(self) -> None:
        self.isStopped = True
        self.thread.join(10)


Case = Callable[[Server, Device], None]
CASES: list[tuple[str, Case]] = []


def case(name: str) -> Callable[[Case], Case]:
    def note(body: Case) -> Case:
        CASES.append((name, body))
        return body
    return note


# ---------------------------------------------------------------- what JSON must not be


@case("JSON: malformed, duplicate keys, numbers, UTF-8, nesting")
def bad_json(server: Server, device: Device) -> None:
    hello = json.dumps(device.hello()["hello"])
    bad = [
        b"{", b"nul", b"[]", b"1", b'"x"', b"{}{}", b"\xef\xbb\xbf{}", b"{'a':1}", b'{"a":1,}', b'{"hello":null}',
        b'{"hello":{},"hello":{}}', b'{"hello":1e400}', b'{"hello":9223372036854775808}', b'{"hello":1.0}', b"NaN",
        b'{"hello":-9223372036854775809}', b'{"hello":01}', b'{"a":"\\ud800"}', b'{"a":"\\udc00\\ud800"}',
        b'{"a":"\xff"}', b'{"a":"\xc0\x80"}', b'{"a":"\xed\xa0\x80"}', b'{"a":"\\u0000"}', b'{"a":"\x00"}',
        b'{"a":"\x01"}', b'{"a":"\\x"}', '{"a":1}'.encode("utf-16"), b"[" * 100_000, b'{"a":' * 500 + b"1" + b"}" * 500,
        b"[" + b"1," * 250_000 + b"1]", CANARY.encode(), b"1" * 400_000,
        ('{"hello":' + hello[:-1] + ',"wall":1}}').encode(), ('{"hello":' + hello[:-1] + ',"\\u0077all":1}}').encode(),
    ]
    for body in bad:
        answer = device.send(body + b"\n")
        refused(answer, {400, 413}, {"fix-record", "too-large"})
        expect(answer.seconds < 2, f"{answer.seconds:.1f} s for {body[:30]!r}")
    refused(device.send(b""), {400}, {"fix-record"})
    refused(device.send(json.dumps(device.hello()).encode()), {400}, {"fix-record"})


@case("JSON: long keys of combining marks cost no more than others")
def combining_keys(server: Server, device: Device) -> None:
    key = "a" + "\u0301\u0316" * 30_000
    answer = device.exchange(json.dumps({key: 1}, ensure_ascii=False).encode())
    refused(answer, {400, 413}, {"fix-record", "too-large"})
    expect(answer.seconds < 2, f"a key of {len(key.encode())} bytes took {answer.seconds:.1f} s")


@case("values: combining marks cost no more than others")
def combining_values(server: Server, device: Device) -> None:
    identity, count = new_id(), 25_000
    device.push(device.set(customer(identity, custom="a" + "\u0301\u0316" * count)))
    spent = server.spent()
    device.push(device.set({"id": identity, "in": "customer", "put": {"custom": "a" + "\u0316\u0301" * count}}))
    expect(server.spent() - spent < 2, f"{server.spent() - spent:.1f} s in the writer")


@case("hello: wrong types and ends of ranges")
def bad_hello(server: Server, device: Device) -> None:
    top = (1 << 63) - 1
    for changed in (
        {"replica": "1"}, {"replica": -1}, {"replica": 1 << 32}, {"protocol": []}, {"protocol": [2, 1]}, {"protocol": 1},
        {"protocol": [0, 1]}, {"schema": 0}, {"schema": "1"}, {"last": -1}, {"answered": top, "last": 0}, {"wall": "x"},
        {"wall": None}, {"checkpoint": 7}, {"pull": 1}, {"compare": True}, {"compare": [256]}, {"compare": [1, 1]},
        {"compare": [-1]}, {"compare": list(range(9))}, {"last": [CANARY]},
    ):
        refused(device.exchange(**changed), {400}, {"fix-record"})
    most = (1 << 53) - 1
    for changed in (
        {"last": top}, {"last": most + 1}, {"answered": top, "last": top}, {"again": [top, top, top], "last": top},
        {"again": [top, top, top], "answered": top, "last": top}, {"again": [most + 1, most, most], "answered": most, "last": top},
        {"again": [1, most + 1, most + 1], "last": most + 1},
    ):
        refused(device.exchange(**changed), {400}, {"fix-record"})
    refused(device.exchange(answered=most, last=most), {409}, {"timeline"})
    for number in (top, most + 1):
        device.malformed(device.set(customer(), set=number))
    refused(device.exchange(protocol=[PROTOCOL + 1, top]), {409}, {"upgrade"})
    refused(device.exchange(replica=device.replica + 1), {409}, {"fork"})
    for changed in ({"last": most}, {"wall": top}, {"wall": -top - 1}, {"schema": top}, {"protocol": [1, top]}):
        answer = device.exchange(**changed)
        expect(answer.status == 200 and "end" in answer.lines[-1], f"{changed}: {answer.status} {answer.body[:200]!r}")


@case("checkpoints: forged, altered, another server's")
def checkpoints(server: Server, device: Device) -> None:
    answer = device.exchange(pull=True)
    token = next(line["checkpoint"] for line in reversed(answer.lines) if "checkpoint" in line)
    forged = [token[:-1], token + "A", "", "A" * len(token), "=" * len(token), "!" * len(token), token.swapcase(), "A" * 100_000, "é" * 25]
    forged += [token[:k] + ("B" if token[k] != "B" else "C") + token[k + 1 :] for k in range(len(token))]
    for text in forged:
        refused(device.exchange(checkpoint=text, pull=True), {409}, {"stale"})
    expect(device.exchange(checkpoint=token, pull=True).status == 200, "the true checkpoint is refused")
    with tempfile.TemporaryDirectory(prefix="waybook-foreign-") as folder:
        foreign = Server(server.program, folder)
        try:
            other = Device(foreign)
            lines = other.exchange(pull=True).lines
            text = next(line["checkpoint"] for line in lines if "checkpoint" in line)
        finally:
            foreign.stop()
    refused(device.exchange(checkpoint=text, pull=True), {409}, {"stale"})


@case("sets: shapes, identities, paths, stamps that are refused unread")
def malformed_sets(server: Server, device: Device) -> None:
    identity = new_id()
    device.push(device.set(customer(identity)))

    def put(path: str = "city", value: Any = "x", **fields: Any) -> dict[str, Any]:
        return {"id": identity, "in": "customer", "put": {path: value}} | fields

    paths = [
        "", "/", "city/", "tags/", "tags//", "tags/~", "tags/~2", "tags/a~", "tags/a/b/c", "tags/a/", "$life/x", "$Life", "$",
        "1x", "a b", "a.b", "../x", "é", "tags/" + "x" * 508, "x" * 65, "\u001b[31m", "tags/a/1",
    ]
    for path in paths:
        device.malformed(device.set(put(path)))
    device.malformed(device.set({"id": identity, "in": "customer", "remove": ["tags/x", "tags/x"]}))
    device.malformed(device.set(put("tags/x", remove=["tags/x"])))
    for text in (identity.upper(), "{" + identity + "}", identity.replace("-", ""), identity + " ", "", CANARY, 7, None):
        device.malformed(device.set(put() | {"id": text}))
    for collection in ("", "a/b", "1", "x" * 65, "../x", 7, None):
        device.malformed(device.set(put() | {"in": collection}))
    replica, top = device.replica, (1 << 48) - 1
    for text in (
        "", "x", "!" * 16, "-" * 15, "-" * 17, stamp(now(), 0, replica + 1), stamp(now(), 0, 0), stamp(top, 0xFFFF, replica),
        stamp(now(), SERVER_BIT, replica), stamp(0, SERVER_BIT, replica), 7, None,
    ):
        device.malformed(device.set(put(), stamp=text))
    for fields in (
        {"on": -1}, {"on": "1"}, {"wall": "1"}, {"set": 0}, {"set": -1}, {"set": "1"}, {"changes": {}}, {"changes": []},
        {"changes": [7]}, {"resolves": [identity.upper()]}, {"resolves": {}}, {"set": None}, {"on": 1 << 63},
    ):
        device.malformed(device.set(put(), **fields))
    for fields in ({"put": []}, {"put": {}}, {"new": 1}, {"base": 7}, {"base": "x"}, {"base": {"city": "x"}}, {"remove": "tags/x"}):
        device.malformed(device.set(put(**fields)))
    device.malformed(device.set(put(), put()))
    device.malformed(device.set(*(customer(a=1, b=2) for _ in range(400))))
    device.malformed(device.set(put(custom="x" * (1 << 20))))
    device.malformed(*(device.set(put()) for _ in range(1_001)))
    device.malformed(b"x" * 1_100_000)


@case("sets: what is judged and refused")
def refused_sets(server: Server, device: Device) -> None:
    identity, other = new_id(), new_id()
    device.push(device.set(customer(identity)), device.set(customer(other)))

    def put(path: str, value: Any, **fields: Any) -> dict[str, Any]:
        return device.set({"id": identity, "in": "customer", "put": {path: value}} | fields)

    device.refuses(put("$life", "zombie"), "type")
    device.refuses(put("$life", [1]), "type")
    device.refuses(put("tags/e\u0301", "x"), "path")
    device.refuses(put("tags", "x"), "path", "type")
    device.refuses(put("city/x", "x"), "path")
    device.refuses(put("name", None), "required")
    device.refuses(put("name", "x" * 121), "limit")
    device.refuses(put("name", "a\u0001b"), "limit")
    device.refuses(put("importance", 6), "limit")
    device.refuses(put("owner", "../../etc/passwd"), "type")
    device.refuses(put("custom", [1] * 150), "limit")
    device.refuses(device.set({"id": new_id(), "in": "customer", "put": {"city": "x"}}), "unknown")
    device.refuses(device.set({"id": new_id(), "in": "customer", "new": True, "put": {"city": "x"}}), "required")
    device.refuses(device.set({"id": identity, "in": "contact", "put": {"name": "x"}}), "path")
    device.refuses(device.set({"id": new_id(), "in": "conflict", "new": True, "put": {"status": "open"}}), "access")
    device.refuses(device.set({"id": new_id(), "in": "interaction", "new": True, "put": {"customer": new_id()}}), "unknown", "depends")


@case("sets: a reference is the canonical text of an identity")
def reference_form(server: Server, device: Device) -> None:
    identity = new_id()
    device.push(device.set(customer(identity)))
    device.refuses(device.set({"id": new_id(), "in": "interaction", "new": True, "put": {"customer": identity.upper()}}), "type")


@case("sets: a unit's root is a root, not a child nor the record itself")
def unit_root(server: Server, device: Device) -> None:
    child = new_id()
    device.refuses(
        device.set({"id": child, "in": "interaction", "new": True, "put": {"customer": child}}),
        "unknown", "depends", "type", "path", "required")


@case("sets: keys and enumerations take no control characters")
def control_characters(server: Server, device: Device) -> None:
    identity = new_id()
    device.push(device.set(customer(identity)))
    for path, value in (("tags/\u001b[31m", "x"), ("tags/a\nb", "x"), ("tags/\u007f", "x"), ("tier", "\u001b[2J")):
        device.refuses(device.set({"id": identity, "in": "customer", "put": {path: value}}), "path", "type", "limit")


@case("stamps, on and wall at the ends of their ranges")
def extremes(server: Server, device: Device) -> None:
    identity, top, replica = new_id(), (1 << 48) - 1, device.replica
    device.push(device.set(customer(identity)))
    end = (1 << 63) - 1
    for index, (text, base, wall, on) in enumerate((
        (stamp(top, 0x7FFF, replica), stamp(top, 0xFFFF, 0xFFFF_FFFF), end, end),
        (stamp(0, 0, replica), stamp(0, 0, 0), -end - 1, 0),
        (stamp(top, 0x7FFF, replica), stamp(now() + 119_000, 0xFFFF, 0xFFFF_FFFF), -end - 1, end),
        (stamp(now() + 119_000, 0x7FFF, replica), None, 0, 1),
        (stamp(top, 0, replica), stamp(now() + 119_000, 0x7FFF, replica), end, end),
    )):
        change = {"id": identity, "in": "customer", "put": {"city": f"c{index}"}} | ({"base": base} if base else {})
        verdicts = device.push(device.set(change, stamp=text, wall=wall, on=on), wall=wall)
        for verdict in verdicts:
            given = verdict["verdict"].get("stamp")
            if given:
                number = 0
                for character in given:
                    number = number << 6 | ALPHABET.index(character)
                expect(number >> 48 <= now() + 121_000, "a stamp leaves that is more than 2 minutes ahead")
    device.push(device.set({"id": identity, "in": "customer", "put": {"$life": "deleted"}}, on=end))
    device.push(device.set({"id": identity, "in": "customer", "put": {"$life": "alive"}}, on=end))


@case("numbers: replayed, altered, skipped, huge")
def numbers(server: Server, device: Device) -> None:
    one = device.set(customer())
    device.push(one)
    sequence = device.exchange().lines[0]["head"]["sequence"]
    device.push(one)
    expect(device.exchange().lines[0]["head"]["sequence"] >= sequence, "the sequence fell")
    expect(device.exchange(one | {"wall": 1}).code == "fork", "another set under a judged number")
    device.last += 1
    for number in (device.last + 1, (1 << 53) - 1):
        answer = device.exchange(device.set(customer()) | {"set": number})
        expect(answer.code == "gap", f"a gap in the numbers is answered with {answer.status} {answer.code}")
        device.last -= 1
    for number in (1 << 53, (1 << 63) - 1, 1 << 64):
        device.malformed(device.set(customer()) | {"set": number})
    device.last -= 1
    expect(device.exchange(last=0).code == "fork", "an older copy")


# ---------------------------------------------------------------- size and cost


@case("cost: merging texts of 4,000 lines")
def text_merge(server: Server, device: Device) -> None:
    identity = new_id()
    first = device.set(customer(identity, notes="\n".join(f"a{k}" for k in range(3_900))))
    device.push(first)
    for letter in "bc":
        spent = server.spent()
        notes = "\n".join(f"{letter}{k}" for k in range(3_900))
        device.push(device.set({"id": identity, "in": "customer", "put": {"notes": notes}, "base": first["stamp"]}))
        seconds = server.spent() - spent
        expect(seconds < 3, f"one set of 26 kB took {seconds:.1f} s in the writer")


@case("limits: merged text stays within its field's limit")
def merged_limit(server: Server, device: Device) -> None:
    identity = new_id()
    first = device.set(customer(identity, notes="a\nm\nb"))
    device.push(first)
    for notes in ("x" * 65_000 + "\nm\nb", "a\nm\n" + "y" * 65_000):
        verdicts = device.push(device.set({"id": identity, "in": "customer", "put": {"notes": notes}, "base": first["stamp"]}))
    outcome = verdicts[0]["verdict"]["outcomes"][0]
    expect(len(outcome["value"]) <= 65_536, f"notes now hold {len(outcome['value'])} characters")


@case("cost: a record with many open conflicts")
def many_conflicts(server: Server, device: Device) -> None:
    identity = new_id()
    device.push(device.set(customer(identity)))
    seconds = []
    for part in range(3):
        spent = server.spent()
        device.push(*(device.set({"id": identity, "in": "customer", "put": {"name": f"n{part}-{k}"}}) for k in range(80)))
        seconds.append(server.spent() - spent)
    expect(seconds[2] < 2.5 * seconds[0] + 0.3, f"80 sets took {', '.join(f'{s:.1f}' for s in seconds)} s: each open conflict costs")


@case("sets of 1,000 writes, and resolving 900 conflicts at once")
def wide_sets(server: Server, device: Device) -> None:
    identities = [new_id() for _ in range(500)]
    verdicts = device.push(device.set(*(customer(identity, city="x") for identity in identities)))
    expect(not verdicts, "500 new records are not plain")
    verdicts = device.push(device.set(*({"id": i, "in": "customer", "put": {"name": "New"}} for i in identities)))
    found = [outcome["conflict"] for outcome in verdicts[0]["verdict"]["outcomes"] if "conflict" in outcome]
    expect(len(found) == 500, f"{len(found)} conflicts of 500")
    verdicts = device.push(device.set({"id": identities[0], "in": "customer", "put": {"city": "y"}}, resolves=found + found[:400]))
    device.push(device.set(customer(), resolves=[new_id() for _ in range(900)]))


@case("a record that grows to its limits")
def growth(server: Server, device: Device) -> None:
    identity = new_id()
    device.push(device.set(customer(identity)))
    rules: list[str] = []
    for part in range(5):
        verdicts = device.push(device.set({"id": identity, "in": "customer", "put": {f"custom{part}": "x" * 900_000}}))
        rules += [verdict["verdict"].get("rejected", {}).get("rule") for verdict in verdicts]
    expect("limit" in rules, "a record beyond 4 MiB")
    longest = max(len(line) for line in device.exchange(pull=True).body.split(b"\n"))
    expect(longest < 16 << 20, "a line that no client reads")


@case("lines: a record of control characters is still one that clients can read")
def escapes(server: Server, device: Device) -> None:
    # 4 MiB of texts counted unescaped are 24 MiB as JSON; a client reads lines of 16 MiB. One set tells how they count:
    # 170,000 such characters are 1 MiB of line.
    identity = new_id()
    device.push(device.set(customer(identity)))
    rules: list[str] = []
    for part in range(5):
        verdicts = device.push(device.set({"id": identity, "in": "customer", "put": {f"custom{part}": "\u0001" * 170_000}}))
        rules += [verdict["verdict"].get("rejected", {}).get("rule") for verdict in verdicts]
    expect("limit" in rules, "5 MiB of line count as less than 4 MiB: such a record can grow to 24 MiB, which no client reads")


# ---------------------------------------------------------------- HTTP


@case("HTTP: lengths, framing, hosts, targets, headers")
def framing(server: Server, device: Device) -> None:
    post = b"POST /v1/exchange HTTP/1.1\r\nHost: localhost\r\n"
    for data, statuses in (
        (post + b"Content-Length: 1000000000000\r\n\r\n", {413}), (post + b"Content-Length: 99999999999999999999999\r\n\r\n", {400, 413}),
        (post + b"Content-Length: -1\r\n\r\n", {400}), (post + b"Content-Length: +5\r\n\r\nhello", {400}),
        (post + b"Content-Length: 5, 5\r\n\r\nhello", {400}), (post + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", {400}),
        (post + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", {400}),
        (post + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", {400}), (post + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", {400}),
        (post + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", {400}), (post + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", {400}),
        (post + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", {400}),
        (post + b"Transfer-Encoding: chunked\r\n\r\n5;" + b"x" * (1 << 20) + b"\r\nhello\r\n0\r\n\r\n", {400}),
        (post + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"x: y\r\n" * 20_000 + b"\r\n", {400, 431}),
        (b"GET /healthz HTTP/1.1\r\n\r\n", {400}), (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", {400}),
        (b"GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n", {400}), (b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n", {400, 505}),
        (b"GET healthz HTTP/1.1\r\nHost: a\r\n\r\n", {400}), (b"GET http://x/healthz HTTP/1.1\r\nHost: a\r\n\r\n", {200, 400}),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", {400, 405}), (b"\x16\x03\x01\x02\x00" * 50 + b"\r\n\r\n", {400}), (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}),
        (b"GET /" + b"x" * 200_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", {400, 414, 431}), (b"GET /healthz?" + b"a=1&" * 2_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", {414}),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + b"x: y\r\n" * 1_000 + b"\r\n", {431}), (b"GET /healthz HTTP/1.1\r\nHost: a\r\nx: " + b"y" * 80_000 + b"\r\n\r\n", {431}),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n x: folded\r\n\r\n", {400}), (b"GET /healthz HTTP/1.1\r\nHost: a\r\nx: a\x00b\r\n\r\n", {400}),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + b"x" * (1 << 20) + b"\r\n\r\n", {431}),
        (b"TRACE /healthz HTTP/1.1\r\nHost: a\r\n\r\n", {404, 405}), (b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", {404}),
        (b"GET /%2e%2e/%00 HTTP/1.1\r\nHost: a\r\n\r\n", {400, 404}), (b"GET /v1/exchange HTTP/1.1\r\nHost: a\r\n\r\n", {405}),
    ):
        try:
            answer = raw(server, data, timeout=6)
        except Cut as error:
            raise Finding(f"{data[:70]!r}: no answer: {error}") from error
        expect(answer.status in statuses, f"{data[:70]!r}: {answer.status}, not {sorted(statuses)}")
        expect(answer.seconds < 2, f"{data[:70]!r}: {answer.seconds:.1f} s")


@case("bodies: bombs, codings, cuts")
def codings(server: Server, device: Device) -> None:
    hello = json.dumps(device.hello()).encode() + b"\n"
    packed = gzip.compress(hello)
    for body, coding, statuses in (
        (gzip.compress(b" " * (64 << 20)), "gzip", {413}), (gzip.compress(b"\n" * (1 << 20)), "gzip", {413, 400}),
        (gzip.compress(packed), "gzip", {400}), (gzip.compress(packed), "gzip, gzip", {415}), (packed[:-4], "gzip", {400}), (packed[:10], "gzip", {400}),
        (packed + b"x", "gzip", {400}), (packed + packed, "gzip", {400}), (b"", "gzip", {400}), (zlib.compress(hello), "gzip", {400}),
        (hello, "gzip", {400}), (hello, "zstd", {400}), (hello, "br", {415}), (hello, "deflate", {415}), (b"\x28\xb5\x2f\xfd" + b"\xff" * 40, "zstd", {400}),
        (hello, "zstd-wb1", {400}), (b"\xff" * 40, "zstd-wb1", {400}), (b"", "zstd-wb1", {400}), (hello, "zstd-wb2", {415}),
        # A frame of 2 MiB of one byte in 70 bytes (RFC 8878 §3.1.1.2.2), and one that asks for a window of 2 GiB.
        (b"\x28\xb5\x2f\xfd\x00\x58" + (b"\x02\x00\x10 " * 160) + b"\x03\x00\x10 ", "zstd", {413}), (b"\x28\xb5\x2f\xfd\x00\xa8\x03\x00\x10 ", "zstd", {400, 413}),
        (hello + b"x" * (9 << 20), "identity", {413}),
    ):
        answer = device.send(body, Content_Encoding=coding)
        refused(answer, statuses, {"fix-record", "too-large"})
        expect(answer.seconds < 3, f"{answer.seconds:.1f} s for {coding} {body[:20]!r}")
    for accept in ("identity;q=0, *;q=0", "x" * 9_000, "gzip;q=9", ",,,;;;q=,"):
        expect(device.send(hello, Accept_Encoding=accept).status in (200, 406), accept[:20])


@case("tokens: unknown, truncated, malformed, signed out, revoked in a stream")
def tokens(server: Server, device: Device) -> None:
    hello = json.dumps(device.hello()).encode() + b"\n"
    token = device.token
    for field in (
        "", "Bearer", "Bearer ", f"Basic {token}", f"Bearer {token[:-1]}", f"Bearer {token}x", f"Bearer  {token}", f"Bearer {token[:-7]}AAAAAAA",
        "Bearer wb1_" + "A" * 49, f"Bearer {token.swapcase()}", f"Bearer {token}, Bearer {token}", "Bearer " + "x" * 9_000, "Bearer ' OR 1=1 --",
    ):
        for method, path in (("POST", "/v1/exchange"), ("GET", "/v1/events"), ("POST", "/v1/replica"), ("POST", "/v1/sign-out")):
            refused(raw(server, request(method, path, hello, Authorization=field)), {401}, {"sign-in"})
    leaving = Device(server, "leaving")
    out = request("POST", "/v1/sign-out", Authorization=f"Bearer {leaving.token}")
    expect(raw(server, out).status == 204, "signing out")
    refused(raw(server, out), {401}, {"revoked", "sign-in"})
    refused(leaving.exchange(), {401}, {"revoked", "sign-in"})
    cut = Device(server, "cut")
    with dial(server) as events, dial(server) as half:
        events.sendall(request("GET", "/v1/events", Authorization=f"Bearer {cut.token}"))
        expect(read_answer(events, server).status == 200, "events")
        half.sendall(request("POST", "/v1/exchange", json.dumps(cut.hello()).encode() + b"\n", Authorization=f"Bearer {cut.token}", Content_Length="9999"))
        time.sleep(0.2)
        server.command("device", "revoke", str(cut.replica))
        for connection in (events, half):
            connection.settimeout(20)
            try:
                # Of the stream the response ends, of the exchange the connection.
                while (piece := connection.recv(4_096)) and not (connection is events and piece.endswith(b"0\r\n\r\n")):
                    pass
            except ConnectionResetError:
                pass
            except TimeoutError:
                name = "stream" if connection is events else "exchange"
                raise Finding(f"a revoked device's {name} is still open after 20 s") from None
    refused(cut.exchange(), {401}, {"revoked"})


@case("sign-in: bodies, and a flood beside the good client")
def sign_in(server: Server, device: Device) -> None:
    def ask(body: bytes, **headers: str) -> Answer:
        return raw(server, request("POST", "/v1/sign-in", body, **({"Content_Type": "application/json"} | headers)), source="127.0.0.66")

    for body in (b"", b"{", b"[]", b'{"email":1}', b'{"email":"a@b.c","email":"mei@example.com","password":"x","device":"d"}', b"\xff", b'{"email":"a\\u0000"}'):
        refused(ask(body), {400}, {"fix-record"})
    refused(ask(b"x" * 5_000), {413}, {"too-large"})
    refused(ask(b"{}", Content_Type="text/plain"), {415}, {"fix-record"})
    refused(ask(b"{}", Content_Encoding="gzip"), {415}, {"fix-record"})
    results: list[int] = []

    def guess(index: int) -> None:
        body = json.dumps({"device": "d", "email": f"{CANARY}{index}@example.com", "password": CANARY}).encode()
        for _ in range(2):
            with contextlib.suppress(Cut, OSError):
                answer = raw(server, request("POST", "/v1/sign-in", body, Content_Type="application/json"), source=f"127.0.1.{index}")
                refused(answer, {401, 429, 503}, {"sign-in", "slow-down"})
                results.append(answer.status)

    threads = [threading.Thread(target=guess, args=(k + 1,)) for k in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(len(results) == 80 and {429, 503} & set(results), f"{len(results)} answers, never slowed")


# ---------------------------------------------------------------- exhaustion


@case("events: three a device, unread and half-closed streams")
def event_streams(server: Server, device: Device) -> None:
    with contextlib.ExitStack() as stack:
        statuses = []
        for _ in range(5):
            connection = stack.enter_context(dial(server))
            connection.sendall(request("GET", "/v1/events", Authorization=f"Bearer {device.token}"))
            statuses.append(read_answer(connection, server).status)
        expect(statuses == [200] * 3 + [429] * 2, f"{statuses}")
    time.sleep(0.5)
    with dial(server) as connection:
        connection.sendall(request("GET", "/v1/events", Authorization=f"Bearer {device.token}"))
        expect(read_answer(connection, server).status == 200, "closed streams still count")


@case("connections: 2,000 idle ones of one address, then pipelining unread")
def connections(server: Server, device: Device) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(2_000):
            with contextlib.suppress(OSError):
                stack.enter_context(dial(server, "127.0.0.77", 1))
        expect(raw(server, request("GET", "/healthz"), timeout=3).status == 200, "no answer beside them")
    with dial(server, timeout=2) as connection:
        with contextlib.suppress(OSError):
            for _ in range(200):
                connection.sendall(request("GET", "/metrics") * 500)


@case("exchanges: one device leaves room for the others")
def slots(server: Server, device: Device) -> None:
    with contextlib.ExitStack() as stack:
        head = request("POST", "/v1/exchange", Authorization=f"Bearer {device.token}", Content_Length="9999")
        for index in range(130):
            connection = stack.enter_context(dial(server, f"127.0.2.{index % 3 + 1}"))
            connection.sendall(head)
        time.sleep(0.5)
        other = Device(server, "other")
        answer = other.exchange()
        expect(answer.status == 200, f"130 exchanges of one device: another one gets {answer.status} {answer.code}")


class Drips:
    """Peers that send a byte now and then. They need 30 s, so they begin before the other cases."""

    # Beyond the deadline, for a busy machine, seconds.
    GRACE = 15

    def __init__(self, server: Server) -> None:
        self.results: list[str] = []
        device = Device(server, "slow", "127.0.0.88")
        authorised = request("POST", "/v1/exchange", Authorization=f"Bearer {device.token}", Content_Length="9999")
        chunked = authorised.replace(b"Content-Length: 9999", b"Transfer-Encoding: chunked") + b"fffff\r\n"
        starts = [
            (b"", 10), (b"GET /healthz HTTP/1.1\r\nHost: a\r\nx: ", 10), (authorised, 30), (chunked, 30),
            (authorised.replace(b"/v1/exchange", b"/v1/sign-out"), 30), (authorised.replace(b"wb1_", b"wb2_"), 30),
        ]
        self.threads = [threading.Thread(target=self.drip, args=(server, *start), daemon=True) for start in starts]
        for thread in self.threads:
            thread.start()

    def drip(self, server: Server, start: bytes, deadline: float) -> None:
        end = time.monotonic() + deadline + self.GRACE
        with dial(server, "127.0.0.88") as connection:
            connection.settimeout(0.5)
            connection.sendall(start)
            while time.monotonic() < end:
                try:
                    if not connection.recv(4_096):
                        return
                except TimeoutError:
                    with contextlib.suppress(OSError):
                        connection.sendall(b"x")
                except OSError:
                    return
        self.results.append(f"{start[:30]!r} is open after {deadline + self.GRACE:.0f} s")


@case("slow heads and bodies are cut at their deadlines")
def slow(server: Server, device: Device) -> None:
    drips = server.drips or Drips(server)
    for thread in drips.threads:
        thread.join()
    expect(not drips.results, "; ".join(drips.results))


# ---------------------------------------------------------------- the machine


@case("files, socket, metrics: who may see what")
def places(server: Server, device: Device) -> None:
    expect(stat.S_IMODE(os.stat(server.data).st_mode) == 0o700, "the data folder's mode")
    for name in os.listdir(server.data):
        mode = os.lstat(f"{server.data}/{name}").st_mode
        expect(stat.S_IMODE(mode) & 0o077 == 0, f"{name} has mode {stat.S_IMODE(mode):o}")
        if stat.S_ISSOCK(mode):
            for garbage in (b"\n", b"x" * 100_000 + b"\n", b'{"command":"' + CANARY.encode() + b'"}\n', b"[" * 5_000 + b"\n", b"\xff\n"):
                with socket.socket(socket.AF_UNIX) as connection:
                    connection.settimeout(8)
                    connection.connect(f"{server.data}/{name}")
                    with contextlib.suppress(OSError):
                        connection.sendall(garbage)
                        expect(CANARY.encode() not in connection.recv(65_536), "the admin socket tells what it was sent")
    page = raw(server, request("GET", "/metrics"))
    expect(page.status == 200 and CANARY.encode() not in page.body and device.token.encode() not in page.body, "/metrics")
    expect(len(page.body) < 100_000, f"/metrics has grown to {len(page.body)} bytes")
    for field in ("X-Forwarded-For", "Forwarded"):
        refused(raw(server, request("GET", "/metrics", **{field: "127.0.0.1"})), {403}, {"fix-record", "sign-in"})


@case("a full disk: told so, reading goes on, nothing is lost")
def full_disk(server: Server, device: Device) -> None:
    folder = tempfile.mkdtemp(prefix="waybook-full-")
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", folder], capture_output=True).returncode != 0:
        os.rmdir(folder)
        print("  (no tmpfs can be mounted here: left out)")
        return
    try:
        small = Server(server.program, folder)
        try:
            one = Device(small)
            answered, answer = 0, None
            for _ in range(20):
                answer = one.exchange(one.set(customer(custom=os.urandom(250_000).hex())))
                if answer.status != 200 or answer.code:
                    break
                answered += 1
            expect(answer and answer.code == "server-full", f"{answer and answer.status} {answer and answer.code}")
            one.last -= 1
            told = sum(1 for line in one.exchange(pull=True).lines if "record" in line and line.get("in") == "customer")
            expect(told == answered, f"{told} records of {answered} acknowledged")
        finally:
            small.stop()
    finally:
        subprocess.run(["umount", "-l", folder], check=False)
        os.rmdir(folder)


@case("SIGTERM in a push: what is in hand is finished")
def stopping(server: Server, device: Device) -> None:
    results: list[str] = []

    def push() -> None:
        try:
            device.push(*(device.set(customer(notes="x" * 2_000)) for _ in range(900)))
            results.append("done")
        except (Finding, Cut, OSError) as error:
            results.append(str(error)[:80])

    thread = threading.Thread(target=push)
    thread.start()
    time.sleep(0.3)
    status = server.stop()
    thread.join()
    expect(status == 0, f"exit status {status}")
    server.start()
    known = device.exchange(last=1 << 40).lines
    expect(known and "head" in known[0], "no answer after the start")
    print(f"  (the push: {results[0]})")


# ---------------------------------------------------------------- all of it


def run(server: Server, name: str, body: Case, good: GoodClient) -> bool:
    started = time.monotonic()
    good.take()
    server.reset_peak()
    trouble = []
    try:
        body(server, Device(server, "case"))
    except Finding as finding:
        trouble.append(str(finding))
    except Exception as error:  # a case that breaks is a finding as well
        trouble.append(f"{type(error).__name__}: {error}"[:200])
    if server.process.poll() is not None:
        print(f"FINDING  {name}: the server died with {server.process.returncode}")
        return False
    longest, said = good.take()
    peak = server.memory("VmHWM")
    if body is not stopping and body is not slots:
        if longest > PATIENCE_SECONDS:
            trouble.append(f"the good client waited {longest:.1f} s")
        if said:
            trouble.append(f"the good client: {said}")
    if peak > MEMORY_MIB:
        trouble.append(f"{peak} MiB of memory")
    seconds = time.monotonic() - started
    print(f"{'FINDING' if trouble else 'ok':8} {name}  [{seconds:.1f} s, good client {longest:.2f} s, {peak} MiB]", flush=True)
    for line in trouble:
        print(f"         {line[:300]}", flush=True)
    return not trouble


def main(arguments: list[str]) -> int:
    if not arguments:
        print(__doc__)
        return 2
    folder = tempfile.mkdtemp(prefix="waybook-hostile-")
    server, whole = Server(arguments[0], folder), True
    try:
        good = GoodClient(server)
        if not arguments[1:]:
            server.drips = Drips(server)
        for name, body in CASES:
            if not arguments[1:] or any(word in name for word in arguments[1:]):
                whole = run(server, name, body, good) and whole
                if server.process.poll() is not None:
                    return 1
        good.stop()
        page = raw(server, request("GET", "/metrics"))
        server.stop()
        with open(server.log, encoding="utf-8", errors="replace") as file:
            log = file.read()
        for secret in (CANARY, PASSWORD, "mei@", "wb1_", good.device.token, "Acme"):
            if secret in log:
                print(f"FINDING  the log holds {secret[:20]!r}")
                whole = False
        for word in ("request failed", "commit failed", "Fatal", "fatal"):
            if word in log:
                print(f"FINDING  the log says {word!r}: " + next(line for line in log.splitlines() if word in line)[:200])
                whole = False
        print(server.command("check").strip())
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
