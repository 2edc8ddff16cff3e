"""A small client of the Waybook protocol, written from protocol/ alone. Standard library only.

A `Client` lives in one SQLite file. `edit` makes a change set without a network, `sync` exchanges with the server,
`show` gives a record as its user should see it: the server's row with the unsent sets over it.
"""
from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import re
import sqlite3
import time
import urllib.parse
import uuid
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, field
from typing import Any, NamedTuple

Value = Any  # None, bool, int, str, list or dict of values

# ---------------------------------------------------------------- canonical JSON (1-model.md#canonical-json)

MAXIMUM_DEPTH, MAXIMUM_VALUES = 32, 200_000
# The version that this client speaks (4-exchange.md#versions).
PROTOCOL = 7
SHORT_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def canonical(value: Value) -> str:
    """The one text of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(SHORT_ESCAPES.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    keys = sorted(value, key=lambda key: key.encode())
    return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"


def parse(text: str) -> Value:
    """Reads JSON; raises `ValueError` for all that the protocol refuses (without its names for why)."""

    def whole(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("duplicateKey")
        return dict(pairs)

    def integer(digits: str) -> int:
        number = int(digits) if len(digits) < 21 else 1 << 63
        if not -(1 << 63) <= number < 1 << 63:
            raise ValueError("outOfRange")
        return number

    def refuse(_: str) -> Value:
        raise ValueError("notAnInteger")

    try:
        value = json.loads(text, object_pairs_hook=whole, parse_int=integer, parse_float=refuse, parse_constant=refuse)
    except RecursionError:
        raise ValueError("tooDeep") from None
    count, level = 0, [value]
    for depth in range(MAXIMUM_DEPTH + 2):
        below: list[Value] = []
        for item in level:
            count += 1
            if isinstance(item, (dict, list)) and depth == MAXIMUM_DEPTH:
                raise ValueError("tooDeep")
            strings = [item] if isinstance(item, str) else list(item) if isinstance(item, dict) else []
            for string in strings:
                if "\0" in string:
                    raise ValueError("nulCharacter")
                if any("\ud800" <= c <= "\udfff" for c in string):
                    raise ValueError("loneSurrogate")
            below += item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        level = below
    if count > MAXIMUM_VALUES:
        raise ValueError("tooManyValues")
    return value


# ---------------------------------------------------------------- stamps (1-model.md#stamps)

ALPHABET = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
SERVER_BIT = 0x8000


class Stamp(NamedTuple):
    """When and where; ordered as its text is."""

    milliseconds: int
    counter: int
    replica: int

    def __str__(self) -> str:
        number = self.milliseconds << 48 | self.counter << 32 | self.replica
        return "".join(ALPHABET[number >> shift & 63] for shift in range(90, -1, -6))

    @classmethod
    def of(cls, text: str) -> Stamp:
        if len(text) != 16 or any(c not in ALPHABET for c in text):
            raise ValueError("malformed stamp")
        number = 0
        for character in text:
            number = number << 6 | ALPHABET.index(character)
        return cls(number >> 48, number >> 32 & 0xFFFF, number & 0xFFFF_FFFF)


@dataclass
class Clock:
    """A hybrid clock. `last` is above every stamp made or told; `correction` is added to the wall time."""

    last: tuple[int, int] = (0, 0)
    told: tuple[int, int] = (0, 0)
    correction: int = 0
    taken: list[tuple[int, int]] = field(default_factory=list)  # made before the clock was lowered, and above it

    def make(self, wall: int, replica: int) -> Stamp:
        now = max(wall + self.correction, 0)
        while True:
            milliseconds, counter = self.last
            if now > milliseconds:
                self.last = (now, 0)
            elif counter < SERVER_BIT - 1:
                self.last = (milliseconds, counter + 1)
            else:
                self.last = (milliseconds + 1, 0)
            if self.last not in self.taken:
                self.taken = [stamp for stamp in self.taken if stamp > self.last]
                return Stamp(*self.last, replica)

    def observe(self, text: str) -> None:
        stamp = Stamp.of(text)
        self.told = max(self.told, (stamp.milliseconds, min(stamp.counter, SERVER_BIT - 1)))
        self.last = max(self.last, self.told)

    def lower(self, given: str, raw: Iterable[str]) -> None:
        """The server gave `given` instead of one of the raw stamps, none of which may be made again."""
        made = {Stamp.of(text)[:2] for text in raw}
        self.last = (0, 0)
        self.observe(given)
        self.taken = sorted(stamp for stamp in made.union(self.taken) if stamp > self.last)


def new_id(wall: int) -> str:
    """A UUID of version 7."""
    number = wall << 80 | 7 << 76 | 2 << 62 | int.from_bytes(os.urandom(10), "big") & ~(0xF << 76 | 3 << 62)
    return str(uuid.UUID(int=number))


def conflict_id(record: str, path: str, origin: str) -> str:
    return str(uuid.uuid5(uuid.UUID(record), f"{path}\n{origin}"))


# ---------------------------------------------------------------- atoms and records (1-model.md#records, 3-merge.md#join)


class Gone:
    """The value of a removed element."""


GONE = Gone()


@dataclass(frozen=True)
class Atom:
    value: Value
    stamp: str
    origin: str
    commit: int = 0

    def rank(self) -> tuple[str, bool, bytes, str]:
        gone = self.value is GONE
        return (self.stamp, not gone, b"" if gone else canonical(self.value).encode(), self.origin)


Atoms = dict[str, Atom]


def join(left: Atom | None, right: Atom) -> Atom:
    return right if left is None or right.rank() > left.rank() else left


NAME = "[A-Za-z][A-Za-z0-9]{0,63}"
PATH = re.compile(rf"\$life|\$erased|{NAME}(/([^~/]|~[01])+(/{NAME})?)?", re.DOTALL)


def is_path(text: str) -> bool:
    return len(text.encode()) <= 512 and PATH.fullmatch(text) is not None


def decode_record(fields: dict[str, Value], groups: list[list[Any]]) -> Atoms:
    atoms: Atoms = {}
    if not isinstance(fields, dict) or not all(isinstance(group, list) and 2 <= len(group) <= 4 for group in groups):
        raise ValueError("malformed record")
    named = [path for group in groups if len(group) > 2 and group[2] is not None for path in group[2]]
    rest = [path for path in fields if path not in set(named)]
    open_groups = 0
    for group in groups:
        stamp, commit, paths, origin = (*group, None, None)[:4]
        if paths is None:
            open_groups += 1
        if commit < 0 or open_groups > 1:
            raise ValueError("malformed group")
        Stamp.of(stamp), Stamp.of(origin or stamp)
        for path in rest if paths is None else paths:
            if path in atoms or not is_path(path):
                raise ValueError("malformed path, or named twice")
            atoms[path] = Atom(fields.get(path, GONE), stamp, origin or stamp, commit)
    if any(path not in atoms for path in fields):
        raise ValueError("field in no group")
    return above_mark(atoms)


def above_mark(atoms: Atoms) -> Atoms:
    """Nothing stands below the mark of an erasure (9-erasure.md#mark)."""
    floor = atoms["$erased"].stamp if "$erased" in atoms else ""
    return {path: atom for path, atom in atoms.items() if atom.stamp >= floor}


def is_erased(atoms: Atoms) -> bool:
    return "$erased" in atoms and atoms["$erased"].value != "part"


def encode_record(atoms: Atoms) -> tuple[dict[str, Value], list[list[Any]]]:
    groups: dict[tuple[str, str, int], list[str]] = {}
    for path, atom in atoms.items():
        groups.setdefault((atom.stamp, atom.origin, atom.commit), []).append(path)
    whole = [(-len(paths), key) for key, paths in groups.items() if all(atoms[p].value is not GONE for p in paths)]
    first = min(whole)[1] if whole else None
    encoded = []
    for key in sorted(groups, key=lambda key: (key != first, key)):
        stamp, origin, commit = key
        paths = None if key == first else sorted(groups[key], key=str.encode)
        tail = [paths, origin] if origin != stamp else [paths] if paths else []
        encoded.append([stamp, commit, *tail])
    return {path: atom.value for path, atom in atoms.items() if atom.value is not GONE}, encoded


def canonical_bytes(identity: str, collection: str, atoms: Atoms) -> bytes:
    """Over which replicas compare: without commits; of a deleted record the life alone, and the mark of an erasure."""
    if "$life" in atoms and atoms["$life"].value == "deleted":
        atoms = {path: atom for path, atom in atoms.items() if path in ("$life", "$erased")}
    atoms = {path: Atom(atom.value, atom.stamp, atom.origin) for path, atom in atoms.items()}
    fields, stamps = encode_record(atoms)
    return canonical({"fields": fields, "id": identity, "in": collection, "stamps": stamps}).encode()


# ---------------------------------------------------------------- HTTP (6-http.md, 5-errors.md)


class Refusal(Exception):
    """An error of the closed list; decide by `code`."""

    def __init__(self, problem: dict[str, Any]):
        super().__init__(problem.get("code"), problem.get("title"))
        self.code: str = problem["code"]
        self.problem = problem


class Cut(Exception):
    """The answer ended before its end. What was whole is stored; exchange again."""


@contextlib.contextmanager
def post(server: str, path: str, body: bytes, headers: dict[str, str]) -> Iterator[http.client.HTTPResponse]:
    parts = urllib.parse.urlsplit(server)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        if response.status >= 400:
            raise Refusal(json.loads(response.read()))
        yield response
    except (http.client.HTTPException, OSError, json.JSONDecodeError) as error:
        raise Cut(repr(error)) from error
    finally:
        connection.close()


def post_json(server: str, path: str, message: Value, token: str | None = None) -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    with post(server, path, canonical(message).encode(), headers) as response:
        return json.load(response)


def lines_of(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    """Whole lines as they come."""
    packed = response.getheader("Content-Encoding") == "gzip"
    unpack: Callable[[bytes], bytes] = zlib.decompressobj(31).decompress if packed else bytes
    rest = b""
    while piece := response.read1(65_536):
        *whole, rest = (rest + unpack(piece)).split(b"\n")
        for line in whole:
            yield parse(line.decode())


# ---------------------------------------------------------------- the client (4-exchange.md)

WITNESS_ATOMS = 500  # the most atoms of a line that tells what others had written
SERVER_MADE = {"assignment", "conflict", "customerCard", "handover", "membership", "team", "user"}
JOURNAL = 10_000  # so many answered sets are kept, for a server that is put back

SCHEMA = """
create table if not exists meta(key text primary key, value text not null) without rowid;
create table if not exists record(id text primary key, collection text not null, fields text not null, stamps text not null)
    without rowid;
create table if not exists told(id text primary key) without rowid;
create table if not exists outbox(number integer primary key, line text not null, was text);
create table if not exists journal(number integer primary key, line text not null, was text not null);
create table if not exists witness(number integer primary key autoincrement, id text, unit text, line text not null);
create table if not exists refused(id integer primary key, line text not null, verdict text not null);
"""


@dataclass
class Client:
    """A replica. All that must be durable together is written in one transaction of `file`."""

    server: str
    file: str
    wall: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    packed: bool = False
    schema: int = 1
    readable: int | None = None  # how many records the server last said may be read here
    compared: list[int] | None = None  # the buckets to be told whole, where the next exchange compares
    sums: list[int] | None = None  # what the server last said that all of them come to

    def __post_init__(self) -> None:
        self.db = sqlite3.connect(self.file, isolation_level=None)
        self.db.executescript(SCHEMA)
        self.limits = {"requestBytes": 8_388_608, "requestSets": 1_000}
        self.load()

    def load(self) -> None:
        meta: dict[str, Any] = {key: json.loads(value) for key, value in self.db.execute("select * from meta")}
        self.replica: int = meta.get("replica", 0)
        self.token: str | None = meta.get("token")
        self.last: int = meta.get("last", 0)  # number of the last set made
        self.answered: int = meta.get("answered", 0)  # highest set with a stored verdict
        self.checkpoint: str | None = meta.get("checkpoint")
        self.afresh: bool = meta.get("afresh", False)  # everything is being told once more
        self.replacing: bool = meta.get("replacing", False)  # and takes the place of what is here
        self.timeline: int | None = meta.get("timeline")
        self.closed: int | None = None
        self.head: int = meta.get("head", 0)  # the latest sequence that a head told
        self.again: list[int] | None = meta.get("again")  # what is sent again: first, answered before, through
        self.on: int = meta.get("on", 0)  # the sequence that was wholly read
        last, told, correction, taken = meta.get("clock", ((0, 0), (0, 0), 0, ()))
        self.clock = Clock(tuple(last), tuple(told), correction, [tuple(stamp) for stamp in taken])

    def close(self) -> None:
        self.db.close()

    def sign_in(self, email: str, password: str, device: str) -> None:
        answer = post_json(self.server, "/v1/sign-in", {"device": device, "email": email, "password": password})
        self.replica, self.token = answer["replica"], answer["token"]
        with self._transaction():
            pass

    # ------------------------------------------------------------ what a person sees and does

    def show(self, identity: str, unsent: list[dict[str, Any]] | None = None) -> dict[str, Value] | None:
        """The fields of a record, unsent writes included; None if it is not there or deleted."""
        atoms = self.atoms(identity, unsent)
        shown = {path: atom.value for path, atom in atoms.items() if atom.value is not GONE}
        life = shown.pop("$life", "alive")
        return shown if atoms and life == "alive" else None

    def records(self, collection: str) -> dict[str, dict[str, Value]]:
        ids = {row[0] for row in self.db.execute("select id from record where collection = ?", (collection,))}
        unsent = self.outbox()
        ids |= {change["id"] for message in unsent for change in message["changes"] if change["in"] == collection}
        return {identity: shown for identity in sorted(ids) if (shown := self.show(identity, unsent)) is not None}

    def edit(self, *changes: dict[str, Any], resolves: Iterable[str] = ()) -> int:
        """Makes a change set of entries with `id`, `in`, and any of `new`, `put`, `remove`. Returns its number."""
        entries, unsent = [], self.outbox()
        for change in changes:
            shown = self.atoms(change["id"], unsent)
            written = [*change.get("put", {}), *change.get("remove", ())]
            bases = {path: shown[path].origin for path in written if path in shown}
            alike = len(bases) == len(written) and len(set(bases.values())) == 1
            base = {"base": next(iter(bases.values())) if alike else bases} if bases else {}
            entries.append(dict(change) | base)
        wall = self.wall()
        with self._transaction():
            self.last += 1
            message: dict[str, Any] = {"set": self.last, "stamp": str(self.clock.make(wall, self.replica)), "on": self.on}
            message |= {"wall": wall, "changes": entries} | ({"resolves": list(resolves)} if resolves else {})
            self.db.execute("insert into outbox(number, line) values(?, ?)", (self.last, canonical(message)))
        return self.last

    def create(self, collection: str, put: dict[str, Value]) -> str:
        identity = new_id(self.wall())
        self.edit({"id": identity, "in": collection, "new": True, "put": put})
        return identity

    # ------------------------------------------------------------ rows and the overlay

    def row(self, identity: str) -> Atoms:
        """The server's row alone."""
        found = self.db.execute("select fields, stamps from record where id = ?", (identity,)).fetchone()
        return decode_record(*map(json.loads, found)) if found else {}

    def atoms(self, identity: str, unsent: list[dict[str, Any]] | None = None) -> Atoms:
        """The row with the unsent sets over it, in order."""
        atoms = self.row(identity)
        if is_erased(atoms):
            return atoms
        for message in self.outbox() if unsent is None else unsent:
            for path, atom in ((path, atom) for owner, _, path, atom in writes(message) if owner == identity):
                # What is sent again may have been followed by what others wrote: it lies over the row by its stamp.
                atoms[path] = join(atoms.get(path), atom) if "was" in message else atom
        return atoms

    def outbox(self) -> list[dict[str, Any]]:
        """The unsent sets; beside one that is sent again what became of it. One that had been refused is not shown."""
        found = self.db.execute("select line, was from outbox order by number").fetchall()
        sets = [json.loads(line) | ({"was": json.loads(was)} if was else {}) for line, was in found]
        return [message for message in sets if not is_refused(message.get("was", {}))]

    def refused(self) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Refused and quarantined sets with their verdicts, until somebody acts on them."""
        return [(json.loads(a), json.loads(b)) for a, b in self.db.execute("select line, verdict from refused order by id")]

    def digest(self) -> bytes:
        """Equal for two clients that have read the same and have nothing unsent."""
        rows = self.db.execute("select id, collection, fields, stamps from record order by id")
        return b"\n".join(canonical_bytes(i, c, decode_record(json.loads(f), json.loads(s))) for i, c, f, s in rows)

    def own_sums(self) -> list[int]:
        """What the rows come to (`protocol/1-model.md#digests`). Counts what hangs on a deleted root, which no digest does: delete none."""
        sums = [0] * 256
        for identity, collection, fields, stamps in self.db.execute("select id, collection, fields, stamps from record"):
            atoms = decode_record(json.loads(fields), json.loads(stamps))
            if "$life" not in atoms or atoms["$life"].value != "deleted":
                told = hashlib.sha256(canonical_bytes(identity, collection, atoms)).digest()[:8]
                bucket = int(identity[-2:], 16)
                sums[bucket] = (sums[bucket] + int.from_bytes(told, "big")) % 2**64
        return sums

    def compare(self) -> list[int]:
        """Synchronises, asks the server what it has, and takes the buckets anew that differ: which those were."""
        self.sync()
        self.compared, found = [], []
        try:
            while True:
                self._exchange()
                assert self.sums is not None, "the server did not compare"
                differing = [n for n, (ours, theirs) in enumerate(zip(self.own_sums(), self.sums)) if ours != theirs]
                if not differing or self.compared == differing[:8]:
                    return found
                self.compared = differing[:8]
                found += self.compared
        finally:
            self.compared = None

    def _join(self, identity: str, collection: str, atoms: Atoms, replaces: bool = False) -> None:
        if self.afresh:
            self.db.execute("insert or ignore into told values(?)", (identity,))
        row = {} if replaces else self.row(identity)
        for path, atom in atoms.items():
            row[path] = join(row.get(path), atom)
            self.clock.observe(atom.stamp)
        row = above_mark(row)
        if is_erased(row):
            self._forget_refused(identity)
        fields, stamps = map(canonical, encode_record(row))
        self.db.execute("insert or replace into record values(?, ?, ?, ?)", (identity, collection, fields, stamps))

    def _forget_refused(self, erased: str) -> None:
        """Of refused and answered sets stays what is not about somebody who was erased (9-erasure.md#laptops)."""
        for number, line, was in self.db.execute("select number, line, was from journal").fetchall():
            if (rest := canonical(without(json.loads(line), erased))) != line:
                became = canonical(json.loads(was) | {"gone": True})
                self.db.execute("update journal set line = ?, was = ? where number = ?", (rest, became, number))
        self.db.execute("delete from witness where id = ?1 or unit = ?1 or instr(line, ?1) > 0", (erased,))
        for row, line, verdict in self.db.execute("select id, line, verdict from refused").fetchall():
            rest = without(json.loads(line), erased)
            self.db.execute("delete from refused where id = ?", (row,))
            if rest["changes"]:
                self.db.execute("insert into refused values(?, ?, ?)", (row, canonical(rest), verdict))

    # ------------------------------------------------------------ the exchange

    def sync(self, attempts: int = 6) -> None:
        """Sends all that is unsent and reads all that is new. Goes on after cut answers, steps aside after a fork."""
        pause = 0.05
        while True:
            try:
                while self._exchange():
                    pass
                return
            except Cut:
                attempts -= 1
                if not attempts:
                    raise
            except Refusal as refusal:
                attempts -= 1
                goes_on = refusal.code == "timeline" and {"expected", "start"} <= refusal.problem.keys()
                if not attempts or not (goes_on or refusal.code in ("fork", "stale", "retry", "slow-down")):
                    raise
                if refusal.code == "fork":
                    self._step_aside()
                elif refusal.code == "timeline":
                    self._rewind(refusal.problem)
                elif refusal.code == "stale":
                    with self._transaction():
                        self.checkpoint, self.afresh = None, True
                        self.db.execute("delete from told")
                else:
                    time.sleep(refusal.problem.get("retryAfter", pause))
                    pause *= 2

    def _exchange(self) -> bool:
        """One request. Says whether there is more to send."""
        batch, size = [], 1_000
        waiting = self.db.execute("select line, was from outbox where number > ? order by number", (self.answered,)).fetchall()
        for line, was in waiting[: self.limits["requestSets"]]:
            line = f'{line[:-1]},"was":{was}}}' if was else line
            size += len(line.encode()) + 1
            if size > self.limits["requestBytes"]:
                break
            batch.append(line)
        more = len(batch) < len(waiting)
        hello: dict[str, Any] = {"answered": self.answered, "last": self.last, "protocol": [PROTOCOL, PROTOCOL]}
        hello |= {"replica": self.replica, "schema": self.schema, "wall": self.wall()}
        hello |= {"checkpoint": self.checkpoint} if self.checkpoint else {}
        hello |= {"timeline": self.timeline} if not self.checkpoint and self.timeline is not None else {}
        if self.again:
            first, before, through = self.again
            hello["again"] = [first, before, max(through, self.last) if self.replacing else through]
        hello |= {"pull": False} if more else {}
        hello |= {"compare": self.compared} if self.compared is not None else {}
        # What is here of others' lost writes goes behind all sets (4-exchange.md#witness).
        witness = self.db.execute("select number, line from witness order by number limit 100").fetchall()
        batch += [canonical(json.loads(line) | {"witness": number}) for number, line in witness]
        body = "".join(line + "\n" for line in [canonical({"hello": hello}), *batch]).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/x-ndjson"}
        headers["Accept-Encoding"] = "gzip" if self.packed else "identity"
        if self.packed:
            packer = zlib.compressobj(wbits=31)
            body = packer.compress(body) + packer.flush()
            headers["Content-Encoding"] = "gzip"
        with post(self.server, "/v1/exchange", body, headers) as response:
            self._read(lines_of(response), asked=not more)
        return more or self.db.execute("select 1 from witness limit 1").fetchone() is not None

    def _forget_untold(self) -> None:
        """The fresh pull is whole: what it did not tell goes."""
        self.db.execute("delete from record where id not in (select id from told)")
        self.db.execute("delete from told")
        if self.again and self.replacing:
            self.again[2] = max(self.again[2], self.last)
        self.afresh = self.replacing = False

    def _read(self, lines: Iterable[dict[str, Any]], asked: bool) -> None:
        page: list[dict[str, Any]] = []
        sequence = announced = self.on
        for line in lines:
            if "head" in line:
                announced = line["head"]["sequence"]
                self.limits |= line["head"].get("limits", {})
                with self._transaction():
                    self.clock.correction = line["head"]["offset"]
                    self.head, self.timeline = announced, line["head"].get("timeline", self.timeline)
            elif "applied" in line:
                with self._transaction():
                    for number in range(line["applied"][0], line["applied"][1] + 1):
                        self._judged(number, {})
            elif "verdict" in line:
                with self._transaction():
                    self._judged(line["set"], line["verdict"])
            elif "witnessed" in line:
                with self._transaction():
                    self.db.execute("delete from witness where number <= ?", (line["witnessed"],))
            elif "record" in line or "update" in line or "bucket" in line:
                page.append(line)
            elif "checkpoint" in line:
                with self._transaction():
                    is_bucket = False
                    for told in page:
                        if "bucket" in told:
                            is_bucket = True
                            # Tombstones are in no digest, and are not told.
                            self.db.execute(
                                "delete from record where id like ? and fields not like '%\"$life\":\"deleted\"%'",
                                (f"%{told['bucket']:02x}",))
                            continue
                        atoms = decode_record(told["fields"], told["stamps"])
                        is_tombstone = "$life" in atoms and atoms["$life"].value == "deleted"
                        replaces = is_bucket or self.replacing and ("record" in told or is_tombstone)
                        self._join(told.get("record") or told["update"], told["in"], atoms, replaces)
                    self.checkpoint, sequence, page = line["checkpoint"], line.get("sequence", announced), []
            elif "error" in line:
                raise Refusal(line["error"])
            elif "end" in line:
                with self._transaction():
                    self.on = sequence
                    self.readable = line.get("count")
                    self.sums = [int(line["sums"][at : at + 16], 16) for at in range(0, 4_096, 16)] if "sums" in line else None
                    if self.afresh and asked:
                        self._forget_untold()
                    if self.again and not self.replacing and self.answered >= self.again[2]:
                        self.again = None
                return
        raise Cut("no end")

    def _judged(self, number: int, verdict: dict[str, Any]) -> None:
        """Stores a verdict with its effect and takes the set out of the overlay."""
        found = self.db.execute("delete from outbox where number = ? returning line, was", (number,)).fetchall()
        self.answered = max(self.answered, number)
        if not found:
            return
        line, was = found[0]
        message = json.loads(line)
        became = {"at": self.head} | {key: True for key in ("rejected", "quarantined", "handover") if key in verdict}
        became |= {"stamp": verdict["stamp"]} if "stamp" in verdict else {}
        became |= {"gone": True} if was and "gone" in json.loads(was) else {}
        if verdict.get("rejected", {}).get("rule") == "erased":
            line, became = canonical(without(message, verdict["rejected"]["id"])), became | {"gone": True}
        self.db.execute("insert or replace into journal values(?, ?, ?)", (number, line, canonical(became)))
        self.db.execute("delete from journal where number <= ?", (number - JOURNAL,))
        if was and is_refused(json.loads(was)) and is_refused(verdict):
            return  # It stands among the refused ones since then, or somebody has acted on it.
        if "handover" in verdict:
            return
        if "rejected" in verdict or "quarantined" in verdict:
            refusal = verdict.get("rejected", {})
            rest = without(message, refusal["id"]) if refusal.get("rule") == "erased" else message
            if rest["changes"] or rest is message:
                self.db.execute("insert into refused(line, verdict) values(?, ?)", (canonical(rest), canonical(verdict)))
            return
        given = verdict.get("stamp", message["stamp"])
        if given != message["stamp"]:
            self.clock.lower(given, [message["stamp"], *(unsent["stamp"] for unsent in self.outbox())])
        states = {(owner, path): (within, Atom(atom.value, given, given)) for owner, within, path, atom in writes(message)}
        for outcome in verdict.get("outcomes", ()):
            value = GONE if outcome.get("gone") else outcome["value"]
            atom = Atom(value, outcome["stamp"], outcome.get("origin", outcome["stamp"]))
            states[outcome["id"], outcome["path"]] = (outcome["in"], atom)
        for (owner, path), (collection, atom) in states.items():
            self._join(owner, collection, {path: atom})

    def renew_token(self) -> None:
        """Takes a successor of the token: kept before it is used, for the first use ends the one before."""
        answer = post_json(self.server, "/v1/token", {}, self.token)
        with self._transaction():
            self.token = answer["token"]

    def _step_aside(self) -> None:
        """Another store uses this replica's number: takes a number of its own, and the unanswered sets along."""
        answer = post_json(self.server, "/v1/replica", {"forkOf": self.replica}, self.token)
        unanswered = self.outbox()
        renamed = {m["stamp"]: str(Stamp.of(m["stamp"])._replace(replica=answer["replica"])) for m in unanswered}
        with self._transaction():
            self.replica, self.token = answer["replica"], answer["token"]
            self.last, self.answered, self.again = len(unanswered), 0, None
            self.db.execute("delete from journal")
            self.db.execute("delete from outbox")
            for number, message in enumerate(unanswered, 1):
                message |= {"set": number, "stamp": renamed[message["stamp"]]}
                for change in message["changes"]:
                    base = change.get("base")
                    if isinstance(base, str):
                        change["base"] = renamed.get(base, base)
                    elif base:
                        change["base"] = {path: renamed.get(stamp, stamp) for path, stamp in base.items()}
                message.pop("was", None)
                self.db.execute("insert into outbox(number, line) values(?, ?)", (number, canonical(message)))

    def _rewind(self, problem: dict[str, Any]) -> None:
        """The server was put back: what it lacks of the journal is sent again, and all that it has takes the place of the rows."""
        with self._transaction():
            held = self.db.execute("select min(number) from journal where number >= ?", (problem["expected"],)).fetchone()[0]
            first = held or self.answered + 1
            self.closed = problem.get("closed")
            if problem.get("witness"):
                self._put_aside(problem["fork"], problem["start"])
            self.db.execute("insert into outbox select number, line, was from journal where number >= ?", (first,))
            self.db.execute("delete from journal where number >= ?", (first,))
            self.db.execute("delete from told")
            self.again = [first, max(self.answered, self.again[1] if self.again else 0), self.last]
            self.answered = min(self.answered, first - 1)
            self.checkpoint, self.timeline = None, problem["timeline"]
            self.afresh = self.replacing = True

    def _put_aside(self, fork: int, start: int) -> None:
        """What is here of others' writes that the server lost: told with the next exchanges, before it is replaced."""
        for identity, collection, fields, stamps in self.db.execute("select * from record").fetchall():
            if collection in SERVER_MADE:
                continue
            atoms = decode_record(json.loads(fields), json.loads(stamps))
            if "$erased" in atoms:
                continue
            unit = atoms["customer"].value if "customer" in atoms else identity
            lost = {
                path: atom for path, atom in atoms.items()
                if Stamp.of(atom.origin).replica != self.replica and (not atom.commit or fork < atom.commit < start)
            }
            paths = sorted(lost, key=str.encode)
            for at in range(0, len(paths), WITNESS_ATOMS):
                told_fields, told_stamps = encode_record({path: lost[path] for path in paths[at : at + WITNESS_ATOMS]})
                line = {"fields": told_fields, "in": collection, "stamps": told_stamps, "update": identity}
                line |= {"unit": unit} if unit != identity else {}
                self.db.execute("insert into witness(id, unit, line) values(?, ?, ?)", (identity, unit, canonical(line)))

    def _transaction(self) -> _Transaction:
        return _Transaction(self)


def writes(message: dict[str, Any]) -> Iterator[tuple[str, str, str, Atom]]:
    """Each write of a change set: record, collection, path and the state it makes."""
    stamp = message["stamp"]
    for change in message["changes"]:
        for path, value in change.get("put", {}).items():
            yield change["id"], change["in"], path, Atom(value, stamp, stamp)
        for path in change.get("remove", ()):
            yield change["id"], change["in"], path, Atom(GONE, stamp, stamp)


def is_refused(answer: dict[str, Any]) -> bool:
    """Whether a verdict, or what is told of a former one, says that nothing of the set was applied."""
    return any(key in answer for key in ("rejected", "quarantined", "handover"))


def without(message: dict[str, Any], erased: str) -> dict[str, Any]:
    """The set without the changes that are about an erased record: that write to it, or name it."""

    def is_about(change: dict[str, Any]) -> bool:
        put = change.get("put", {})
        return change["id"] == erased or erased in put.values() or any(path.endswith("/" + erased) for path in put)

    rest = [change for change in message["changes"] if not is_about(change)]
    if len(rest) == len(message["changes"]):
        return message
    return {key: value for key, value in message.items() if key not in ("note", "resolves")} | {"changes": rest}


class _Transaction:
    """Writes the client's small state with whatever else was written; on an error all of it goes back."""

    def __init__(self, client: Client):
        self.client = client

    def __enter__(self) -> None:
        self.client.db.execute("begin immediate")

    def __exit__(self, kind: object, *_: object) -> None:
        client = self.client
        if kind is not None:
            client.db.execute("rollback")
            client.load()
            return
        state = {"replica": client.replica, "token": client.token, "last": client.last, "answered": client.answered,
                 "checkpoint": client.checkpoint, "afresh": client.afresh, "replacing": client.replacing,
                 "timeline": client.timeline, "head": client.head, "again": client.again, "on": client.on, "clock": astuple(client.clock)}
        client.db.executemany("insert or replace into meta values(?, ?)", [(k, json.dumps(v)) for k, v in state.items()])
        client.db.execute("commit")
